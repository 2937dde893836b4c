"""A CSV file as rows of cells, and the list of everything wrong with it.

Spreadsheet programs write many dialects of CSV. Accepted: UTF-8 with or without byte order mark, UTF-16 with one, GBK
and GB18030 (Excel in China), LF or CRLF, full-width digits, ``1,200`` as one thousand two hundred. Anything that could
be read in two ways is refused with the line and the column.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from model.errors import PriceTableError
from model.notes import Note, note

MAX_BYTES: Final = 32 * 1024 * 1024
_OTHER_SEPARATORS: Final = (";", "\t", "|", "，", "；")
Row = TypeVar("Row", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadCell:
    """One thing wrong with a file. ``line`` counts from 1 (the header); ``column`` is empty for a whole row."""

    file: str
    line: int
    column: str
    reason: Note

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" + (f":{self.column}" if self.column else "")
        facts = ", ".join(f"{key}={value!s}" for key, value in self.reason.facts.items())
        return f"{where}: {self.reason.code.rpartition('.')[2]}" + (f" ({facts})" if facts else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of one file. ``version`` is the declared name with a short hash of the content."""

    file: str
    version: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def refuse(cells: Sequence[BadCell]) -> None:
    """Raise ``prices.bad_cells`` naming every bad cell in the order of the file, if there is any."""
    if cells:
        ordered = tuple(sorted(cells, key=lambda cell: cell.line))
        raise PriceTableError("bad_cells", "; ".join(str(cell) for cell in ordered[:20]), cells=ordered)


def read_table(content: bytes, *, file: str, name: str) -> Table:
    """The header and the non-empty rows of ``content``. Raises ``PriceTableError`` when it is not a table."""
    if len(content) > MAX_BYTES:
        raise PriceTableError("too_large", file, file=file, limit=MAX_BYTES)
    text = decode(content, file)
    _refuse_other_separator(text, file)
    records = _records(text, file)
    if not records:
        raise PriceTableError("empty", file, file=file)
    header = tuple(unicodedata.normalize("NFKC", cell).strip() for cell in records[0][1])
    if len(records) == 1:
        raise PriceTableError("empty", file, file=file)
    version = f"{name}@{sha256(content).hexdigest()[:8]}"
    return Table(file=file, version=version, header=header, rows=tuple(records[1:]))


def decode(content: bytes, file: str) -> str:
    """The text of a file written by a spreadsheet program. Raises ``prices.encoding``."""
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise PriceTableError("encoding", file, file=file)


def _refuse_other_separator(text: str, file: str) -> None:
    """Raises ``prices.separator`` for a header with semicolons or tabs: such files write decimals in other ways too."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    if "," not in header and any(header.count(other) > 1 for other in _OTHER_SEPARATORS):
        raise PriceTableError("separator", file, file=file)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The column that a header most likely means: the same but for case, blanks and hyphens, or a typing error away."""
    known = tuple(known)
    plain = re.sub(r"[\s-]+", "_", name.strip().casefold())
    found = [plain] if plain in known else get_close_matches(plain, known, n=1, cutoff=0.85)
    return found[0] if found else None


def _records(text: str, file: str) -> list[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[tuple[int, tuple[str, ...]]] = []
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((before + 1, tuple(cells)))
            before = reader.line_num
    except csv.Error as error:
        cell = BadCell(file=file, line=before + 1, column="", reason=note("prices.cell.not_csv", problem=str(error)))
        raise PriceTableError("bad_cells", str(cell), cells=(cell,)) from error
    return records


def validate_rows(
    table: Table, model: type[Row], check: Callable[[Row], Iterator[tuple[str, Note]]]
) -> tuple[list[tuple[int, Row]], list[BadCell]]:
    """The good rows as ``model`` with their lines, and every bad cell. A wrong header is refused at once."""
    bad = list(_header_problems(table, model))
    refuse(bad)
    rows: list[tuple[int, Row]] = []
    for line, cells in table.rows:
        if len(cells) != len(table.header):
            reason = note("prices.cell.row_length", found=len(cells), expected=len(table.header))
            bad.append(BadCell(file=table.file, line=line, column="", reason=reason))
            continue
        try:
            row = model.model_validate(dict(zip(table.header, cells, strict=True)))
        except ValidationError as error:
            bad += [BadCell(file=table.file, line=line, column=col, reason=why) for col, why in _problems(error)]
            continue
        bad += [BadCell(file=table.file, line=line, column=col, reason=why) for col, why in check(row)]
        rows.append((line, row))
    return rows, bad


def _header_problems(table: Table, model: type[BaseModel]) -> Iterator[BadCell]:
    known = model.model_fields
    needed = [name for name, info in known.items() if info.is_required()]
    present = {nearest(name, known) for name in table.header}
    for name in needed:
        if name not in present:
            yield BadCell(file=table.file, line=1, column=name, reason=note("prices.cell.missing_column", column=name))
    for index, name in enumerate(table.header):
        if name not in known:
            meant = nearest(name, known)
            reason = note("prices.cell.near_column" if meant else "prices.cell.unknown_column", column=meant or name)
            yield BadCell(file=table.file, line=1, column=name, reason=reason)
        elif name in table.header[:index]:
            reason = note("prices.cell.repeated_column", column=name)
            yield BadCell(file=table.file, line=1, column=name, reason=reason)


_OUR_CODE = {
    "string_too_long": "too_long",
    "enum": "unknown_word",
    "literal_error": "unknown_word",
    "greater_than": "out_of_range",
}


def _problems(error: ValidationError) -> Iterator[tuple[str, Note]]:
    for item in error.errors(include_url=False):
        code = _OUR_CODE.get(item["type"], item["type"])
        column = str(item["loc"][0]) if item["loc"] else ""
        code = code if code in CELL_CODES else "not_readable"
        allowed = tuple(re.findall(r"'([^']*)'", item.get("ctx", {}).get("expected", "")))  # of an enum or a Literal
        yield (
            column,
            note(f"prices.cell.{code}", value=str(item["input"])[:60], **({"known": allowed} if allowed else {})),
        )


CELL_CODES: Final = frozenset(
    {
        "empty",
        "too_long",
        "unknown_word",
        "out_of_range",
        "not_a_number",
        "negative",
        "ambiguous_number",
        "not_a_date",
        "not_a_year",
    }
    | {"not_yes_or_no", "not_readable"}
)
"""Reasons that speak about the text of one cell, each with a sentence under ``prices.cell``."""
