"""Everything about a case, for its customer to take along."""

from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.claim_views.assessed import AssessedOut
from api.claim_views.documents import MaterialOut
from api.claim_views.parts import CasePhotoOut, OfferOut
from api.claim_views.personal import NoticeOut
from api.schemas import Money
from claims.desk.leaving import Exported
from claims.discretion import discreet_move, discreet_note, discreet_state, discreet_words
from claims.facts import CaseFacts, SeenPhoto
from claims.follow_up import Feedback
from claims.repository.timeline import Step
from claims.states import CaseState, Role
from model.labels import LabelPart
from model.texts import Texts


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class OwnFacts(CaseFacts):
    """What is known of the case, without what is known only to who checks it."""

    high_risk_tag: bool = Field(default=False, exclude=True)
    seen_photos: tuple[SeenPhoto, ...] = Field(default=(), exclude=True)
    paid_in_last_year: tuple[LabelPart, ...] = Field(default=(), exclude=True)
    sample_draw: Decimal | None = Field(default=None, exclude=True)


class StepOut(_Kept):
    """A move of the case as it is kept."""

    at: datetime
    move: str
    before: CaseState | None
    after: CaseState
    role: Role
    reason: str | None
    words: str | None

    @classmethod
    def of(cls, step: Step, texts: Texts) -> Self:
        """With the reason in words."""
        return cls(
            at=step.at,
            move=discreet_move(step.move),
            before=step.before and discreet_state(step.before),
            after=discreet_state(step.after),
            role=step.role,
            reason=step.reason and texts.say(discreet_note(step.reason)),
            words=discreet_words(step.move, step.role, step.reason_text),
        )


class PaymentOut(_Kept):
    """Money on its way, or there."""

    amount: Money
    currency: str
    started_at: datetime
    returned_at: datetime | None
    paid_at: datetime | None
    proof: str | None


class ComplaintOut(_Kept):
    """A complaint and what was answered; `result` says why it takes longer where `expected_at` is not null."""

    at: datetime
    text: str | None
    reply: str | None
    result: str | None
    answer: str | None
    replied_at: datetime | None
    told_at: datetime | None
    expected_at: datetime | None
    solved_at: datetime | None


class SignedOut(OfferOut):
    """An offer, with what the customer signed it by."""

    signature: str | None


class ExportOut(_Kept):
    """The whole of it. Times are in UTC."""

    id: UUID
    number: str
    state: CaseState
    opened_at: datetime
    closed_at: datetime | None
    notice: NoticeOut | None
    facts: OwnFacts
    photos: list[CasePhotoOut]
    materials: list[MaterialOut]
    steps: list[StepOut]
    assessments: list[AssessedOut]
    offers: list[SignedOut]
    payments: list[PaymentOut]
    complaints: list[ComplaintOut]
    feedback: Feedback | None

    @classmethod
    def of(cls, kept: Exported, texts: Texts) -> Self:
        """In one language. Nothing is masked; of checks on the case it says that they were made."""
        claim, reported = kept.claim, kept.reported
        return cls(
            id=claim.id,
            number=claim.number,
            state=discreet_state(claim.state),
            opened_at=claim.opened_at,
            closed_at=claim.closed_at,
            notice=reported and NoticeOut.of(reported.notice, reported.at, personal=True),
            facts=OwnFacts.model_validate(claim.facts, from_attributes=True),
            photos=[CasePhotoOut.of(photo, texts) for photo in kept.photos],
            materials=[MaterialOut.of(item) for item in kept.materials],
            steps=[StepOut.of(step, texts) for step in kept.steps],
            assessments=[AssessedOut.of(made, texts, staff=False) for made in kept.made],
            offers=[
                SignedOut(signature=offer.signature, **OfferOut.of(offer, texts).model_dump()) for offer in kept.offers
            ],
            payments=[PaymentOut.model_validate(payment) for payment in kept.payments],
            complaints=[ComplaintOut.model_validate(complaint) for complaint in kept.complaints],
            feedback=kept.feedback,
        )
