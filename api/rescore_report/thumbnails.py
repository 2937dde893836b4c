"""Small pictures of the photos of a case with the boxes on them: pixels only, never another photo than was scored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from PIL import Image

from api.report.marks import within
from api.report.pictures import fitted, jpeg_uri
from claims.rescore.evidence import PhotoSeen, Seen
from inference.images import IntakeLimits, Photo, read_photo
from model.errors import PhotoRejected
from model.findings import Box

ReadPhoto = Callable[[str, int], bytes | None]
"""The bytes of a photo by case and number from 1; None where it cannot be had."""

LARGE: Final = 20_000
"""Bytes of JPEG that the first photo of a case may take."""
_SMALL: Final = 7_000
_OTHERS: Final = 2
_LARGE_PX, _SMALL_PX = 360, 160
_LEAST_PX: Final = 40
_BOXES: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """``boxes`` are x, y, width, height in px of the picture. ``photo`` counts from 1."""

    photo: int
    uri: str
    width: int
    height: int
    boxes: tuple[Box, ...]
    seen: tuple[str, ...]


def thumbnails(
    case_id: str, hashes: Sequence[str], seen: Mapping[tuple[str, int], PhotoSeen], read: ReadPhoto
) -> tuple[Thumbnail, ...]:
    """Up to three photos of a case: those with the surest damage, the first of them larger.

    A photo that has gone, has changed since it was scored, or cannot be opened is left out.
    """
    numbers = sorted(range(1, len(hashes) + 1), key=lambda number: (-_surest(seen.get((case_id, number))), number))
    found: list[Thumbnail] = []
    for number in numbers:
        if len(found) > _OTHERS:
            break
        side, budget = (_SMALL_PX, _SMALL) if found else (_LARGE_PX, LARGE)
        photo = _again(read(case_id, number), hashes[number - 1], side)
        uri = photo and _uri(photo, side, budget)
        if photo and uri:
            found.append(_thumbnail(number, photo, uri, side, seen.get((case_id, number))))
    return tuple(found)


def _surest(seen: PhotoSeen | None) -> float:
    return max((one.score for one in seen.boxes), default=0.0) if seen else 0.0


def _again(content: bytes | None, sha256: str, side: int) -> Photo | None:
    if content is None:
        return None
    try:
        photo = read_photo(content, name="", limits=IntakeLimits(), min_side=side)
    except PhotoRejected:
        return None
    return photo if photo.sha256 == sha256 else None


def _uri(photo: Photo, side: int, budget: int) -> str | None:
    """As large as ``budget`` bytes allow: a photo of noise becomes smaller than others."""
    image = Image.fromarray(photo.pixels)
    while side >= _LEAST_PX:
        uri = jpeg_uri(fitted(image, side), budget)
        if len(uri) * 3 // 4 <= budget:
            return uri
        side = side * 3 // 4
    return None


def _thumbnail(number: int, photo: Photo, uri: str, side: int, seen: PhotoSeen | None) -> Thumbnail:
    factor = min(1.0, side / max(photo.width, photo.height))
    width, height = max(1, round(photo.width * factor)), max(1, round(photo.height * factor))
    boxes = sorted(seen.boxes, key=lambda one: -one.score)[:_BOXES] if seen else []
    drawn = tuple(_placed(one, factor, width, height) for one in boxes)
    return Thumbnail(photo=number, uri=uri, width=width, height=height, boxes=drawn, seen=_told(boxes))


def _placed(seen: Seen, factor: float, width: int, height: int) -> Box:
    a, b, c, d = seen.box
    x1, y1, x2, y2 = within((a * factor, b * factor, c * factor, d * factor), width, height)
    return (round(x1, 1), round(y1, 1), round(x2 - x1, 1), round(y2 - y1, 1))


def _told(boxes: Sequence[Seen]) -> tuple[str, ...]:
    """Each label once, the surest first."""
    return tuple(dict.fromkeys(chain(one.label for one in boxes)))
