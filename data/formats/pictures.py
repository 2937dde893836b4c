"""The picture files that annotations speak of, and which photos they belong with."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from PIL import Image, UnidentifiedImageError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
SPLITS = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}
"""How formats that keep each split in a folder call them → how this project does."""
HELD_OUT = 8
"""Of a set that states no split, one group in so many is for validation."""

_ORIENTATION = 0x0112


def upright_size(path: Path) -> tuple[int, int] | None:
    """(width, height) in pixels as shown, after the camera's orientation; None for what is no picture.

    Reads the head of the file only. Raises ``OSError`` for a file that cannot be opened.
    """
    try:
        with Image.open(path) as image:
            turned = image.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
            return (image.height, image.width) if turned else (image.width, image.height)
    except (UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError):
        return None


def pictures_in(folder: Path) -> list[Path]:
    """The picture files directly in a folder, by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)


def found_in(folders: Iterable[Path], name: str) -> Path | None:
    """``name`` below the first of the folders that has it; names that lead out of a folder are not followed."""
    if not stays_inside(name):
        return None
    return next((path for folder in folders if (path := folder / name).is_file()), None)


def stays_inside(name: str) -> bool:
    """Whether a file name leads to something below the folder that it is looked for in."""
    path = Path(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts


def group_of(name: str) -> str:
    """Where a set states no groups: the name without suffix, and without what Roboflow adds to copies of a photo."""
    return Path(name).stem.split(".rf.")[0]


def split_of(stated: object, group: str) -> str:
    """The split that a set states, in this project's word; else ``val`` for one group in eight, always the same."""
    if stated:
        return SPLITS.get(str(stated).lower(), str(stated))
    return "train" if hashlib.sha256(group.encode()).digest()[0] % HELD_OUT else "val"
