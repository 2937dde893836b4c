"""Whether cases are those of a run: what is read from others must not be promised in its name.

Ids are compared; what the cases say may have changed since.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from claims.rescore.case import Row
from claims.rescore.figures.run_tables import RunTables
from model.errors import RescoreError


def check_cases(out: Path, rows: Iterable[Row]) -> None:
    """Read all of ``rows``. Raises as ``only``."""
    deque(only(out, rows), maxlen=0)


def only(out: Path, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows as they come. Every id is one that the run scored or quarantined; rows without an id have no say.

    Raises ``RescoreError``: at the end ``other_cases``, which counts ids that were missing and those that were more;
    ``unreadable_table``.
    """
    there, more = _ids(out), 0
    left = set(there)
    for row in rows:
        if row.id is not None:
            more += row.id not in there
            left.discard(row.id)
        yield row
    if left or more:
        raise RescoreError("other_cases", f"{len(left)} missing, {more} more", missing=len(left), more=more)


def _ids(out: Path) -> set[str]:
    tables = RunTables(out)
    columns = [tables.table(name, ("case_id",))["case_id"] for name in ("cases", "quarantine")]
    return {str(name) for column in columns for name in column.drop_null().to_pylist()}
