"""What many tests share: labels with fixed thresholds, the shipped rulebook, and the photos beside the repository."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from claims.rulebook import Rulebook
from data.taxonomy import read_taxonomy
from inference.consolidate import PhotoEvidence
from model.detections import Detections
from model.findings import Box
from model.labels import Label

Row = tuple[str, float, Box]
SHARED = Path(__file__).resolve().parents[2] / "shared"

# A check of a password costs a quarter of a second, and every service makes one when it starts.
os.environ.setdefault("QUICKCLAIM_PASSWORD_MIB", "8")

# How long one example takes says how busy the machine is; ``timeout`` of pytest stops what hangs.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def shared_photos() -> Path:
    """The annotated photos beside the repository; they never ship with it."""
    photos = SHARED / "datasets"
    if not photos.is_dir():
        pytest.skip("the annotated photos of ../shared are not here")
    return photos


@pytest.fixture(scope="session")
def labels() -> tuple[Label, ...]:
    """The labels of joint-v0 with one threshold for all, so that no test depends on measured ones."""
    return tuple(meaning.label(name, 0.3) for name, meaning in read_taxonomy("joint-v0").items())


@pytest.fixture(scope="session")
def detections(labels: tuple[Label, ...]) -> Callable[[Iterable[Row]], Detections]:
    """Detections from rows of label, score and box."""
    names = [label.name for label in labels]

    def make(rows: Iterable[Row]) -> Detections:
        ordered = sorted(rows, key=lambda row: -row[1])
        return Detections(
            boxes=np.array([box for _, _, box in ordered], dtype=np.float32).reshape(-1, 4),
            scores=np.array([score for _, score, _ in ordered], dtype=np.float32),
            label_ids=np.array([names.index(name) for name, _, _ in ordered], dtype=np.int64),
            labels=labels,
        )

    return make


@pytest.fixture(scope="session")
def photo(detections: Callable[[Iterable[Row]], Detections]) -> Callable[..., PhotoEvidence]:
    """One photo of 1000 x 750 px as consolidation sees it."""

    def make(index: int, rows: Sequence[Row], sha256: str | None = None) -> PhotoEvidence:
        name = sha256 or f"{index:064x}"
        return PhotoEvidence(index=index, sha256=name, width=1000, height=750, detections=detections(rows))

    return make


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    """The shipped tables, rules and policy."""
    return Rulebook.load()


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a third of the time tests wait, for a server to start or a clock to run out."""
    return (os.cpu_count() or 1) + 1


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected outputs of golden cases")
