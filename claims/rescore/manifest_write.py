"""Manifests as CSV, JSONL or Parquet from the same records, exactly: what ``read_rows`` gives back is equal."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from claims.rescore.fields import Reader, amount, day, document, number, photos, whole, yes_no
from claims.rescore.manifest_columns import COLUMNS

Record = Mapping[str, Any]
"""Text, booleans, whole numbers, decimals, days, moments, lists and JSON documents, by column; None: not stated."""

_KINDS: Final[Mapping[Reader, pa.DataType]] = {
    amount: pa.decimal128(18, 4),
    number: pa.decimal128(38, 18),
    whole: pa.int64(),
    yes_no: pa.bool_(),
    day: pa.date32(),
    photos: pa.list_(pa.string()),
}
"""All other columns are text."""


def write_csv(path: Path, records: Iterable[Record], columns: Sequence[str], *, encoding: str = "utf-8-sig") -> None:
    """With lines that end as on Windows, and the mark by which Excel knows UTF-8, unless told otherwise."""
    with path.open("w", encoding=encoding, newline="") as target:
        writer = csv.writer(target)
        writer.writerow(columns)
        writer.writerows([_cell(name, record.get(name)) for name in columns] for record in records)


def write_jsonl(path: Path, records: Iterable[Record]) -> None:
    """One object a line."""
    with path.open("w", encoding="utf-8", newline="\n") as target:
        target.writelines(json_text({k: v for k, v in record.items() if v is not None}) + "\n" for record in records)


def write_parquet(path: Path, records: Iterable[Record], columns: Sequence[str]) -> None:
    """Amounts as decimals, photos as lists; documents are JSON text. Pages carry checksums."""
    schema = pa.schema([pa.field(name, _KINDS.get(COLUMNS[name], pa.string())) for name in columns])
    rows = [{name: _value(name, record.get(name)) for name in columns} for record in records]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, write_page_checksum=True)


def json_text(value: Any) -> str:
    """JSON whose numbers have the decimals that they were written with. Days and moments are text."""
    match value:
        case Decimal():
            return f"{value:f}"
        case date():
            return json.dumps(value.isoformat())
        case Mapping():
            pairs = (f"{json.dumps(name, ensure_ascii=False)}: {json_text(item)}" for name, item in value.items())
            return f"{{{', '.join(pairs)}}}"
        case list() | tuple():
            return f"[{', '.join(map(json_text, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _value(name: str, value: Any) -> Any:
    """As Parquet holds it."""
    if value is None or COLUMNS[name] in _KINDS:
        return value
    return _cell(name, value)


def _cell(name: str, value: Any) -> str:
    """As text."""
    if value is None:
        return ""
    spelled: Callable[[Any], str] = ";".join if COLUMNS[name] is photos else _plain
    return json_text(value) if COLUMNS[name] is document else spelled(value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json_text(value).strip('"')
