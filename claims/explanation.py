"""Why an amount is what it is: lines from the photo to the row of the price table, and who changed them.

No personal data: people are told by their role, and their own words are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Self
from uuid import UUID

from claims.review_changes import Why
from claims.review_lines import LineValue
from claims.states import Role
from model.findings import Box, PartRef
from model.notes import Note, note
from model.vocabulary import Part, Side
from parts_pricing.operations import Operation

_AMOUNTS: Final = ("labour", "paint", "parts", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What a line says, the machine's or a person's. Amounts include tax; ``hours`` are all of its labour."""

    part: Part | None
    side: Side
    operation: Operation
    hours: Decimal
    labour: Decimal
    paint: Decimal
    parts: Decimal
    other: Decimal

    @property
    def total(self) -> Decimal:
        """All four amounts."""
        return self.labour + self.paint + self.parts + self.other

    @classmethod
    def told(cls, line: Mapping[str, Any]) -> Self:
        """Of a line of ``claims.canonical``."""
        return cls(
            part=None if line["part"] is None else Part(line["part"]),
            side=Side(line["side"]),
            operation=Operation(line["operation"]),
            hours=Decimal(line["hours"]),
            **{name: Decimal(line[name]) for name in _AMOUNTS},
        )

    @classmethod
    def of(cls, value: LineValue) -> Self:
        """Of a line under review."""
        return cls(
            part=value.part,
            side=value.side,
            operation=value.operation,
            hours=value.hours + value.refinish_hours,
            **{name: getattr(value, name) for name in _AMOUNTS},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where a damage is seen: ``photo`` counts from 1, ``box`` in px of the upright photo, ``score`` from 0 to 1.

    Label and score are the detector's, None where a person drew the box.
    """

    photo: int
    box: Box
    label: str | None
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """That a person changed a line: in which role, when, why."""

    role: Role
    at: datetime
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedLine:
    """One line. ``machine`` is None for one that a person added, ``human`` where the machine's word holds.

    ``basis`` says how the machine's amounts came about: what was seen, the rule that chose the operation, hours, rates
    and prices. A ``removed`` line counts nothing.
    """

    number: int
    machine: Amounts | None
    human: Amounts | None
    removed: bool
    changed: tuple[Changed, ...]
    seen: tuple[Seen, ...]
    basis: tuple[Note, ...]
    rule: str | None
    price_row: str | None
    sources: tuple[str, ...]

    @property
    def holds(self) -> Amounts:
        """The person's word, else the machine's."""
        value = self.human or self.machine
        assert value is not None  # noqa: S101 - one of the two wrote the line
        return value

    @property
    def amount(self) -> Decimal:
        """What it adds to the total."""
        return Decimal(0) if self.removed else self.holds.total

    @property
    def notes(self) -> tuple[Note, ...]:
        """In short: the work and its amount, and what a person changed."""
        value = self.holds
        place = None if value.part is None else PartRef(part=value.part, side=value.side)
        amounts = {"operation": value.operation, "amount": self.amount}
        told = note("explained.part", place=place, **amounts) if place else note("explained.open_part", **amounts)
        return (told, *(self._changed(one) for one in self.changed[-1:]))

    def _changed(self, last: Changed) -> Note:
        if self.machine is None:
            return note("explained.added", role=last.role, why=last.why)
        facts = {"role": last.role, "why": last.why, "before": self.machine.total}
        return note("explained.removed" if self.removed else "explained.changed", **facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """``amount`` is what would be paid, ``total`` the gross sum of the lines, both in ``currency``.

    ``offer`` is the one in force; without one, ``assessment`` is the machine's last estimate. ``on`` is the day of its
    prices; ``versions`` name model, prices, rules and policy; ``inputs`` is the SHA-256 of all that it depends on.
    """

    number: str
    offer: UUID | None
    machine: bool
    assessment: UUID
    inputs: str
    on: date
    versions: Mapping[str, str]
    reasons: tuple[Note, ...]
    lines: tuple[ExplainedLine, ...]
    total: Decimal
    amount: Decimal
    currency: str

    @property
    def in_short(self) -> tuple[Note, ...]:
        """For the customer: the reasons, each line with its amount, the sum, and what is left of it."""
        told = {"total": self.total, "amount": self.amount, "currency": self.currency}
        ends = note("explained.total" if self.amount == self.total else "explained.after_deductions", **told)
        return (*self.reasons, *(item for line in self.lines for item in line.notes), ends)
