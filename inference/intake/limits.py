"""What a photo may cost, and what each reader has to say about a photo before decoding it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from model.errors import PhotoRejected

Pixels = npt.NDArray[np.uint8]
"""uint8 (height, width, 3), RGB."""

IDLE_S = 60.0
"""Seconds after which a decoding process that nobody needs ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeLimits:
    """Bounds that are checked on the header, before a pixel is decoded.

    ``max_bytes`` of the file; ``max_pixels`` width times height; ``max_side`` and ``min_side`` in pixels of the photo
    as taken; ``max_scans`` of a progressive JPEG: each scan costs a pass over the whole picture, cameras and encoders
    write at most about a dozen; ``max_heif_bytes``: HEVC takes about 0.13 s of one core per megabyte, and no phone
    writes more than 15 MB.
    """

    max_bytes: int = 40 * 1024 * 1024
    max_pixels: int = 50_500_000
    max_side: int = 20_000
    min_side: int = 128
    max_scans: int = 32
    max_heif_bytes: int = 20 * 1024 * 1024

    def __post_init__(self) -> None:
        if min(getattr(self, name) for name in self.__slots__) < 1:
            raise ValueError("limits must be positive")

    def check_bytes(self, count: int, *, heif: bool = False) -> None:
        """Raise ``photo.empty`` or ``photo.too_many_bytes``."""
        most = self.max_heif_bytes if heif else self.max_bytes
        if count == 0:
            raise PhotoRejected("empty")
        if count > most:
            megabytes, limit = (round(Decimal(size) / 1048576, 1) for size in (count, most))
            raise PhotoRejected("too_many_bytes", f"{count} bytes", megabytes=megabytes, limit=limit)

    def check_size(self, width: int, height: int) -> None:
        """Raise ``photo.too_many_pixels``, ``photo.too_long`` or ``photo.too_small``."""
        facts: dict[str, Any] = {"width": width, "height": height}
        if min(width, height) < 1:
            raise PhotoRejected("corrupt", f"size {width}x{height}")
        if width * height > self.max_pixels:
            raise PhotoRejected("too_many_pixels", **facts, limit=self.max_pixels // 1_000_000)
        if max(width, height) > self.max_side:
            raise PhotoRejected("too_long", **facts, limit=self.max_side)
        if min(width, height) < self.min_side:
            raise PhotoRejected("too_small", **facts, limit=self.min_side)


class Decoded(NamedTuple):
    """``pixels`` as stored (not yet turned upright) and how many stored pixels one of them spans."""

    pixels: Pixels
    factor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored(ABC):
    """What a container's headers say: ``width`` and ``height`` as stored, raw EXIF and ICC blocks."""

    data: bytes = field(repr=False)
    width: int
    height: int
    exif: bytes = field(default=b"", repr=False)
    icc: bytes = field(default=b"", repr=False)

    @property
    @abstractmethod
    def bytes_per_pixel(self) -> int:
        """Memory that decoding takes for every stored pixel, however far it is reduced afterwards."""

    def working_bytes(self, min_side: int) -> int:
        """Memory that ``decode(min_side)`` takes at its peak: an upper bound, about a tenth above what was measured."""
        reduced = reduction(self.width, self.height, min_side) ** 2
        return self.width * self.height * self.bytes_per_pixel + self.width * self.height * 6 // reduced

    @abstractmethod
    def decode(self, min_side: int) -> Decoded:
        """RGB, reduced as far as the long side stays at least ``min_side``. Raises ``PhotoRejected``."""


def reduction(width: int, height: int, min_side: int) -> int:
    """1, 2, 4 or 8: the most that leaves a long side of at least ``min_side`` pixels. JPEG decoders go no further."""
    long_side = max(width, height)
    return next(factor for factor in (8, 4, 2, 1) if factor == 1 or -(-long_side // factor) >= min_side)
