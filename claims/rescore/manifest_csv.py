"""Records of a CSV file, one at a time: quoted fields, line ends of any system, comma, semicolon or tab between."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from claims.rescore.manifest_columns import NEEDED, Columns, Tell, column
from claims.rescore.manifest_encoding import encoding_of
from claims.rescore.manifest_lines import LONGEST, Lines, LineTooLong
from claims.rescore.manifest_row import Cells
from model.errors import RescoreError
from model.notes import Note, note

_SEPARATORS: Final = ",;\t"


def records(path: Path, *, file: str, tell: Tell) -> Iterator[Cells | Note]:
    """Raises ``RescoreError``: ``encoding``, ``no_columns``, ``same_column``, ``truncated``."""
    csv.field_size_limit(LONGEST)
    encoding, whole = encoding_of(path, file=file), _ends_with_a_line(path)
    if encoding.name == "gb18030":
        tell(note("rescore.read_as_gb18030", file=file))
    with path.open(encoding=encoding.name, errors="surrogateescape", newline="") as source:
        lines = Lines(source)
        header = next((line for line in lines if line.strip()), "")
        separator = _separator(header)
        names = Columns(tell).of_header(_header(header, separator), file=file)
        rows = _Rows(file=file, names=names, separator=separator, whole=whole, damaged=encoding.damaged)
        yield from rows.of(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """``whole``: the file ends with the end of a line, so that a short last row is no sign of a copy that broke off.
    ``damaged``: some of its bytes may be none of its encoding."""

    file: str
    names: tuple[str | None, ...]
    separator: str
    whole: bool
    damaged: bool

    def of(self, lines: Lines[str]) -> Iterator[Cells | Note]:
        reader = csv.reader(lines, delimiter=self.separator, strict=True)
        while not lines.at_end:
            first = lines.number + 1
            try:
                row = next(reader)
            except csv.Error as fault:
                if "end of data" in str(fault):
                    raise RescoreError("truncated", file=self.file) from None
                yield note("rescore.lines", first=first, last=lines.number)
                continue
            except LineTooLong:
                yield note("rescore.too_long", limit=LONGEST)
                continue
            if row:  # an empty line is no row
                yield self._cells(row, lines)

    def _cells(self, row: list[str], lines: Lines[str]) -> Cells | Note:
        if len(row) < len(self.names) and lines.at_end and not self.whole:
            raise RescoreError("truncated", file=self.file)
        if len(row) != len(self.names):
            return note("rescore.columns", count=len(row), expected=len(self.names))
        if self.damaged and any("\udc80" <= letter <= "\udcff" for cell in row for letter in cell):
            return note("rescore.not_text")
        return {name: cell for name, cell in zip(self.names, row, strict=True) if name is not None and cell.strip()}


def _separator(header: str) -> str:
    """The one that gives the needed columns; a comma, where none does."""
    fits = (mark for mark in _SEPARATORS if set(NEEDED) <= set(map(column, _header(header, mark))))
    return next(fits, _SEPARATORS[0])


def _header(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator), [])


def _ends_with_a_line(path: Path) -> bool:
    with path.open("rb") as source:
        source.seek(max(0, path.stat().st_size - 1))
        return source.read() in {b"\n", b"\r"}
