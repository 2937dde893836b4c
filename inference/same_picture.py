"""Is one photo a cropped, turned, mirrored or warped copy of another? Two such photos are one view of a car.

Perceptual hashes find re-encoded and resized copies; a crop of 5 % or a turn of 5° escapes them. Here local features
(ORB) are matched, the plane transform that most of them agree on is estimated (RANSAC), and the copies are laid on each
other: only a copy then agrees pixel by pixel. A second photograph of the same car does not, because nearer things move
against farther ones and reflections move on the paint.
"""

import cv2
import numpy as np
import numpy.typing as npt

from inference.intake.limits import Pixels

Grey = npt.NDArray[np.uint8]

LONG_SIDE = 320
"""Long side of the small grey copies that are compared, px."""
_FEATURES = 500
_LEAST_MATCHES = 20
_LEAST_OVERLAP = 0.35
_LEAST_CORRELATION = 0.90
"""Measured on training photos; see docs/decisions/0003-photo-intake.md."""


def grey_copy(pixels: Pixels) -> Grey:
    """A grey copy of an RGB photo, ``LONG_SIDE`` px long."""
    factor = LONG_SIDE / max(pixels.shape[:2])
    size = (max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def same_picture(one: Grey, other: Grey) -> bool:
    """True when ``other`` is ``one`` cropped, turned, scaled, mirrored or warped as a plane. Symmetric in practice."""
    return _aligned(one, other) or _aligned(one, np.ascontiguousarray(other[:, ::-1]))


def _aligned(one: Grey, other: Grey) -> bool:
    transform = _transform(one, other)
    if transform is None:
        return False
    size = (other.shape[1], other.shape[0])
    laid = np.asarray(cv2.warpPerspective(one, transform, size), dtype=np.uint8)
    covered = np.asarray(cv2.warpPerspective(np.full_like(one, 255), transform, size)) == 255
    smaller = min(one.size, other.size)
    return bool(covered.sum() >= _LEAST_OVERLAP * smaller and _correlation(laid, other, covered) >= _LEAST_CORRELATION)


def _transform(one: Grey, other: Grey) -> npt.NDArray[np.float64] | None:
    """The homography from ``one`` to ``other`` that most matched features agree on, None without agreement."""
    finder = cv2.ORB.create(nfeatures=_FEATURES, fastThreshold=8)
    points, marks = finder.detectAndCompute(one, None)
    other_points, other_marks = finder.detectAndCompute(other, None)
    if not len(points) or not len(other_points):
        return None
    matches = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(marks, other_marks)
    if len(matches) < _LEAST_MATCHES:
        return None
    source = np.array([points[match.queryIdx].pt for match in matches], dtype=np.float32)
    target = np.array([other_points[match.trainIdx].pt for match in matches], dtype=np.float32)
    cv2.setRNGSeed(0)
    transform, agreeing = cv2.findHomography(source, target, cv2.RANSAC, 3.0)
    if transform is None or agreeing is None or int(agreeing.sum()) < _LEAST_MATCHES:
        return None
    return np.asarray(transform, dtype=np.float64)


def _correlation(laid: Grey, other: Grey, covered: npt.NDArray[np.bool_]) -> float:
    """Pearson correlation of the blurred grey levels where both pictures are."""
    one = cv2.GaussianBlur(laid, (0, 0), 1.5)[covered].astype(np.float64)
    two = cv2.GaussianBlur(other, (0, 0), 1.5)[covered].astype(np.float64)
    spread = one.std() * two.std()
    return float(((one - one.mean()) * (two - two.mean())).mean() / spread) if spread > 0 else 0.0
