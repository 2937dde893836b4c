"""Pieces of a case as it is shown: what happened, what is missing, photos, promises, offers."""

from datetime import datetime
from typing import Final, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from api.schemas import Money, Statement
from claims.clock import Clock
from claims.discretion import discreet_move, discreet_note, discreet_words
from claims.lifecycle import Lifecycle
from claims.repository.offers import Offer
from claims.repository.photos import Photo
from claims.repository.timeline import Step
from claims.states import CaseState, PublicState
from model.notes import Note, note
from model.texts import Texts

_PERHAPS: Final = "material.perhaps"
_UNTOLD: Final = frozenset({"offer"})
"""Moves of the machine that a customer sees as one with the next."""


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class StateOut(_Shown):
    """One of four states that customers see, and its name, which tells whether anything was handed in yet."""

    code: PublicState
    text: str

    @classmethod
    def of(cls, public: PublicState, state: CaseState, texts: Texts) -> Self:
        """In one language; ``state`` is where the case really is."""
        reported = state is CaseState.REPORTED
        return cls(code=public, text=texts.say(note("name.reported")) if reported else texts.name(public))


class EventOut(_Shown):
    """Something that happened. `words` are somebody's own, shown to the customer and to who works on the case."""

    at: datetime
    code: str
    text: str
    state: PublicState
    reason: Statement | None
    words: str | None

    @classmethod
    def of(cls, step: Step, state: PublicState, texts: Texts, *, personal: bool, staff: bool) -> Self:
        """``state`` is what the customer saw after it."""
        move = step.move if staff else discreet_move(step.move)
        reason = step.reason if staff or step.reason is None else discreet_note(step.reason)
        words = step.reason_text if staff else discreet_words(step.move, step.role, step.reason_text)
        return cls(
            at=step.at,
            code=move,
            text=texts.say(Note(f"told.{move}")),
            state=state,
            reason=None if reason is None else Statement.of(reason, texts),
            words=words if personal else None,
        )


class MissingOut(_Shown):
    """A document or photo that is still to come. Not `needed`: only if what the text says turns out so."""

    material: str
    needed: bool
    text: str

    @classmethod
    def of(cls, told: Note, texts: Texts) -> Self:
        """Of a note of ``MaterialRules.missing``."""
        item = told.facts["item"] if told.code == _PERHAPS else told
        code = item.code if isinstance(item, Note) else told.code
        return cls(material=code.partition(".")[2], needed=told.code != _PERHAPS, text=texts.say(told))


class CasePhotoOut(_Shown):
    """A photo of the case; `href` shows it. `verdict` says what is wrong with it, where anything is."""

    sha256: str
    href: str
    usable: bool
    verdict: list[Statement]
    size: int
    width: int | None
    height: int | None
    added_at: datetime

    @classmethod
    def of(cls, photo: Photo, texts: Texts) -> Self:
        """Of a row."""
        return cls(
            sha256=photo.sha256,
            href=photo_address(photo.claim, photo.sha256),
            usable=photo.usable,
            verdict=[Statement.of(item, texts) for item in photo.verdict],
            size=photo.size,
            width=photo.width,
            height=photo.height,
            added_at=photo.added_at,
        )


class PromiseOut(_Shown):
    """A time that was promised, in the market's zone. `waiting`: it stands still while the customer has to act."""

    kind: str
    text: str
    due_at: datetime
    waiting: bool
    notes: list[str]

    @classmethod
    def of(cls, clock: Clock, zone: ZoneInfo, texts: Texts) -> Self:
        """Of a clock that is open."""
        return cls(
            kind=clock.kind,
            text=texts.name(clock.kind),
            due_at=clock.due_at.astimezone(zone),
            waiting=clock.waiting_since is not None,
            notes=[texts.say(item) for item in clock.warnings],
        )


class OfferOut(_Shown):
    """What would be paid (`amount`, net) on lines of `total`. `machine`: no person decided it."""

    id: UUID
    amount: Money
    total: Money
    currency: str
    machine: bool
    made_at: datetime
    valid_until: datetime | None
    accepted_at: datetime | None
    reasons: list[Statement]
    terms: str | None

    @classmethod
    def of(cls, offer: Offer, texts: Texts) -> Self:
        """Without the signature."""
        return cls(
            id=offer.id,
            amount=offer.amount,
            total=offer.total,
            currency=offer.currency,
            machine=offer.machine,
            made_at=offer.made_at,
            valid_until=offer.valid_until,
            accepted_at=offer.accepted_at,
            reasons=[Statement.of(item, texts) for item in offer.reasons],
            terms=offer.terms,
        )


def photo_address(claim: UUID, sha256: str) -> str:
    """Where a photo is."""
    return f"/v1/claims/{claim}/photos/{sha256}"


def claim_address(claim: UUID) -> str:
    """Where a case is."""
    return f"/v1/claims/{claim}"


def job_address(job: UUID) -> str:
    """Where a job is."""
    return f"/v1/jobs/{job}"


def events(
    steps: tuple[Step, ...], lifecycle: Lifecycle, texts: Texts, *, personal: bool, staff: bool
) -> list[EventOut]:
    """What happened, as the customer saw it, the first first; ``staff`` read the reasons as they were given."""
    return [
        EventOut.of(step, _public(steps[: index + 1], lifecycle), texts, personal=personal, staff=staff)
        for index, step in enumerate(steps)
        if step.move not in _UNTOLD
    ]


def _public(steps: tuple[Step, ...], lifecycle: Lifecycle) -> PublicState:
    """A state that shows what came before it has no face of its own."""
    for step in reversed(steps):
        shown = lifecycle.states[step.after].public
        if isinstance(shown, PublicState):
            return shown
    return PublicState.SUBMITTED
