"""What an earlier run said of cases, read from its folder as far as it is asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from claims.rescore.case import Previous
from claims.rescore.parts import Parts
from claims.triage import Route

_COLUMNS: Final = ("case_id", "total", "low", "high", "route", "currency", "inputs_sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """``inputs``: see ``claims.replay.inputs_hash``; equal ones were of the same photos, facts, day and versions."""

    estimate: Previous
    currency: str
    inputs: str


class EarlierCases:
    """The cases of a run. Mostly a chunk of both runs holds the same ones; only where not is the whole run listed."""

    def __init__(self, out: Path, versions: dict[str, str]) -> None:
        self._parts = Parts(out)
        self._versions = versions

    def of(self, number: int, wanted: Iterable[str]) -> dict[str, Before]:
        """By case id, as far as the earlier run has them. ``number`` of the chunk that holds them now."""
        found = dict(self._in_chunk(number)) if number in self._numbers else {}
        missing = set(wanted) - found.keys()
        places = {self._chunk_of[case_id] for case_id in missing if case_id in self._chunk_of} if missing else set()
        for place in places:
            found |= self._in_chunk(place)
        return found

    @cached_property
    def _numbers(self) -> frozenset[int]:
        return frozenset(self._parts.numbers())

    @cached_property
    def _chunk_of(self) -> dict[str, int]:
        places: dict[str, int] = {}
        for number in sorted(self._numbers):
            table = pq.read_table(self._parts.file("cases", number), columns=["case_id"])
            places |= {str(case_id): number for case_id in table["case_id"].to_pylist()}
        return places

    def _in_chunk(self, number: int) -> Iterator[tuple[str, Before]]:
        table = pq.read_table(self._parts.file("cases", number), columns=list(_COLUMNS))
        columns = (table[name].to_pylist() for name in _COLUMNS)
        for case_id, total, low, high, route, currency, inputs in zip(*columns, strict=True):
            said = Previous(total=total, low=low, high=high, route=Route(route), versions=self._versions)
            yield case_id, Before(estimate=said, currency=currency, inputs=inputs)
