"""A case under review as one document: lines, photos, what stands out, and the whole case beside it."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.claim_views.assessed import AssessedOut
from api.claim_views.parts import photo_address
from api.claim_views.shown import ClaimOut
from api.review_views.lines import ReviewLineOut
from api.schemas import Money, Statement
from claims.deadline_rules import Level
from claims.desk.table import OnTable
from claims.fraud_facts import FraudCode
from claims.lifecycle import Lifecycle
from claims.repository.deadlines import Escalated
from claims.repository.fraud import Found
from claims.repository.third_party import Reassessment
from claims.review_lines import ReviewedPhoto
from model.texts import Texts

_TOTALS = ("machine_total", "total", "tax", "deductible", "salvage", "betterment", "net", "currency", "at_least")


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class ReviewPhotoOut(_Shown):
    """A photo that marks may be on: its index here is the `photo` of a mark. Sizes in px of the upright photo."""

    sha256: str
    href: str
    width: int
    height: int

    @classmethod
    def of(cls, photo: ReviewedPhoto, claim: UUID) -> Self:
        """One that could be read."""
        href = photo_address(claim, photo.sha256)
        return cls(sha256=photo.sha256, href=href, width=photo.width, height=photo.height)


class SuspicionOut(_Shown):
    """A fact to look into, with its evidence in words; never a verdict. `id` names it where a case is handed on."""

    id: UUID
    code: FraudCode
    text: str
    weight: int
    found_at: datetime

    @classmethod
    def of(cls, found: Found, texts: Texts) -> Self:
        """In one language."""
        fact = found.fact
        return cls(id=found.id, code=fact.code, text=texts.say(fact.note), weight=fact.weight, found_at=found.found_at)


class LevelOut(_Shown):
    """Where the case was escalated to, why, and until when it has to be decided there."""

    level: Level
    text: str
    reason: Statement
    began_at: datetime
    due_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, level: Escalated, texts: Texts) -> Self:
        """In one language."""
        told = level.escalation
        return cls(
            level=told.level,
            text=texts.name(told.level),
            reason=Statement.of(told.reason, texts),
            began_at=level.began_at,
            due_at=told.due_at,
            ended_at=level.ended_at,
        )


class IndependentOut(_Shown):
    """An assessment by somebody independent: their amount beside ours, null until they have answered."""

    asked_at: datetime
    answered_at: datetime | None
    their_amount: Money | None
    our_amount: Money | None
    currency: str | None

    @classmethod
    def of(cls, one: Reassessment) -> Self:
        """Without the words in which it was asked for."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class ReviewOut(_Shown):
    """The estimate as people have made it so far. `version` begins the `ETag`, which corrections and approvals name.

    `assessment` is the machine's estimate that the lines come from, with its versions; `case` is the whole case, its
    history included. `tax` is null once somebody typed an amount where tax is added. `net` is what would be paid.
    """

    version: str
    case: ClaimOut
    lines: list[ReviewLineOut]
    photos: list[ReviewPhotoOut | None] = Field(description="null for one that could not be read")
    currency: str
    machine_total: Money
    total: Money
    tax: Money | None
    deductible: Money
    salvage: Money
    betterment: Money
    net: Money
    at_least: bool = Field(description="a line that counts has no price yet")
    suspicions: list[SuspicionOut]
    levels: list[LevelOut]
    independent: list[IndependentOut]
    assessment: AssessedOut

    @classmethod
    def of(cls, table: OnTable, lifecycle: Lifecycle, texts: Texts) -> Self:
        """In the language of ``texts``."""
        found, shown = table.found, table.shown
        review, assessed = found.review, AssessedOut.of(found.made, texts, staff=True)
        return cls(
            version=found.version.text,
            case=ClaimOut.of(shown, lifecycle, texts),
            lines=[ReviewLineOut.of(line, assessed, texts, personal=shown.personal) for line in review.lines],
            photos=[photo and ReviewPhotoOut.of(photo, found.claim.id) for photo in review.photos],
            suspicions=[SuspicionOut.of(one, texts) for one in table.suspicions],
            levels=[LevelOut.of(one, texts) for one in table.levels],
            independent=[IndependentOut.of(one) for one in table.independent],
            assessment=assessed,
            **{name: getattr(review, name) for name in _TOTALS},
        )
