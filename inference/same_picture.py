"""Is one photo a cropped, turned, mirrored or warped copy of another? Two such photos are one view of a car.

Perceptual hashes find re-encoded and resized copies; a crop of 5 % or a turn of 5° escapes them. Here local features
(ORB) are matched, the plane transform that most of them agree on is estimated (RANSAC), and the copies are laid on each
other: only a copy then agrees pixel by pixel. A second photograph of the same car does not, because nearer things move
against farther ones and reflections move on the paint.

Different photos are the usual case, and seldom come as far as that: the features of a copy are alike, and all are
turned by nearly the same angle. The same pictures give the same answer, on any number of threads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log
from typing import Any, Self

import cv2
import numpy as np
import numpy.typing as npt

from inference.intake.limits import Pixels

Grey = npt.NDArray[np.uint8]
Indices = npt.NDArray[np.intp]

LONG_SIDE = 320
"""Long side of the small grey copies that are compared, px."""
_FEATURES = 500
_RIM = 31
_MOST_DISTANCE = 64
"""Bits, of 256, in which the descriptors of one point on two copies differ at most."""
_TURN = 20.0
"""Degrees by which the turn of a feature differs from that of the others on a copy, warped ones included."""
_LEAST_MATCHES = 20
_REACH = 3.0
"""How far a feature may lie from where the transform puts it, px."""
_CONFIDENCE = 0.995
_MOST_DRAWS = 500
_LEAST_OVERLAP = 0.35
_LEAST_CORRELATION = 0.90
_LEAST_DETAIL = 0.75
_EDGE = np.ones((9, 9), dtype=np.uint8)
"""Measured on training photos; see docs/decisions/0003-photo-intake.md."""


def grey_copy(pixels: Pixels) -> Grey:
    """A grey copy of an RGB photo, ``LONG_SIDE`` px long."""
    factor = LONG_SIDE / max(pixels.shape[:2])
    size = (max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def same_picture(one: Grey, other: Grey) -> bool:
    """True when ``other`` is ``one`` cropped, turned, scaled, mirrored or warped as a plane. Symmetric in practice."""
    return Pictures([one, other]).same(0, 1)


class Pictures:
    """The grey copies of one case. Each is searched for features once, and each pair laid on each other once."""

    def __init__(self, greys: Sequence[Grey | None]) -> None:
        """``greys`` by their place in the case; None for a photo that could not be read."""
        self._greys = greys
        self._marked: dict[tuple[int, bool], _Marked] = {}
        self._same: dict[tuple[int, int], bool] = {}

    def same(self, one: int, other: int) -> bool:
        """``same_picture`` of two places; False where one has no picture."""
        if (one, other) not in self._same:
            self._same[one, other] = any(self._aligned(one, other, mirrored) for mirrored in (False, True))
        return self._same[one, other]

    def copied(self, one: int, other: int) -> bool:
        """``same``, in every detail: two cars that stood on one spot of a studio are not. For photos of two cases."""
        return any(self._aligned(one, other, mirrored, detailed=True) for mirrored in (False, True))

    def _aligned(self, one: int, other: int, mirrored: bool, *, detailed: bool = False) -> bool:
        first, second = self._of(one, mirrored), self._of(other)
        return first is not None and second is not None and _aligned(first, second, detailed=detailed)

    def _of(self, place: int, mirrored: bool = False) -> "_Marked | None":
        grey = self._greys[place]
        if grey is None:
            return None
        if (place, mirrored) not in self._marked:
            self._marked[place, mirrored] = _Marked.of(np.ascontiguousarray(grey[:, ::-1]) if mirrored else grey)
        return self._marked[place, mirrored]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Marked:
    """A picture and its features: ``points`` (n, 2) in px, their ``angles`` (n,) in degrees, ``marks`` (n, 4), 256 bits
    each that describe the surroundings."""

    grey: Grey
    points: npt.NDArray[np.float32]
    angles: npt.NDArray[np.float32]
    marks: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, grey: Grey) -> Self:
        found, marks = _features(grey)
        return cls(
            grey=grey,
            points=np.array([item.pt for item in found], dtype=np.float32).reshape(-1, 2),
            angles=np.array([item.angle for item in found], dtype=np.float32),
            marks=np.ascontiguousarray(marks).view(np.uint64),
        )


def _features(grey: Grey) -> tuple[Sequence[cv2.KeyPoint], npt.NDArray[np.uint8]]:
    """ORB's features, none of them within ``_RIM`` px of the edge. It cannot read what is hardly wider than a line."""
    if min(grey.shape) > 2 * _RIM:
        finder = cv2.ORB.create(nfeatures=_FEATURES, edgeThreshold=_RIM, fastThreshold=8)
        found, marks = finder.detectAndCompute(grey, None)
        if len(found):
            return found, np.asarray(marks, dtype=np.uint8)
    return (), np.empty((0, 32), np.uint8)


