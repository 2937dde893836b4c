"""Records of a file with one JSON object on every line, in UTF-8."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from claims.rescore.fields import read_json
from claims.rescore.manifest_columns import COLUMNS, Columns, Tell, column
from claims.rescore.manifest_lines import LONGEST, Lines, LineTooLong
from claims.rescore.manifest_row import Cells
from model.errors import RescoreError
from model.notes import Note, note


def records(path: Path, *, file: str, tell: Tell) -> Iterator[Cells | Note]:
    """Raises ``RescoreError`` ``truncated`` where the last line breaks off."""
    columns = Columns(tell)
    with path.open("rb") as source:
        lines = Lines(source)
        while not lines.at_end:
            try:
                line = next(lines)
            except LineTooLong:
                yield note("rescore.too_long", limit=LONGEST)
                continue
            if given := line.removeprefix(codecs.BOM_UTF8).strip():
                yield _record(given, columns, broken_off=not line.endswith(b"\n"), file=file)


def _record(line: bytes, columns: Columns, *, broken_off: bool, file: str) -> Cells | Note:
    try:
        found = read_json(line.decode("utf-8"))
    except UnicodeDecodeError:
        return note("rescore.not_text")
    except ValueError:
        if broken_off:
            raise RescoreError("truncated", file=file) from None
        return note("rescore.not_json")
    return _cells(found, columns) if isinstance(found, dict) else note("rescore.not_json")


def _cells(found: dict[str, Any], columns: Columns) -> Cells | Note:
    named = {column(name): value for name, value in found.items()}
    if len(named) != len(found):
        return note("rescore.not_json")
    columns.tell_others(named)
    return {name: named[name] for name in COLUMNS if name in named and _says_something(named[name])}


def _says_something(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())
