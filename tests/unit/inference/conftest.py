"""What the tests of consolidation share: the shipped rules, and detections in the words of either detector."""

from collections.abc import Callable, Iterable

import numpy as np
import pytest

from claims.rulebook import Rulebook
from data.taxonomy import read_taxonomy
from inference.rules import ConsolidateRules
from model.detections import Detections
from model.findings import Box

Row = tuple[str, float, Box]


@pytest.fixture(scope="session")
def rules(rulebook: Rulebook) -> ConsolidateRules:
    return rulebook.consolidate


@pytest.fixture(scope="session")
def make() -> Callable[[str, Iterable[Row]], Detections]:
    """Detections in the words of a detector, one threshold of 0.3 for all, from rows of label, score and box."""

    def of(words: str, rows: Iterable[Row]) -> Detections:
        labels = tuple(meaning.label(name, 0.3) for name, meaning in read_taxonomy(words).items())
        names, ordered = [label.name for label in labels], sorted(rows, key=lambda row: -row[1])
        return Detections(
            boxes=np.array([box for *_, box in ordered], dtype=np.float32).reshape(-1, 4),
            scores=np.array([score for _, score, _ in ordered], dtype=np.float32),
            label_ids=np.array([names.index(name) for name, *_ in ordered], dtype=np.int64),
            labels=labels,
        )

    return of
