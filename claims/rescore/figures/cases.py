"""The cases of a run as arrays, one place for each case, in the order of the manifest."""

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claims.rescore.figures.arrays import (
    NOBODY_SAID,
    Bools,
    Column,
    Floats,
    Ints,
    coded,
    flags,
    known,
    numbers,
    units,
    whole,
)
from claims.rescore.figures.run_tables import RunTables
from claims.triage import Route
from model.errors import RescoreError

_COLUMNS: Final = (
    *("row", "case_id", "month", "region", "vehicle_class", "route", "currency", "confidence", "damages", "at_least"),
    *("total", "low", "high", "final_amount", "final_lines", "previous_total", "previous_route"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A column of words: ``codes`` (n,) are places in ``words``, -1 where nobody said."""

    codes: Ints
    words: tuple[str, ...]

    @classmethod
    def of(cls, column: Column) -> Self:
        """The words of a column, sorted."""
        codes, words = coded(column)
        return cls(codes=codes, words=words)

    def at(self, case: int) -> str | None:
        """The word of one case."""
        code = int(self.codes[case])
        return None if code == NOBODY_SAID else self.words[code]

    def equal(self, word: str) -> Bools:
        """Where this word stands."""
        if word not in self.words:
            return np.zeros(len(self.codes), dtype=np.bool_)
        found: Bools = self.codes == self.words.index(word)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """Arrays of (n,). Amounts are ten-thousandths of the case's currency; where one is not known it is 0, and
    ``has_final`` or ``has_previous`` is False. ``ids`` and ``final_lines`` stay with Arrow."""

    row: Ints
    ids: Column
    month: Words
    region: Words
    vehicle_class: Words
    route: Words
    currency: Words
    confidence: Floats
    damages: Ints
    at_least: Bools
    total: Ints
    low: Ints
    high: Ints
    final: Ints
    has_final: Bools
    final_lines: Column
    previous: Ints
    has_previous: Bools
    previous_route: Words

    @classmethod
    def read(cls, tables: RunTables) -> Self:
        """Every scored case. Raises ``RescoreError``."""
        return cls.of(tables.table("cases", _COLUMNS))

    @classmethod
    def of(cls, table: pa.Table) -> Self:
        """From the columns of ``claims.rescore.tables.CASES``. Raises ``RescoreError`` for an id that is not unique."""
        table = table.sort_by("row")
        if repeated := len(table) - len(table["case_id"].unique()):
            raise RescoreError("tables_disagree", "several cases have one id", n=repeated)
        words = {
            name: Words.of(table[name])
            for name in ("month", "region", "vehicle_class", "route", "currency", "previous_route")
        }
        return cls(
            row=whole(table["row"]),
            ids=table["case_id"],
            confidence=numbers(table["confidence"]),
            damages=whole(table["damages"]),
            at_least=flags(table["at_least"]),
            total=units(table["total"]),
            low=units(table["low"]),
            high=units(table["high"]),
            final=units(table["final_amount"]),
            has_final=known(table["final_amount"]),
            final_lines=table["final_lines"],
            previous=units(table["previous_total"]),
            has_previous=known(table["previous_total"]),
            **words,
        )

    def __len__(self) -> int:
        return len(self.row)

    @property
    def offered(self) -> Bools:
        """Instant offers."""
        return self.route.equal(Route.INSTANT_OFFER.value)

    @property
    def currencies(self) -> tuple[str, ...]:
        """Every currency of the run, sorted."""
        return self.currency.words

    def places_of(self, ids: Column) -> Ints:
        """The place of each of these cases. Raises ``RescoreError`` ``tables_disagree`` for one that has none."""
        found: Any = pc.index_in(ids, value_set=self.ids.combine_chunks())
        if found.null_count:
            raise RescoreError("tables_disagree", "rows of cases that are not among the cases", n=found.null_count)
        places: Ints = found.to_numpy().astype(np.int64)
        return places

    def per_currency(self, amounts: dict[str, int]) -> Ints:
        """(n,): for each case the amount that belongs to its currency."""
        return np.array([amounts[currency] for currency in self.currencies], dtype=np.int64)[self.currency.codes]
