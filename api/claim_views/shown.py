"""A case as a document, in one language, for whoever asks."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.claim_views.assessed import AssessedOut
from api.claim_views.complained import ComplaintShownOut
from api.claim_views.documents import MaterialOut
from api.claim_views.parts import CasePhotoOut, EventOut, MissingOut, OfferOut, PromiseOut, StateOut, events
from api.claim_views.personal import NoticeOut
from claims.desk.opening import Opened
from claims.desk.showing import Listed, Shown
from claims.lifecycle import Lifecycle
from claims.states import CaseState
from claims.triage import CaseClass
from model.texts import Texts


class InsideOut(BaseModel):
    """What staff see besides: where the case really is, its class, how far it stands out, who holds it until when."""

    model_config = ConfigDict(frozen=True)

    state: CaseState
    text: str
    case_class: CaseClass | None
    authority: str | None
    risk: int
    due_at: datetime | None
    holder: UUID | None
    held_until: datetime | None

    @classmethod
    def of(cls, shown: Shown, texts: Texts) -> Self:
        """Of a case."""
        claim = shown.claim
        return cls(
            state=claim.state,
            text=texts.name(claim.state),
            case_class=claim.case_class,
            authority=claim.authority,
            risk=claim.risk,
            due_at=claim.due_at,
            holder=claim.lease and claim.lease.holder,
            held_until=claim.lease and claim.lease.until,
        )


class ClaimOut(BaseModel):
    """A case. What the caller may not see is null or empty: photos, documents, the estimate; `inside` is for staff.

    `actions` are what the caller may do now. `due` times are in the market's zone, all others in UTC.
    """

    model_config = ConfigDict(frozen=True)

    id: UUID
    number: str
    version: int = Field(description="counts the changes; the `ETag` begins with it")
    region: str
    state: StateOut
    next_step: str
    opened_at: datetime
    closed_at: datetime | None
    deletion_asked_at: datetime | None
    actions: list[str]
    missing: list[MissingOut] = Field(description="everything that is still to come, all at once")
    complete: bool
    promises: list[PromiseOut]
    timeline: list[EventOut]
    notice: NoticeOut | None
    photos: list[CasePhotoOut]
    materials: list[MaterialOut]
    assessment: AssessedOut | None
    offer: OfferOut | None
    complaints: list[ComplaintShownOut]
    inside: InsideOut | None

    @classmethod
    def of(cls, shown: Shown, lifecycle: Lifecycle, texts: Texts) -> Self:
        """In the language of ``texts``."""
        claim, reported = shown.claim, shown.reported
        return cls(
            id=claim.id,
            number=claim.number,
            version=claim.version,
            region=claim.region,
            state=StateOut.of(shown.public, claim.state, texts),
            next_step=texts.say(shown.next_step),
            opened_at=claim.opened_at,
            closed_at=claim.closed_at,
            deletion_asked_at=claim.deletion_asked_at,
            actions=[action.value for action in shown.can],
            missing=[MissingOut.of(item, texts) for item in shown.standing.missing],
            complete=shown.standing.complete,
            promises=[PromiseOut.of(clock, shown.zone, texts) for clock in shown.clocks],
            timeline=events(shown.steps, lifecycle, texts, personal=shown.personal, staff=shown.staff),
            notice=reported and NoticeOut.of(reported.notice, reported.at, personal=shown.personal),
            photos=[CasePhotoOut.of(photo, texts) for photo in shown.photos],
            materials=[MaterialOut.of(item) for item in shown.materials],
            assessment=shown.made and AssessedOut.of(shown.made, texts, staff=shown.staff),
            offer=shown.offer and OfferOut.of(shown.offer, texts),
            complaints=[
                ComplaintShownOut.of(one, shown.zone, texts, personal=shown.personal) for one in shown.complaints
            ],
            inside=InsideOut.of(shown, texts) if shown.staff else None,
        )


class OpenedOut(BaseModel):
    """A new case. `token` opens it for its customer, in the header `Authorization: Bearer …`; it is shown this once.

    `questions` is everything that nobody has answered, `contradictions` are answers that cannot both be true.
    """

    model_config = ConfigDict(frozen=True)

    token: str = Field(repr=False)
    claim: ClaimOut
    missing: list[MissingOut]
    questions: list[str]
    contradictions: list[str]

    @classmethod
    def of(cls, opened: Opened, shown: ClaimOut, texts: Texts) -> Self:
        """With the case as it is now."""
        return cls(
            token=opened.token,
            claim=shown,
            missing=[MissingOut.of(item, texts) for item in opened.missing],
            questions=[texts.say(item) for item in opened.questions],
            contradictions=[texts.say(item) for item in opened.contradictions],
        )


class ListedOut(BaseModel):
    """A case in a list."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    number: str
    version: int
    region: str
    state: StateOut
    opened_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, one: Listed, texts: Texts) -> Self:
        """Without anything personal."""
        claim = one.claim
        return cls(
            id=claim.id,
            number=claim.number,
            version=claim.version,
            region=claim.region,
            state=StateOut.of(one.public, claim.state, texts),
            opened_at=claim.opened_at,
            closed_at=claim.closed_at,
        )
