"""The file of a prepared photo: the one that was prepared, or refused by name."""

import hashlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from model.errors import ModelError
from training.prepared import PreparedPhoto

Pixels = npt.NDArray[np.uint8]


def content_of(photo: PreparedPhoto, root: Path) -> bytes:
    """The file below ``root``, the folder of the sets.

    Raises ``ModelError``: ``model.data_unreadable`` for one that is missing, ``model.data_changed`` for another one.
    """
    try:
        content = (root / photo.path).read_bytes()
    except OSError as error:
        raise ModelError("data_unreadable", f"{photo.path}: no such file") from error
    if hashlib.sha256(content).hexdigest() != (photo.shrunk_sha256 or photo.sha256):
        raise ModelError("data_changed", f"{photo.path} is not the file that was prepared: run prepare again")
    return content


def decoded(photo: PreparedPhoto, content: Pixels) -> Pixels:
    """(height, width, 3) RGB, upright, from the bytes of the file. Raises ``ModelError`` ``model.data_unreadable``."""
    pixels: Any = cv2.imdecode(content, cv2.IMREAD_COLOR_RGB) if len(content) else None
    if pixels is None:
        raise ModelError("data_unreadable", f"{photo.path}: cannot be decoded")
    return np.asarray(pixels, dtype=np.uint8)
