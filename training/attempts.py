"""Attempts side by side: which of them is best, by the agreed score, on the same photos, labels and draws?

All are judged as networks: by their own scores, before calibration, thresholds or 8 bits, which only a candidate gets.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.own_labels import LabelledPhoto
from inference.detector import PhotoDetector
from training.average_precision import Floats
from training.bootstrap import DRAWS, Estimate
from training.evaluation_photos import MarkedSet, mark_all
from training.evaluation_sets import observe, photo_sets
from training.gate import Looked, score_rows
from training.promotion_policy import Guard, PromotionPolicy
from training.unseen import CLEAN

FOUND_ON = "damaged_parts val"
ALLOWED = 0.01
"""Share of clean photos that may be flagged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """``score``: the agreed one; ``terms``: of it, None for what cannot be measured; ``found``: the share of photos of
    ``FOUND_ON`` whose best damage is above what all but ``ALLOWED`` of the clean photos reach."""

    name: str
    score: Estimate
    terms: Mapping[Guard, float | None]
    found: float


def attempt(
    name: str, detector: PhotoDetector, root: Path, own: Mapping[str, LabelledPhoto], policy: PromotionPolicy
) -> Attempt:
    """Look and judge. Raises ``ModelError`` for an unreadable set, ``ValueError`` where nothing can be measured."""
    observed = observe(detector, photo_sets(detector.manifest, root, own, final=False))
    marked = mark_all(observed)
    looked = Looked(manifest=detector.manifest, observed={item.data: item for item in observed}, marked=marked)
    score, terms = score_rows(looked, policy, draws=DRAWS)
    return Attempt(
        name=name,
        score=Estimate.of(score),
        terms={guard: None if rows is None else float(rows[0]) for guard, rows in terms.items()},
        found=_found(marked),
    )


def lines(attempts: Iterable[Attempt], policy: PromotionPolicy) -> Iterator[str]:
    """As a table in Markdown, the best first."""
    yield f"| attempt | agreed score | {FOUND_ON} found | {' | '.join(map(str, policy.score))} |"
    yield "|---|---|---|" + "---|" * len(policy.score)
    for item in sorted(attempts, key=lambda item: -item.score.value):
        score = f"{item.score.value:.3f} ({item.score.low:.3f} to {item.score.high:.3f})"
        terms = (item.terms[guard] for guard in policy.score)
        yield f"| {item.name} | {score} | {item.found:.2f} | {' | '.join(map(_text, terms))} |"


def level(clean: Floats, allowed: float = ALLOWED) -> float:
    """The lowest score above which no more than ``allowed`` of the alarms lie: (photos,) → a score."""
    ordered = np.sort(clean)[::-1]
    return float(ordered[int(allowed * len(ordered))])


def _found(marked: Mapping[str, MarkedSet]) -> float:
    return float(np.mean(marked[FOUND_ON].alarms > level(marked[CLEAN].alarms)))


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def names(models: Sequence[Path]) -> list[str]:
    """The folders' names, with those above them where two are alike."""
    depth = 1
    while len({model.parts[-depth:] for model in models}) < len(models) and depth < max(len(m.parts) for m in models):
        depth += 1
    return ["/".join(model.parts[-depth:]) for model in models]
