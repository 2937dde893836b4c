"""Anchors of the audit log in a file of their own: what the database's owner alone cannot write anew."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from claims.audit import Head
from model.errors import StorageError

NAME: Final = "audit-anchors.jsonl"


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    seq: Annotated[int, Field(ge=1)]
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    at: datetime


@dataclass(frozen=True, slots=True)
class AnchorFile:
    """One JSON document a line, for its owner alone; lines are only ever added. Put it where the database is not."""

    path: Path

    def add(self, head: Head, at: datetime) -> None:
        """One more line, on disk when this returns. What a crash left of a line is taken away.

        Raises ``StorageError`` ``storage.unwritable``.
        """
        line = _Line(seq=head.seq, hash=head.hash, at=at).model_dump_json().encode() + b"\n"
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b") as file:
                file.seek(_whole(file.read()))
                file.truncate()
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StorageError("unwritable", f"{self.path.name}: {error.strerror}", file=self.path.name) from error

    def heads(self) -> tuple[Head, ...]:
        """Every link that was told, in the order of telling; none where the file is not there.

        Raises ``StorageError`` ``storage.damaged`` for a line that is none of ours.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StorageError("damaged", f"{self.path.name}: {error.strerror}") from error
        return tuple(self._heads(content[: _whole(content)]))

    def _heads(self, content: bytes) -> Iterator[Head]:
        for number, text in enumerate(content.splitlines(), 1):
            try:
                line = _Line.model_validate_json(text)
            except ValidationError:
                raise StorageError("damaged", f"{self.path.name}, line {number}") from None
            yield Head(line.seq, line.hash)


def _whole(content: bytes) -> int:
    """How many bytes are whole lines."""
    return content.rfind(b"\n") + 1
