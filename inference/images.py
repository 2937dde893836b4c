"""From a stranger's bytes to an upright RGB photo, or to a coded reason why not.

The content decides what a file is, never its name. Everything that can be checked is checked on the headers, before a
pixel is decoded. Decisions and measurements: docs/decisions/0003-photo-intake.md.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from inference.intake.colour import to_srgb
from inference.intake.exif import ExifFacts
from inference.intake.jpeg import open_jpeg
from inference.intake.limits import Decoded, IntakeLimits, Pixels, Stored
from inference.intake.room import DECODING
from inference.intake.sniff import sniff
from model.errors import PhotoRejected

__all__ = ["ExifFacts", "IntakeLimits", "Photo", "read_photo"]


def _open_png(data: bytes, limits: IntakeLimits) -> Stored:
    from inference.intake.png import open_png

    return open_png(data, limits)


def _open_webp(data: bytes, limits: IntakeLimits) -> Stored:
    from inference.intake.webp import open_webp

    return open_webp(data, limits)


def _open_heif(data: bytes, limits: IntakeLimits) -> Stored:
    from inference.intake.heif import open_heif

    return open_heif(data, limits)


# Most photos are JPEG; the libraries of the other formats are loaded when one of them comes.
_OPENERS: Mapping[str, Callable[[bytes, IntakeLimits], Stored]] = {
    "jpeg": open_jpeg,
    "png": _open_png,
    "webp": _open_webp,
    "heif": _open_heif,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Photo:
    """An upright photo.

    ``width`` and ``height`` are those of the upright photo as taken; ``pixels`` is uint8 (h, w, 3) RGB, contiguous,
    possibly smaller: ``x_photo = x_pixels * scale`` (a power of two; the last column and row may stand for less).
    ``sha256`` is of the file. ``format`` is jpeg, png, webp or heif.
    """

    name: str
    sha256: str
    width: int
    height: int
    pixels: Pixels = field(repr=False)
    scale: float
    format: str
    exif: ExifFacts

    def __post_init__(self) -> None:
        height, width = self.pixels.shape[:2]
        expected = (-(-self.width // int(self.scale)), -(-self.height // int(self.scale)))
        if self.pixels.dtype != np.uint8 or self.pixels.ndim != 3 or (width, height) != expected:
            raise ValueError(f"{self.pixels.shape} does not hold {self.width}x{self.height} at 1:{self.scale}")


def read_photo(source: bytes | Path, *, name: str, limits: IntakeLimits, min_side: int) -> Photo:
    """Read one photo. ``name`` is kept as given; ``min_side``: the long side keeps at least so many pixels, or all.

    Raises ``PhotoRejected`` with a ``photo.*`` code and the numbers that its sentence in ``model/texts`` mentions.
    """
    data = _bytes_of(source, limits)
    kind = sniff(data)
    stored = _OPENERS[kind](data, limits)
    exif = ExifFacts.from_bytes(stored.exif)
    decoded = _decode(stored, min_side)
    # libheif has already turned the picture; the EXIF orientation of a HEIF file is not to be applied.
    orientation = 1 if kind == "heif" else exif.orientation
    width, height = stored.width, stored.height
    return Photo(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        width=height if orientation >= 5 else width,
        height=width if orientation >= 5 else height,
        pixels=_upright(to_srgb(decoded.pixels, stored.icc), orientation),
        scale=float(decoded.factor),
        format=kind,
        exif=exif,
    )


def _bytes_of(source: bytes | Path, limits: IntakeLimits) -> bytes:
    if isinstance(source, bytes):
        limits.check_bytes(len(source))
        return source
    try:
        if not source.is_file():
            raise PhotoRejected("unreadable_file", "no regular file")
        limits.check_bytes(source.stat().st_size)
        with source.open("rb") as file:
            data = file.read(limits.max_bytes + 1)
    except (OSError, ValueError) as problem:
        raise PhotoRejected("unreadable_file", type(problem).__name__) from problem
    limits.check_bytes(len(data))
    return data


def _decode(stored: Stored, min_side: int) -> Decoded:
    try:
        with DECODING.hold(stored.working_bytes(min_side)):
            return stored.decode(min_side)
    except MemoryError as problem:
        raise PhotoRejected("decompression_bomb", "out of memory") from problem


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    """Apply an EXIF orientation (EXIF 2.32, tag 0x0112): mirror, turn, or both."""
    if orientation == 1:
        return np.ascontiguousarray(pixels)
    import cv2  # four times as fast at this as numpy

    if orientation in {5, 7}:
        pixels = cv2.transpose(pixels).astype(np.uint8, copy=False)
    flips = {2: 1, 4: 0, 7: -1}
    turns = {3: cv2.ROTATE_180, 6: cv2.ROTATE_90_CLOCKWISE, 8: cv2.ROTATE_90_COUNTERCLOCKWISE}
    if orientation in flips:
        return cv2.flip(pixels, flips[orientation]).astype(np.uint8, copy=False)
    return cv2.rotate(pixels, turns[orientation]).astype(np.uint8, copy=False) if orientation in turns else pixels
