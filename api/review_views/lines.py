"""A line under review as a document: the machine's value beside the person's, where it is seen, who changed it, why."""

from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.claim_views.assessed import AssessedOut
from api.schemas import BoxPx, EvidenceOut, LineOut, Money, Statement
from claims.marks import Mark
from claims.review_lines import LineValue, ReviewedLine, Touch
from claims.states import Role
from model.findings import PartRef
from model.notes import Note
from model.texts import Texts
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.operations import Operation

_AMOUNTS = ("hours", "refinish_hours", "labour", "paint", "parts", "other", "total")


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class LineValueOut(_Shown):
    """What a line says. Amounts include tax; `hours` are body hours. `part` is null while nobody has said which."""

    text: str
    part: Part | None
    side: Side
    operation: Operation
    kind: DamageKind | None
    severity: Severity | None
    hours: Money
    refinish_hours: Money
    labour: Money
    paint: Money
    parts: Money
    other: Money
    total: Money
    priced: bool

    @classmethod
    def of(cls, value: LineValue, texts: Texts) -> Self:
        """Named in one language."""
        amounts: dict[str, Decimal] = {name: getattr(value, name) for name in _AMOUNTS}
        return cls(
            text=f"{_place(value, texts)} · {texts.name(value.operation)}",
            part=value.part,
            side=value.side,
            operation=value.operation,
            kind=value.kind,
            severity=value.severity,
            priced=value.priced,
            **amounts,
        )


class TouchOut(_Shown):
    """One change. `remark` is in somebody's own words, shown to whoever works on the case."""

    by: UUID
    role: Role
    at: datetime
    why: Statement
    remark: str | None

    @classmethod
    def of(cls, touch: Touch, texts: Texts, *, personal: bool) -> Self:
        """With the words only where ``personal``."""
        why = Statement.of(Note(f"name.why.{touch.why}"), texts)
        remark = touch.remark or None
        return cls(by=touch.by, role=touch.role, at=touch.at, why=why, remark=remark if personal else None)


class MarkOut(_Shown):
    """Where it is seen: index of the photo in `photos`, and the box in px of the upright photo.

    `outline` is null where nobody drew one, else the corners of a polygon in order: `box` is the smallest around it.
    """

    photo: int
    box: BoxPx
    outline: list[tuple[float, float]] | None

    @classmethod
    def of(cls, mark: Mark) -> Self:
        """As it was drawn."""
        return cls(photo=mark.photo, box=mark.box, outline=mark.outline and list(mark.outline))


class ReviewLineOut(_Shown):
    """A line. `number` never changes; what a person sends names it.

    `machine` is null for a line that a person added, `human` while the machine's word holds. One that was `removed`
    stays visible and counts nothing: `amount` is what the line adds to the total. `evidence`, `basis`, `rule` and
    `price_row` are the machine's reasons; `marks` say where people see the damage.
    """

    number: int
    machine: LineValueOut | None
    human: LineValueOut | None
    removed: bool
    overridden: bool
    amount: Money
    priced: bool
    marks: list[MarkOut]
    touches: list[TouchOut]
    evidence: list[EvidenceOut]
    basis: list[str]
    rule: str | None
    price_row: str | None = Field(description="the row of the price table, with its version in `assessment.versions`")

    @classmethod
    def of(cls, line: ReviewedLine, assessed: AssessedOut, texts: Texts, *, personal: bool) -> Self:
        """With what the machine had to say about it."""
        told = assessed.estimate.lines[line.number] if line.machine is not None else None
        return cls(
            number=line.number,
            machine=line.machine and LineValueOut.of(line.machine, texts),
            human=line.human and LineValueOut.of(line.human, texts),
            removed=line.removed,
            overridden=line.overridden,
            amount=line.amount,
            priced=line.value.priced,
            marks=[MarkOut.of(mark) for mark in line.marks],
            touches=[TouchOut.of(touch, texts, personal=personal) for touch in line.touches],
            evidence=_evidence(told, assessed),
            basis=told.basis if told else [],
            rule=told and told.rule,
            price_row=told and told.price_row,
        )


def _place(value: LineValue, texts: Texts) -> str:
    if value.part is None:
        return texts.say(Note("name.part.unknown"))
    return texts.place(PartRef(part=value.part, side=value.side))


def _evidence(told: LineOut | None, assessed: AssessedOut) -> list[EvidenceOut]:
    damages = [assessed.damages[index] for index in told.damages] if told else []
    return [item for damage in damages for item in damage.evidence]
