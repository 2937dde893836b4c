"""The tables of a run, as far as it is done: of every chunk with a marker, and of no other."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.dataset as ds

from claims.rescore.tables import TABLES
from model.errors import RescoreError

_AT_ONCE: Final = 256
"""Chunks of which tables are read together where a whole table is too much."""


class RunTables:
    """A folder that ``claims.rescore.run`` wrote."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._chunks = sorted(marker.stem for marker in (out / ".run" / "chunks").glob("*.json"))

    def table(self, name: str, columns: Sequence[str]) -> pa.Table:
        """Columns of a whole table. Raises ``RescoreError`` ``rescore.unreadable_table``."""
        return self._read(name, columns, self._chunks)

    def pieces(self, *wanted: tuple[str, Sequence[str]]) -> Iterator[tuple[pa.Table, ...]]:
        """Columns of several tables, some chunks after the other; what belongs together stands in one piece.

        Raises as ``table``.
        """
        for start in range(0, len(self._chunks), _AT_ONCE):
            chunks = self._chunks[start : start + _AT_ONCE]
            yield tuple(self._read(name, columns, chunks) for name, columns in wanted)

    def _read(self, name: str, columns: Sequence[str], chunks: Sequence[str]) -> pa.Table:
        files = [str(self._out / name / f"{chunk}.parquet") for chunk in chunks]
        schema = pa.schema([TABLES[name].field(column) for column in columns])
        if not files:
            return schema.empty_table()
        try:
            return ds.dataset(files, schema=TABLES[name], format="parquet").to_table(columns=list(columns))
        except (OSError, pa.ArrowInvalid) as fault:
            raise RescoreError("unreadable_table", str(fault), table=name) from fault
