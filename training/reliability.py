"""Does a score mean what it says? Of the reports with a score around .6, six in ten should be right."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from training.average_precision import Bools, Floats, Ints
from training.evaluation_marks import Marks

BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bin:
    """The n reports with scores from ``low`` up to ``high``: the photo of each, (n,), and whether it is right, (n,)."""

    low: float
    high: float
    photos: Ints
    right: Bools


def bins(marks: Marks) -> Iterator[Bin]:
    """The bins that hold a report. Right is a report that takes a free box of its label at IoU .5."""
    index = _bin_of(marks.scores)
    for place in np.unique(index).tolist():
        members = index == place
        photos, right = marks.photos[members], marks.hits[members, 0]
        yield Bin(low=place / BINS, high=(place + 1) / BINS, photos=photos, right=right)


def calibration_error(marks: Marks, weights: Ints) -> Floats:
    """Expected calibration error under each row of weights: the mean over reports of |precision − score| of their bin.

    (rows,); nan in a row without a report. Guo et al. 2017, On Calibration of Modern Neural Networks.
    """
    counts = weights[:, marks.photos]
    member = _one_hot(_bin_of(marks.scores))
    right, said = counts @ (member * marks.hits[:, :1]), counts @ (member * marks.scores[:, None])
    total = counts.sum(axis=1)
    off = np.abs(right - said).sum(axis=1)
    errors: Floats = np.divide(off, total, out=np.full(len(total), np.nan), where=total > 0)
    return errors


def _bin_of(scores: Floats) -> Ints:
    index: Ints = np.clip((scores * BINS).astype(np.int64), 0, BINS - 1)
    return index


def _one_hot(index: Ints) -> Bools:
    member: Bools = index[:, None] == np.arange(BINS)[None, :]
    return member
