"""Photos no larger than a network looks at: fewer bytes to carry, and their boxes shrink with them."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from model.errors import ModelError
from model.findings import Box
from training.photo_files import content_of
from training.prepared import Drawn, PreparedPhoto


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrinking:
    """``longest``: pixels of the longest side, at most; ``quality``: of the JPEG that a shrunk photo becomes."""

    longest: int = 640
    quality: int = 90


def shrunk(photo: PreparedPhoto, longest: int) -> PreparedPhoto:
    """The photo as it will be stated; the same when it is small already.

    ``path`` and ``sha256`` stay: they say which photo it is, not which file.
    """
    width, height = _size(photo, longest)
    if (width, height) == (photo.width, photo.height):
        return photo
    x, y = width / photo.width, height / photo.height
    return photo.model_copy(
        update={
            "width": width,
            "height": height,
            "drawn": tuple(_drawn(item, x, y) for item in photo.drawn),
            "others": tuple(_box(box, x, y) for box in photo.others),
        }
    )


def packed(photo: PreparedPhoto, root: Path, shrinking: Shrinking) -> tuple[PreparedPhoto, bytes]:
    """The photo as it will be stated, with its file. Raises as ``file_of``."""
    content, small = file_of(photo, root, shrinking), shrunk(photo, shrinking.longest)
    if small is photo:
        return photo, content
    return small.model_copy(update={"shrunk_sha256": hashlib.sha256(content).hexdigest()}), content


def file_of(photo: PreparedPhoto, root: Path, shrinking: Shrinking) -> bytes:
    """The file itself when the photo is small already, otherwise a JPEG of the smaller photo, upright.

    Raises ``ModelError`` as ``content_of``, and ``model.data_unreadable`` for a photo of another size than stated.
    """
    content = content_of(photo, root)
    size = _size(photo, shrinking.longest)
    return content if size == (photo.width, photo.height) else _jpeg(photo, content, size, shrinking.quality)


def _jpeg(photo: PreparedPhoto, content: bytes, size: tuple[int, int], quality: int) -> bytes:
    pixels = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), cv2.IMREAD_COLOR)
    if pixels is None or pixels.shape[:2] != (photo.height, photo.width):
        raise ModelError("data_unreadable", f"{photo.path}: not a photo of {photo.width} x {photo.height}")
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    _, file = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return file.tobytes()


def _size(photo: PreparedPhoto, longest: int) -> tuple[int, int]:
    """Width and height after shrinking; nothing grows."""
    share = min(1.0, longest / max(photo.width, photo.height))
    return max(1, round(photo.width * share)), max(1, round(photo.height * share))


def _drawn(item: Drawn, x: float, y: float) -> Drawn:
    outline = tuple((round(px * x, 2), round(py * y, 2)) for px, py in item.outline)
    return item.model_copy(update={"box": _box(item.box, x, y), "outline": outline})


def _box(box: Box, x: float, y: float) -> Box:
    return (round(box[0] * x, 2), round(box[1] * y, 2), round(box[2] * x, 2), round(box[3] * y, 2))
