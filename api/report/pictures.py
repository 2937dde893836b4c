"""Photos read again to be shown: upright, reduced, and without anything that their files say beside the picture."""

import base64
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from claims.assess import Assessment
from claims.observe import Observation, PhotoSource
from inference.images import IntakeLimits, Photo, read_photo
from model.errors import PhotoRejected
from model.findings import Box

LONG_SIDE = 1600
"""Longest side shown, in px."""

CROP_SHAPE = 4 / 3
_BUDGET = 225_000
_STEPS = ((LONG_SIDE, 82), (LONG_SIDE, 70), (1280, 72), (1024, 68), (800, 60), (640, 50))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture of the photo with index ``index``; ``x_picture = x_photo * scale``."""

    index: int
    image: Image.Image
    scale: float

    def cut(self, box: Box, *, margin: float, least: float) -> Image.Image:
        """The picture around a box in pixels of the photo, 4:3 as far as the picture reaches. ``margin`` is a share of
        the box's sides; the piece is at least ``least`` of the picture's longer side wide."""
        x1, y1, x2, y2 = (value * self.scale for value in box)
        wide, high = (x2 - x1) * (1 + 2 * margin), (y2 - y1) * (1 + 2 * margin)
        wide = max(wide, high * CROP_SHAPE, least * max(self.image.size), CROP_SHAPE)
        left, right = _span((x1 + x2) / 2, wide, self.image.width)
        top, bottom = _span((y1 + y2) / 2, max(high, wide / CROP_SHAPE), self.image.height)
        return self.image.crop((left, top, right, bottom))


def _span(middle: float, length: float, limit: int) -> tuple[int, int]:
    """``length`` px around ``middle``, moved and cut to lie within 0..limit; never empty."""
    whole = min(limit, math.ceil(length))
    start = min(max(0, round(middle - whole / 2)), limit - whole)
    return start, start + whole


def readable(assessment: Assessment, sources: Sequence[PhotoSource], least: dict[int, int]) -> Iterator[Shown]:
    """The photos that were read, one at a time. ``least``: px that the long side of a photo needs beyond the usual.

    A file that has changed or gone since the assessment is left out: boxes never stand on another picture.
    """
    for seen in assessment.observations:
        if seen.rejection is None and seen.index < len(sources):
            photo = _read_again(seen, sources[seen.index], max(LONG_SIDE, least.get(seen.index, 0)))
            if photo is not None:
                yield Shown(index=seen.index, image=Image.fromarray(photo.pixels), scale=1 / photo.scale)


def _read_again(seen: Observation, source: PhotoSource, min_side: int) -> Photo | None:
    try:
        photo = read_photo(source.content, name=source.name, limits=IntakeLimits(), min_side=min_side)
    except PhotoRejected:
        return None
    return photo if photo.sha256 == seen.sha256 else None


def fitted(image: Image.Image, long_side: int) -> Image.Image:
    """The picture, no longer than ``long_side`` px; the picture itself if it is short enough."""
    if max(image.size) <= long_side:
        return image
    return image.resize(fitted_size(image.size, long_side), Image.Resampling.LANCZOS, reducing_gap=2.0)


def fitted_size(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """``size`` in the same proportions, the longer side at most ``long_side``."""
    factor = min(1.0, long_side / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def jpeg_uri(image: Image.Image, budget: int = _BUDGET) -> str:
    """The picture as a ``data:`` URI of at most about ``budget`` bytes of JPEG; only pixels are written."""
    for long_side, quality in _STEPS:
        data = _jpeg(fitted(image, long_side), quality)
        if len(data) <= budget:
            break
    return "data:image/jpeg;base64," + base64.b64encode(data).decode("ascii")


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()
