"""A prepared set and its photos, packed to travel to a machine that has neither.

In the parts: ``set/set.json``, ``set/photos.jsonl`` and ``photos/`` with the photos under the paths of the set.
Photos of the test split stay at home.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from training.pack_parts import Entry, Parts, write_parts
from training.pack_photos import Shrinking, packed
from training.prepared import PreparedPhoto, PreparedSet

SET, PHOTOS = "set", "photos"
TRAVEL = ("train", "val")


def pack(prepared: PreparedSet, root: Path, out: Path, shrinking: Shrinking, *, limit: int) -> Parts:
    """Parts of at most ``limit`` bytes in ``out``. ``root``: the folder of the annotated sets.

    Raises ``ModelError`` ``model.data_unreadable`` or ``model.data_too_large``.
    """
    kept = [photo for photo in prepared.photos if photo.split in TRAVEL]
    stated: list[PreparedPhoto] = []

    def entries() -> Iterator[Entry]:
        for photo in kept:
            small, content = packed(photo, root, shrinking)
            stated.append(small)
            yield f"{PHOTOS}/{photo.path}", content
        yield from _set(prepared.model_copy(update={"photos": tuple(stated)}))

    return write_parts(entries(), out, limit)


def _set(prepared: PreparedSet) -> Iterator[Entry]:
    with TemporaryDirectory() as folder:
        prepared.write(Path(folder))
        for file in sorted(Path(folder).iterdir()):
            yield f"{SET}/{file.name}", file.read_bytes()
