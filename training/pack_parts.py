"""Files in numbered uncompressed tar files of limited size: the same bytes for the same content.

DIR/part-000.tar …   the files
DIR/parts.json       every part with its sha256
"""

import hashlib
import io
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from model.errors import ModelError
from model.manifest import FileRef

INDEX = "parts.json"
END = 2 * tarfile.RECORDSIZE
"""Bytes kept for the end of a tar file."""

Entry = tuple[str, bytes]
"""Name in the tar file and content."""


class Parts(BaseModel):
    """The index: all parts of one pack, in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parts: tuple[FileRef, ...]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Raises ``ModelError`` ``model.data_unreadable``."""
        try:
            return cls.model_validate_json((folder / INDEX).read_bytes())
        except (OSError, ValidationError) as error:
            raise ModelError("data_unreadable", f"{folder.name}/{INDEX}: {error}") from error

    def write(self, folder: Path) -> None:
        """The same bytes for the same parts."""
        (folder / INDEX).write_text(self.model_dump_json(indent=1) + "\n", "utf-8")

    def part(self, name: str) -> FileRef | None:
        """The part of that name, if this index has one."""
        return next((part for part in self.parts if part.file == name), None)


def write_parts(entries: Iterable[Entry], out: Path, limit: int) -> Parts:
    """Parts of at most ``limit`` bytes with their index; parts of an earlier pack in ``out`` go.

    Raises ``ModelError`` ``model.data_too_large`` for a file that fits into no part.
    """
    out.mkdir(parents=True, exist_ok=True)
    for old in (out / INDEX, *out.glob("part-*.tar")):
        old.unlink(missing_ok=True)
    written = Parts(parts=tuple(_written(out, n, group) for n, group in enumerate(_grouped(entries, limit - END))))
    written.write(out)
    return written


def _grouped(entries: Iterable[Entry], room: int) -> Iterator[list[Entry]]:
    group, taken = list[Entry](), 0
    for name, content in entries:
        needs = _needs(name, content)
        if needs > room:
            raise ModelError("data_too_large", f"{name}: {needs} bytes, a part has room for {room}")
        if taken + needs > room:
            yield group
            group, taken = [], 0
        group.append((name, content))
        taken += needs
    if group:
        yield group


def _needs(name: str, content: bytes) -> int:
    return len(_header(name, content).tobuf()) + -(-len(content) // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE


def _header(name: str, content: bytes) -> tarfile.TarInfo:
    """No owner, no time: nothing that differs between two machines."""
    header = tarfile.TarInfo(name)
    header.size = len(content)
    return header


def _written(out: Path, number: int, group: Sequence[Entry]) -> FileRef:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in group:
            tar.addfile(_header(name, content), io.BytesIO(content))
    content, name = file.getvalue(), f"part-{number:03}.tar"
    (out / name).write_bytes(content)
    return FileRef(file=name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
