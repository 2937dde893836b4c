"""Which photos are the same picture: exactly (file hash) or as a person would say (perceptual hash)."""

import hashlib

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from inference.intake.limits import Pixels

NEAR_DUPLICATE_DISTANCE = 4
"""Photos that differ in at most so many of the 64 bits are one picture. Measured in docs/decisions/0003."""


def sha256(data: bytes) -> str:
    """Hex digest of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def perceptual_hash(pixels: Pixels) -> int:
    """64-bit pHash of an upright RGB photo: which low frequencies of its brightness lie above their median.

    Survives re-encoding, resizing and a change of brightness; not mirroring or turning, and cropping only slightly.
    Blind to colour. The bits are those of ``imagehash.phash``, without the quarter second that loading scipy takes.
    """
    return _bits(_low_frequencies(pixels))


def turned_hashes(pixels: Pixels) -> tuple[int, ...]:
    """The hashes of the photo's eight turned and mirrored copies, the photo itself first.

    Mirroring a picture changes the sign of every second frequency and turning it swaps the axes, so one transform
    serves all eight.
    """
    low = _low_frequencies(pixels)
    sign = np.where(np.arange(8) % 2, -1.0, 1.0)
    mirrored = [low, low * sign, low * sign[:, None], low * sign * sign[:, None]]
    return tuple(_bits(copy) for picture in mirrored for copy in (picture, picture.T))


def _low_frequencies(pixels: Pixels) -> npt.NDArray[np.float64]:
    small = cv2.resize(pixels, (128, 128), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    grey = Image.fromarray(small).convert("L").resize((32, 32), Image.Resampling.LANCZOS)
    frequencies = cv2.dct(np.asarray(grey).astype(np.float64))
    # OpenCV's transform is orthonormal; undone here, because the median compares all 64 numbers.
    frequencies[0] *= np.sqrt(2)
    frequencies[:, 0] *= np.sqrt(2)
    return np.asarray(frequencies[:8, :8], dtype=np.float64)


def _bits(low: npt.NDArray[np.float64]) -> int:
    return int.from_bytes(np.packbits(low > np.median(low)).tobytes())


def distance(one: int, other: int) -> int:
    """Number of bits, 0 to 64, in which two perceptual hashes differ."""
    return (one ^ other).bit_count()


def near_duplicate(one: int, other: int) -> bool:
    """True when two hashes are close enough to be the same picture, re-encoded or resized."""
    return distance(one, other) <= NEAR_DUPLICATE_DISTANCE