def _aligned(one: _Marked, other: _Marked, *, detailed: bool = False) -> bool:
    transform = _transform(one, other)
    if transform is None:
        return False
    size = (other.grey.shape[1], other.grey.shape[0])
    laid = np.asarray(cv2.warpPerspective(one.grey, transform, size), dtype=np.uint8)
    covered = np.asarray(cv2.warpPerspective(np.full_like(one.grey, 255), transform, size)) == 255
    smaller = min(one.grey.size, other.grey.size)
    if covered.sum() < _LEAST_OVERLAP * smaller:
        return False
    same = _correlation(laid, other.grey, covered) >= _LEAST_CORRELATION
    return same and not (detailed and _in_detail(laid, other.grey, covered) < _LEAST_DETAIL)


def _transform(one: _Marked, other: _Marked) -> npt.NDArray[np.float64] | None:
    """The homography from ``one`` to ``other`` that most matched features agree on, None without agreement."""
    mine, theirs = _turned_alike(one, other, *_matches(one.marks, other.marks))
    if len(mine) < _LEAST_MATCHES:
        return None
    transform, agreeing = cv2.findHomography(
        one.points[mine],
        other.points[theirs],
        cv2.RANSAC,
        _REACH,
        maxIters=_draws(len(mine)),
        confidence=_CONFIDENCE,
    )
    if transform is None or agreeing is None or int(agreeing.sum()) < _LEAST_MATCHES:
        return None
    return np.asarray(transform, dtype=np.float64)


def _matches(mine: npt.NDArray[np.uint64], theirs: npt.NDArray[np.uint64]) -> tuple[Indices, Indices]:
    """Features that are each other's nearest, and near enough, by the number of bits in which they differ."""
    if not len(mine) or not len(theirs):
        return np.empty(0, np.intp), np.empty(0, np.intp)
    bits = np.zeros((len(mine), len(theirs)), np.uint16)
    for word in range(mine.shape[1]):
        bits += np.bitwise_count(mine[:, None, word] ^ theirs[None, :, word])
    nearest, places = bits.argmin(axis=1), np.arange(len(mine))
    kept = (bits.argmin(axis=0)[nearest] == places) & (bits[places, nearest] <= _MOST_DISTANCE)
    return places[kept], nearest[kept]


def _turned_alike(one: _Marked, other: _Marked, mine: Indices, theirs: Indices) -> tuple[Indices, Indices]:
    """The largest set of matches whose turns differ little from that of one among them."""
    turn = other.angles[theirs] - one.angles[mine]
    alike = np.abs((turn[:, None] - turn[None, :] + 180.0) % 360.0 - 180.0) <= _TURN
    best = alike[alike.sum(axis=1).argmax()] if len(turn) else slice(0)
    return mine[best], theirs[best]


def _draws(matches: int) -> int:
    """How often RANSAC draws four of the matches: one draw then holds only agreeing ones with ``_CONFIDENCE``, if just
    enough of them agree."""
    agreeing = (_LEAST_MATCHES / matches) ** 4
    return 1 if agreeing == 1 else min(_MOST_DRAWS, ceil(log(1 - _CONFIDENCE) / log(1 - agreeing)))


def _in_detail(laid: Grey, other: Grey, covered: npt.NDArray[np.bool_]) -> float:
    """The correlation of what is no larger than a few px, away from the edge of where both pictures are."""
    inside = cv2.erode(covered.astype(np.uint8), _EDGE) > 0
    return _pearson(_details(laid)[inside], _details(other)[inside])


def _details(grey: Grey) -> npt.NDArray[np.float32]:
    fine, coarse = (cv2.GaussianBlur(grey.astype(np.float32), (0, 0), width) for width in (1.0, 3.0))
    return np.asarray(fine - coarse, dtype=np.float32)


def _correlation(laid: Grey, other: Grey, covered: npt.NDArray[np.bool_]) -> float:
    """Pearson correlation of the blurred grey levels where both pictures are."""
    one = cv2.GaussianBlur(laid, (0, 0), 1.5)[covered].astype(np.float64)
    two = cv2.GaussianBlur(other, (0, 0), 1.5)[covered].astype(np.float64)
    return _pearson(one, two)


def _pearson(one: npt.NDArray[Any], two: npt.NDArray[Any]) -> float:
    spread = one.std() * two.std()
    return float(((one - one.mean()) * (two - two.mean())).mean() / spread) if spread > 0 else 0.0
