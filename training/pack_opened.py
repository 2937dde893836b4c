"""Parts become a folder again, in as many goes as the parts come in.

OUT/set, OUT/photos   what ``train`` takes: ``--prepared OUT/set --data OUT/photos``
OUT/parts.json        the index of the set that lies there
OUT/unpacked/         an empty file for each part that is in
"""

import hashlib
import io
import tarfile
from collections.abc import Sequence
from pathlib import Path

from model.errors import ModelError
from training.pack import PHOTOS, SET
from training.pack_parts import INDEX, Parts

DONE = "unpacked"


def unpack(files: Sequence[Path], out: Path) -> list[str]:
    """Check and unpack parts that lie beside their ``parts.json``. Returns the parts that are still missing.

    Raises ``ModelError`` ``model.data_unreadable``: a part that is not what its index says, that would write outside
    ``out``, or that belongs to another set than the one begun there. Nothing of such a part is written.
    """
    for file in files:
        index = Parts.read(file.parent)
        content = _checked(file, index)
        _begin(index, out)
        _extract(content, file.name, out)
        (out / DONE / file.name).touch()
    return [part.file for part in Parts.read(out).parts if not (out / DONE / part.file).exists()]


def _checked(file: Path, index: Parts) -> bytes:
    part = index.part(file.name)
    if part is None:
        raise ModelError("data_unreadable", f"{file.name} is not in {INDEX}")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ModelError("data_unreadable", file.name) from error
    if hashlib.sha256(content).hexdigest() != part.sha256:
        raise ModelError("data_unreadable", f"{file.name} is not the file that {INDEX} names")
    return content


def _begin(index: Parts, out: Path) -> None:
    if (out / INDEX).exists():
        if Parts.read(out) != index:
            raise ModelError("data_unreadable", f"{out.name} holds parts of another set: choose an empty folder")
        return
    (out / DONE).mkdir(parents=True, exist_ok=True)
    index.write(out)


def _extract(content: bytes, part: str, out: Path) -> None:
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
            members = [(_place(member, part, out), member) for member in tar]
            for place, member in members:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(_content(tar, member))
    except tarfile.TarError as error:
        raise ModelError("data_unreadable", f"{part}: {error}") from error


def _place(member: tarfile.TarInfo, part: str, out: Path) -> Path:
    """Where a file goes; only plain files of the set and its photos are taken."""
    place = (out / member.name).resolve()
    inside = any(place.parent.is_relative_to((out / folder).resolve()) for folder in (SET, PHOTOS))
    if not member.isreg() or not inside:
        raise ModelError("data_unreadable", f"{part}: {member.name} is no file of a set")
    return place


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    if file is None:
        raise tarfile.ReadError(member.name)
    return file.read()
