"""Every report and every drawn box of one label, marked: the raw data behind average precision and its interval."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from data.datasets import AnnotatedPhoto
from training.average_precision import IOUS, Bools, Floats, Ints, assign, interpolated
from training.judging import IGNORED, Judged

SIZES = ("small", "medium", "large")
STEPS = (0.05, 0.15)
"""A box is small below the first: square root of its area over the photo's longest side."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marks:
    """One label, or several taken together, on the photos of one set.

    Of the n reports, best first: ``photos`` (n,) index of the photo; ``scores`` (n,); ``hits`` (n, 10), whether it took
    a box at each of COCO's IoUs; ``sizes`` (n,), of the box that it took at .5, else its own. Of the m drawn boxes:
    ``box_photos``, ``box_sizes`` (m,).
    """

    photos: Ints
    scores: Floats
    hits: Bools
    sizes: Ints
    box_photos: Ints
    box_sizes: Ints

    @classmethod
    def pooled(cls, parts: Iterable[Self]) -> Self:
        """Several photos or labels as one. Raises ``ValueError`` for none."""
        items = list(parts)
        columns = {field.name: np.concatenate([getattr(item, field.name) for item in items]) for field in fields(cls)}
        order = np.argsort(-columns["scores"], kind="stable")
        ordered = {name: columns[name][order] for name in ("photos", "scores", "hits", "sizes")}
        return cls(**{**columns, **ordered})

    def of_size(self, size: int) -> Self:
        """The boxes of one size, with the reports that took one, and those of that size that took none."""
        mine, drawn = self.sizes == size, self.box_sizes == size
        return type(self)(
            photos=self.photos[mine],
            scores=self.scores[mine],
            hits=self.hits[mine],
            sizes=self.sizes[mine],
            box_photos=self.box_photos[drawn],
            box_sizes=self.box_sizes[drawn],
        )

    def precisions(self, weights: Ints, *, levels: int = len(IOUS)) -> Floats:
        """Average precision under each row of ``weights`` (rows, photos), over the first ``levels`` IoUs.

        (rows, levels); nan in a row that draws no box. With weights of one this is ``average_precision``.
        """
        shown = np.cumsum(weights[:, self.photos], axis=1)
        boxes = weights[:, self.box_photos].sum(axis=1)
        return np.stack([self._at(level, weights, shown, boxes) for level in range(levels)], axis=1)

    def _at(self, level: int, weights: Ints, shown: Ints, boxes: Ints) -> Floats:
        """Only hits can raise recall, so the curve is known from its values at them."""
        hit = np.flatnonzero(self.hits[:, level])
        found = np.cumsum(weights[:, self.photos[hit]], axis=1)
        precision = found / np.maximum(shown[:, hit], 1)
        recall = found / np.maximum(boxes, 1)[:, None]
        values = np.array([interpolated(*row) for row in zip(precision, recall, strict=True)])
        return np.where(boxes > 0, values, np.nan)


def mark(judged: Sequence[Judged], label: str, drawn_as: frozenset[str]) -> Marks:
    """A label on all photos of a set, the photos numbered in their order. Raises ``ValueError`` without photos."""
    return Marks.pooled(_mark(index, item, label, drawn_as) for index, item in enumerate(judged))


def sizes_of(boxes: Floats, photo: AnnotatedPhoto) -> Ints:
    """(n, 4) corners → (n,) index into ``SIZES``."""
    sides = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None)
    shares = np.sqrt(sides.prod(axis=1)) / max(photo.width, photo.height)
    sizes: Ints = np.searchsorted(STEPS, shares, side="right").astype(np.int64)
    return sizes


def _mark(index: int, item: Judged, label: str, drawn_as: frozenset[str]) -> Marks:
    boxes, scores = item.reported(label)
    drawn = item.drawn(drawn_as)
    taken = assign(boxes, drawn)
    hit = taken[:, 0] >= 0
    drawn_sizes = sizes_of(drawn, item.photo)
    sizes = np.where(hit, np.append(drawn_sizes, 0)[taken[:, 0]], sizes_of(boxes, item.photo))
    counted = hit | ~_excused(boxes, item.drawn(frozenset({IGNORED, f"{IGNORED} {label}"})))
    return Marks(
        photos=np.full(int(counted.sum()), index, dtype=np.int64),
        scores=scores[counted],
        hits=taken[counted] >= 0,
        sizes=sizes[counted],
        box_photos=np.full(len(drawn), index, dtype=np.int64),
        box_sizes=drawn_sizes,
    )


def _excused(boxes: Floats, ignored: Floats) -> Bools:
    """Which boxes have their centre in one of the ignored boxes: (n, 4), (k, 4) → (n,)."""
    centres = ((boxes[:, :2] + boxes[:, 2:]) / 2)[:, None]
    inside = (centres >= ignored[None, :, :2]) & (centres <= ignored[None, :, 2:])
    excused: Bools = np.any(np.all(inside, axis=2), axis=1)
    return excused
