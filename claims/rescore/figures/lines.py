"""Estimate lines and final lines as arrays, and where they meet: on (part, side, operation)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Self

import numpy as np

from claims.rescore.figures.arrays import NOBODY_SAID, Bools, Ints, as_units, flags, known, places, units
from claims.rescore.figures.cases import Cases
from claims.rescore.figures.run_tables import RunTables
from model.vocabulary import Part, Side
from parts_pricing.operations import Operation

PARTS: Final = tuple(part.value for part in Part)
_SIDES: Final = tuple(side.value for side in Side)
_OPERATIONS: Final = tuple(operation.value for operation in Operation)
_UNKNOWN_SIDE: Final = _SIDES.index(Side.UNKNOWN.value)
PLACES: Final = len(PARTS) * len(_SIDES)
"""A place is a part on a side, as a number below this."""
_COLUMNS: Final = ("case_id", "part", "side", "operation", "priced", "total", "low", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Arrays of (lines,). ``case``: place of the case in ``Cases``. ``part`` is one of ``PARTS``, -1 where nobody could
    say; ``side`` and ``operation`` likewise. ``amount`` in ten-thousandths, 0 where not ``priced``: of an estimate line
    what is known so far, with its ``low`` and ``high``; of a final line both are its amount."""

    case: Ints
    part: Ints
    side: Ints
    operation: Ints
    priced: Bools
    amount: Ints
    low: Ints
    high: Ints

    @classmethod
    def estimated(cls, tables: RunTables, cases: Cases) -> Self:
        """The lines of all estimates. Raises ``RescoreError``."""
        table = tables.table("lines", _COLUMNS)
        return cls(
            case=cases.places_of(table["case_id"]),
            part=places(table["part"], PARTS),
            side=places(table["side"], _SIDES),
            operation=places(table["operation"], _OPERATIONS),
            priced=flags(table["priced"]),
            amount=units(table["total"]),
            low=units(table["low"]),
            high=units(table["high"]),
        )

    @classmethod
    def final(cls, cases: Cases) -> Self:
        """The lines of all final bills that are known."""
        rows = list(_final_rows(cases))
        told = np.array(rows, dtype=np.int64).reshape(-1, 6)
        case, part, side, operation, priced, amount = told.T
        return cls(
            case=case,
            part=part,
            side=side,
            operation=operation,
            priced=priced != 0,
            amount=amount,
            low=amount,
            high=amount,
        )

    def __len__(self) -> int:
        return len(self.case)

    @property
    def placed(self) -> Bools:
        """Lines whose part and side somebody could say."""
        found: Bools = (self.part != NOBODY_SAID) & (self.side != _UNKNOWN_SIDE)
        return found

    @property
    def place(self) -> Ints:
        """Case and place as one number; means nothing where not ``placed``."""
        return (self.case * len(PARTS) + self.part) * len(_SIDES) + self.side

    @property
    def key(self) -> Ints:
        """Case, part, side and operation as one number; means nothing where not ``placed``."""
        return self.place * len(_OPERATIONS) + self.operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Estimate against final bill, arrays of (different lines,): how many of them each side has, and how many meet.

    Only of cases whose final lines are known.
    """

    case: Ints
    part: Ints
    estimated: Ints
    final: Ints
    matched: Ints

    @classmethod
    def of(cls, estimated: Lines, final: Lines, known: Bools) -> Self:
        """``known`` (n,): the cases whose final lines are. Lines that nobody could place meet none."""
        kept = known[estimated.case]
        case = np.concatenate([estimated.case[kept], final.case])
        part = np.concatenate([estimated.part[kept], final.part])
        placed = np.concatenate([estimated.placed[kept], final.placed])
        key = np.where(placed, np.concatenate([estimated.key[kept], final.key]), -1 - np.arange(len(case)))
        is_final = np.arange(len(case)) >= int(kept.sum())
        _, first, line = np.unique(key, return_index=True, return_inverse=True)
        ours = np.bincount(line[~is_final], minlength=len(first))
        theirs = np.bincount(line[is_final], minlength=len(first))
        return cls(case=case[first], part=part[first], estimated=ours, final=theirs, matched=np.minimum(ours, theirs))


def known_lines(cases: Cases) -> Bools:
    """Cases whose final lines are known, be it that there were none."""
    return known(cases.final_lines)


def _final_rows(cases: Cases) -> Iterator[tuple[int, int, int, int, int, int]]:
    for case, text in enumerate(cases.final_lines.to_pylist()):
        for line in json.loads(text) if text is not None else ():
            yield case, *_final_line(line)


def _final_line(line: dict[str, Any]) -> tuple[int, int, int, int, int]:
    amount = line["amount"]
    return (
        PARTS.index(line["part"]),
        _SIDES.index(line["side"]),
        _OPERATIONS.index(line["operation"]),
        int(amount is not None),
        0 if amount is None else as_units(Decimal(str(amount))),
    )
