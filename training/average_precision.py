"""Matching detections to drawn boxes, and the figures that follow from it.

Definitions are COCO's: within one photo and label, detections in order of score each take the free box that they
overlap most, at IoU 0.5 or more; average precision is the mean of the interpolated precision at 101 recalls.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

IOUS = np.linspace(0.5, 0.95, 10)
"""COCO's AP is the mean over these."""

_RECALLS = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """One label over all its photos: ``scores`` and ``hits`` of its detections, best first; ``boxes`` drawn."""

    scores: Floats
    hits: Bools
    boxes: int

    @classmethod
    def pooled(cls, parts: "Iterable[Matches]") -> "Matches":
        """The matches of several photos or labels as one."""
        items = list(parts)
        scores = np.concatenate([item.scores for item in items]) if items else np.empty(0)
        hits = np.concatenate([item.hits for item in items]) if items else np.empty(0, dtype=bool)
        order = np.argsort(-scores, kind="stable")
        return cls(scores=scores[order], hits=hits[order], boxes=sum(item.boxes for item in items))

    @property
    def precision(self) -> Floats:
        """Precision when the threshold is the score of each detection in turn."""
        return np.cumsum(self.hits) / np.arange(1, len(self.hits) + 1)

    @property
    def recall(self) -> Floats:
        """Recall likewise; nan without any box."""
        return np.cumsum(self.hits) / (self.boxes or np.nan)

    def at(self, threshold: float) -> tuple[float, float]:
        """Precision and recall of the detections that score ``threshold`` or more; 0 where there are none."""
        hits = int(self.hits[self.scores >= threshold].sum())
        shown = int((self.scores >= threshold).sum())
        return (hits / shown if shown else 0.0, hits / self.boxes if self.boxes else 0.0)


def assign(boxes: Floats, drawn: Floats, *, ious: Floats = IOUS) -> Ints:
    """Which drawn box each detection takes at each IoU, -1 for none: (n, 4) best first, (m, 4) → (n, len(ious))."""
    taken = np.full((len(boxes), len(ious)), -1, dtype=np.int64)
    if not len(drawn):
        return taken
    free = np.ones((len(ious), len(drawn)), dtype=bool)
    for index, row in enumerate(overlaps(boxes, drawn)):
        shares = np.where(free, row, -1.0)
        best = shares.argmax(axis=1)
        reached = np.flatnonzero(shares.max(axis=1) >= ious)
        taken[index, reached] = best[reached]
        free[reached, best[reached]] = False
    return taken


def average_precision(matches: Matches) -> float:
    """COCO's AP, 0..1. Raises ``ValueError`` when no box was drawn: there is nothing to measure then."""
    if not matches.boxes:
        raise ValueError("average precision of a label without boxes")
    return interpolated(matches.precision, matches.recall)


def interpolated(precision: Floats, recall: Floats) -> float:
    """The mean, at 101 recalls, of the best precision at that recall or a higher one; both (n,), recall rising."""
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    first = np.searchsorted(recall, _RECALLS, side="left")
    return float(np.append(envelope, 0.0)[first].mean())


def f1_plateau(matches: Matches, tolerance: float) -> tuple[float, float]:
    """The range of thresholds around the best F1 in which F1 stays within ``tolerance`` of it, as (low, high).

    Raises ``ValueError`` when nothing was hit: every threshold is as good as any other then.
    """
    if not matches.hits.any():
        raise ValueError("no threshold finds anything")
    f1 = 2 * np.cumsum(matches.hits) / (np.arange(1, len(matches.hits) + 1) + matches.boxes)
    good = f1 >= f1.max() - tolerance
    best = int(f1.argmax())
    poorer = np.flatnonzero(~good)
    first = int(poorer[poorer < best].max(initial=-1)) + 1
    last = int(poorer[poorer > best].min(initial=len(f1))) - 1
    return float(matches.scores[last]), float(matches.scores[first])


def overlaps(boxes: Floats, drawn: Floats) -> Floats:
    """IoU of every detection with every drawn box, (n, m)."""
    boxes, drawn = boxes.reshape(-1, 1, 4), drawn.reshape(1, -1, 4)
    sides = np.minimum(boxes[..., 2:], drawn[..., 2:]) - np.maximum(boxes[..., :2], drawn[..., :2])
    common = np.clip(sides, 0, None).prod(axis=2)
    union = (boxes[..., 2:] - boxes[..., :2]).prod(axis=2) + (drawn[..., 2:] - drawn[..., :2]).prod(axis=2) - common
    shares: Floats = common / np.maximum(union, 1e-9)
    return shares
