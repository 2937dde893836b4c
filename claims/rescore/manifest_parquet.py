"""Records of a Parquet file, a batch at a time. Binary numbers become the shortest decimal that is read back as them:
what somebody wrote as 624.10 is 624.1, and not 624.1000000000000227."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from claims.rescore.manifest_columns import Columns, Tell
from claims.rescore.manifest_row import Cells
from model.errors import RescoreError
from model.notes import Note

_BATCH: Final = 512
_BUFFER: Final = 1 << 20
_MAGIC: Final = b"PAR1"
_UNREADABLE: Final = object()
"""Stands for a value that has no counterpart in Python: text that is not UTF-8, a day after the year 9999."""


def records(path: Path, *, file: str, tell: Tell) -> Iterator[Cells | Note]:
    """Raises ``RescoreError``: ``truncated``, ``not_parquet``, ``damaged`` in the middle, ``no_columns``,
    ``same_column``."""
    _check_ends(path, file)
    try:
        with pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False, page_checksum_verification=True) as source:
            names = Columns(tell).of_header(source.schema_arrow.names, file=file)
            wanted = [number for number, name in enumerate(names) if name is not None]
            read = [source.schema_arrow.names[number] for number in wanted]
            for batch in source.iter_batches(_BATCH, columns=read, use_threads=False):
                yield from _cells(batch, dict(zip(source.schema_arrow.names, names, strict=True)))
    except (pa.ArrowException, OSError) as error:
        raise RescoreError("damaged", type(error).__name__, file=file) from None


def _check_ends(path: Path, file: str) -> None:
    with path.open("rb") as source:
        begins = source.read(len(_MAGIC)) == _MAGIC
        source.seek(max(0, path.stat().st_size - len(_MAGIC)))
        if not begins:
            raise RescoreError("not_parquet", file=file)
        if source.read() != _MAGIC:
            raise RescoreError("truncated", file=file)


def _cells(batch: pa.RecordBatch, names: dict[str, str | None]) -> Iterator[Cells]:
    columns = {str(names[field.name]): _values(batch.column(place)) for place, field in enumerate(batch.schema)}
    for row in zip(*columns.values(), strict=True):
        yield {name: value for name, value in zip(columns, row, strict=True) if value is not None and value != ""}


def _values(column: "pa.Array[Any]") -> list[object]:
    """Each value as Python has it, numbers with a fraction exact."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    if pa.types.is_float32(column.type) or pa.types.is_float16(column.type):
        kind = np.float32 if pa.types.is_float32(column.type) else np.float16
        return [value if value is None else Decimal(str(kind(value))) for value in column.to_pylist()]
    try:
        found = column.to_pylist(maps_as_pydicts="strict")
    except (ValueError, OverflowError, ArithmeticError, LookupError):
        found = [_value(item) for item in column]
    return [_exact(value) for value in found]


def _value(item: "pa.Scalar[Any]") -> object:
    try:
        return item.as_py(maps_as_pydicts="strict")
    except (ValueError, OverflowError, ArithmeticError, LookupError):
        return _UNREADABLE


def _exact(value: object) -> object:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {name: _exact(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return value
