"""Perceptual hashes of a photo as it would be after a small crop, turn or zoom: by one of them its copies are found.

A crop of 3 % a side moves 6 to 14 of the 64 bits of a hash; the photo zoomed by as much is near again. Such a hash
names photos to lay on each other (``inference.same_picture``), never a copy.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from inference.same_picture import Grey

_ALTERED: Final = ((1.0, 0), (0.94, 0), (0.88, 0), (1.06, 0), (1.12, 0), (1.0, 2), (1.0, -2))
"""Zoom and turn (degrees). Measured on training photos; see docs/decisions/0003-photo-intake.md."""
_SIDE, _HALF, _KEPT = 64, 32, 8
_BACKWARDS: Final = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
_WAVES: Final = np.cos(np.pi * (2 * np.arange(_HALF) + 1) * np.arange(_KEPT)[:, None] / (2 * _HALF))
"""(8, 32): the low frequencies of a type II cosine transform, all on one scale."""
_MIRROR: Final = np.where(np.arange(_KEPT) % 2, -1.0, 1.0)
"""Mirroring a picture changes the sign of every second frequency."""


def _shrinking(zoom: float, turn: int) -> npt.NDArray[np.float64]:
    """The matrix (2, 3) from a pixel of a copy of half the size, altered about its middle, to where it comes from."""
    across, up = 2 * np.cos(np.radians(turn)) / zoom, 2 * np.sin(np.radians(turn)) / zoom
    linear, middle, half = np.array([[across, -up], [up, across]]), (_SIDE - 1) / 2, (_HALF - 1) / 2
    return np.column_stack([linear, middle - linear @ np.full(2, half)])


_SHRINKS: Final = tuple(_shrinking(zoom, turn) for zoom, turn in _ALTERED)


def altered_hashes(grey: Grey) -> tuple[int, ...]:
    """64-bit hashes, as of ``inference.fingerprint.perceptual_hash``, of seven altered copies of a grey copy, then
    those of its mirror image."""
    small = np.asarray(cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    copies = np.stack([_altered(small, shrinks) for shrinks in _SHRINKS]).astype(np.float64)
    low = _WAVES @ copies @ _WAVES.T
    both = np.concatenate([low, low * _MIRROR]).reshape(-1, _KEPT * _KEPT)
    bits = both > np.median(both, axis=1, keepdims=True)
    return tuple(int.from_bytes(row.tobytes()) for row in np.packbits(bits, axis=1))


def _altered(small: Grey, shrinks: npt.NDArray[np.float64]) -> Grey:
    """What is outside the photo is taken for the mirror image of what is inside."""
    moved = cv2.warpAffine(small, shrinks, (_HALF, _HALF), borderMode=cv2.BORDER_REFLECT, flags=_BACKWARDS)
    return np.asarray(moved, dtype=np.uint8)
