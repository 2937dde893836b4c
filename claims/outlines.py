"""What a person outlines on a photo: the corners of a polygon in order, in pixels of the upright photo."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from claims.as_typed import fault
from model.findings import Box

Corner = tuple[float, float]
Outline = tuple[Corner, ...]
Points = npt.NDArray[np.float64]

LEAST, MOST = 3, 60
"""Corners of an outline."""


def checked(outline: Outline) -> Outline:
    """The outline, which goes around something once. Raises the faults ``outline_corners`` and ``outline_shape``."""
    if not LEAST <= len(outline) <= MOST:
        raise fault("outline_corners", least=LEAST, most=MOST)
    if crosses(outline) or not area(outline) > 0:
        raise fault("outline_shape")
    return outline


def bounds(outline: Outline) -> Box:
    """The smallest box around it."""
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    return (min(xs), min(ys), max(xs), max(ys))


def area(outline: Outline) -> float:
    """What it encloses in px², by Gauss's area formula; of use where the outline does not cross itself."""
    twice = sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise((*outline, outline[0])))
    return abs(twice) / 2


def crosses(outline: Outline) -> bool:
    """Whether two edges that are no neighbours have a point in common, a corner that is there twice included."""
    begins = np.array(outline)
    ends = np.roll(begins, -1, axis=0)
    one, other = np.triu_indices(len(outline), k=2)
    apart = (one > 0) | (other < len(outline) - 1)
    one, other = one[apart], other[apart]
    return bool(_meet(begins[one], ends[one], begins[other], ends[other]).any())


def _meet(a: Points, b: Points, c: Points, d: Points) -> npt.NDArray[np.bool_]:
    """Whether each edge a-b has a point in common with its edge c-d."""
    with np.errstate(over="ignore", invalid="ignore"):
        to_c, to_d, to_a, to_b = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    in_line = (to_c == 0) & (to_d == 0) & (to_a == 0) & (to_b == 0)
    low, high = np.maximum(np.minimum(a, b), np.minimum(c, d)), np.minimum(np.maximum(a, b), np.maximum(c, d))
    return np.where(in_line, (low <= high).all(axis=1), (to_c != to_d) & (to_a != to_b))


def _turn(a: Points, b: Points, c: Points) -> Points:
    """1 or -1 by the side of a-b that c is on, 0 in line with it."""
    return np.sign((b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0]))
