"""Why this amount, for customers and auditors: from the photo to the row of the table, and who changed what."""

from dataclasses import replace
from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from api.claim_views.explained_lines import ExplainedLineOut
from api.schemas import Money, Statement, VersionsOut
from claims.actions import Action
from claims.actors import ActorKind
from claims.desk.desk import Desk
from claims.desk.explaining import explain
from claims.discretion import discreet
from claims.explanation import Explanation
from claims.repository import assessments
from claims.repository.assessments import Made
from model.texts import Texts


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True)


class WhyOut(_Told):
    """What an amount rests on. `amount` is what would be paid, `total` the sum of the `lines`.

    `in_short` is for the customer to read. `offer` is null while `assessment` is only the machine's estimate.
    `inputs` is the SHA-256 of all that the estimate depends on: photos, facts, day and versions.
    """

    in_short: list[str]
    amount: Money
    total: Money
    currency: str
    machine: bool
    offer: UUID | None
    assessment: UUID
    made_at: datetime
    on: date
    inputs: str
    photos: list[str]
    versions: VersionsOut
    reasons: list[Statement]
    lines: list[ExplainedLineOut]

    @classmethod
    def of(cls, why: Explanation, made: Made, texts: Texts) -> Self:
        """``made`` is the assessment that is explained."""
        photos = made.estimate.photos
        return cls(
            in_short=[texts.say(item) for item in why.in_short],
            amount=why.amount,
            total=why.total,
            currency=why.currency,
            machine=why.machine,
            offer=why.offer,
            assessment=why.assessment,
            made_at=made.made_at,
            on=why.on,
            inputs=why.inputs,
            photos=list(photos),
            versions=VersionsOut.model_validate(why.versions),
            reasons=[Statement.of(item, texts) for item in why.reasons],
            lines=[ExplainedLineOut.of(line, photos, texts) for line in why.lines],
        )


class ExplanationOut(_Told):
    """Of a case; `why` is null while there is nothing to explain."""

    claim: UUID
    number: str
    version: int
    why: WhyOut | None


def explanation(desk: Desk, claim_id: UUID, texts: Texts) -> ExplanationOut:
    """The case's, in one language; only staff read every reason. Raises as ``explain``."""
    claim = desk.seen(claim_id, Action.EXPLAIN)
    why = explain(desk, claim.id)
    if why and desk.actor.kind is not ActorKind.STAFF:
        why = replace(why, reasons=discreet(why.reasons))
    made = why and assessments.get(desk.book, why.assessment)
    told = WhyOut.of(why, made, texts) if why and made else None
    return ExplanationOut(claim=claim.id, number=claim.number, version=claim.version, why=told)
