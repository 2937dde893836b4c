"""What every photo file is: its hash, its size, and how its picture looks. Kept beside the prepared set.

A photo whose path, length and time are those of the last time is not read again. A killed run goes on where it was.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from inference.fingerprint import turned_hashes
from training.whole_files import replace

FILE = "fingerprints.jsonl"


class Fingerprint(BaseModel):
    """One file. ``path`` below the folder of the sets; ``modified`` in ns; ``hashes`` of its eight turned copies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    bytes: int
    modified: int
    sha256: str
    width: int
    height: int
    hashes: tuple[int, ...]


class Fingerprints:
    """The fingerprints of the photos below ``root``; ``file`` remembers them, None does not."""

    def __init__(self, root: Path, file: Path | None = None) -> None:
        self.root, self.file = root, file
        self.known = {item.path: item for item in _remembered(file)}

    def of(self, path: Path) -> Fingerprint | None:
        """None for what cannot be decoded. Raises ``OSError`` for a file that is not there."""
        name, state = path.relative_to(self.root).as_posix(), path.stat()
        known = self.known.get(name)
        if known is not None and (known.bytes, known.modified) == (state.st_size, state.st_mtime_ns):
            return known
        taken = _taken(name, path.read_bytes(), state.st_mtime_ns)
        if taken is not None:
            self.known[name] = taken
            self._append(taken)
        return taken

    def keep(self, items: Iterable[Fingerprint]) -> None:
        """Remember these alone, in order of their paths."""
        if self.file is not None:
            ordered = sorted({item.path: item for item in items}.items())
            replace(self.file, "".join(f"{item.model_dump_json()}\n" for _, item in ordered).encode())

    def _append(self, item: Fingerprint) -> None:
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self.file.open("a", encoding="utf-8") as lines:
                lines.write(f"{item.model_dump_json()}\n")


def _taken(name: str, content: bytes, modified: int) -> Fingerprint | None:
    pixels: Any = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB) if content else None
    if pixels is None:
        return None
    return Fingerprint(
        path=name,
        bytes=len(content),
        modified=modified,
        sha256=hashlib.sha256(content).hexdigest(),
        width=pixels.shape[1],
        height=pixels.shape[0],
        hashes=turned_hashes(pixels),
    )


def _remembered(file: Path | None) -> Iterable[Fingerprint]:
    """A line that a killed run left unfinished is not one."""
    for line in file.read_bytes().splitlines() if file is not None and file.exists() else []:
        try:
            yield Fingerprint.model_validate_json(line)
        except ValidationError:
            continue
