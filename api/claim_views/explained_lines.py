"""A line of an explanation: what was seen, by which rule and row it was priced, and what a person made of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import UNKNOWN, BoxPx, Money, Statement
from claims.explanation import Amounts, Changed, ExplainedLine, Seen
from claims.states import Role
from model.notes import Note
from model.texts import Texts


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True)


class AmountsOut(_Told):
    """What a line says, the machine's or a person's. Amounts include tax; `hours` are all of its labour."""

    part: str
    side: str
    operation: str
    hours: Money
    labour: Money
    paint: Money
    parts: Money
    other: Money
    total: Money

    @classmethod
    def of(cls, amounts: Amounts) -> Self:
        """All of it."""
        return cls(
            part=amounts.part or UNKNOWN,
            side=amounts.side,
            operation=amounts.operation,
            hours=amounts.hours,
            labour=amounts.labour,
            paint=amounts.paint,
            parts=amounts.parts,
            other=amounts.other,
            total=amounts.total,
        )


class ChangedOut(_Told):
    """That a person changed the line: in which role, when, why. Who it was, and their own words, stay inside."""

    role: Role
    at: datetime
    why: Statement

    @classmethod
    def of(cls, changed: Changed, texts: Texts) -> Self:
        """In one language."""
        return cls(role=changed.role, at=changed.at, why=Statement.of(Note(f"name.why.{changed.why}"), texts))


class SeenOut(_Told):
    """A damage on a photo: px of the upright photo. `label` and `score` are null where a person drew the box."""

    photo: str = Field(description="SHA-256")
    box: BoxPx
    label: str | None
    score: float | None

    @classmethod
    def of(cls, seen: Seen, photos: Sequence[str]) -> Self:
        """Pixels to one decimal, scores to four; ``photos`` are those of the estimate."""
        x1, y1, x2, y2 = (round(value, 1) for value in seen.box)
        score = None if seen.score is None else round(seen.score, 4)
        return cls(photo=photos[seen.photo - 1], box=(x1, y1, x2, y2), label=seen.label, score=score)


class ExplainedLineOut(_Told):
    """One line. `amount` is what it adds; `machine` stands beside `human`, a person's word, where there is one.

    `basis` is the computation in words: `rule` chose the work, `price_row` of the table `versions.prices` gave the
    prices, `sources` are where the rules and rates come from. A `removed` line adds nothing.
    """

    number: int
    amount: Money
    machine: AmountsOut | None
    human: AmountsOut | None
    removed: bool
    changes: list[ChangedOut]
    seen: list[SeenOut]
    basis: list[Statement]
    rule: str | None
    price_row: str | None
    sources: list[str]

    @classmethod
    def of(cls, line: ExplainedLine, photos: Sequence[str], texts: Texts) -> Self:
        """In one language."""
        return cls(
            number=line.number,
            amount=line.amount,
            machine=line.machine and AmountsOut.of(line.machine),
            human=line.human and AmountsOut.of(line.human),
            removed=line.removed,
            changes=[ChangedOut.of(one, texts) for one in line.changed],
            seen=[SeenOut.of(one, photos) for one in line.seen],
            basis=[Statement.of(item, texts) for item in line.basis],
            rule=line.rule,
            price_row=line.price_row,
            sources=list(line.sources),
        )
