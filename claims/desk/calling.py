"""Calls to customers: which are due after a case (M16), that one was made, and whom to ring up for what."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.desk.at_large import require_at_large
from claims.desk.desk import Desk, thing_of
from claims.desk.levels import open_level
from claims.repository import claims, complaints, follow_ups, notices, payments
from claims.repository.claims import Claim
from claims.repository.follow_ups import Call
from claims.repository.places import Place
from claims.states import CaseState
from model.errors import ClaimError

_EVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """A call and the case that it is about."""

    call: Call
    claim: Claim


class Occasion(StrEnum):
    """Why a customer is rung up."""

    FOLLOW_UP = "follow_up"
    COMPLAINT = "complaint"
    ESCALATION = "escalation"
    PAYMENT_RETURNED = "payment_returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Whom to ask for, in which language, and where."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    language: str


def number(desk: Desk, claim_id: UUID, why: Occasion) -> Number:
    """The customer's telephone number, for a call that there is a reason for; the log notes who was told it and why.

    Raises ``RightsError``; ``ClaimError``: ``nothing_to_call_for``, ``at_rest`` once the case was erased.
    """
    claim = desk.claim(claim_id, Action.CALL_CUSTOMER)
    reported = notices.get(desk.book, claim.id)
    if reported is None:
        raise ClaimError("at_rest", claim.state, state=claim.state)
    if not _is_due(desk, claim, why):
        raise ClaimError("nothing_to_call_for", why)
    desk.audit(Action.CALL_CUSTOMER, thing_of(claim.id), kind=why, seen_unmasked=True)
    contact = reported.notice.contact
    return Number(name=contact.name, phone=contact.phone, language=contact.language)


def _is_due(desk: Desk, claim: Claim, why: Occasion) -> bool:
    match why:
        case Occasion.FOLLOW_UP:
            return bool(follow_ups.open_until(desk.book, _EVER, claim=claim.id, limit=1))
        case Occasion.COMPLAINT:
            return any(one.solved_at is None for one in complaints.of_claim(desk.book, claim.id))
        case Occasion.ESCALATION:
            return open_level(desk, claim) is not None
        case Occasion.PAYMENT_RETURNED:
            back = any(one.returned_at is not None for one in payments.of_claim(desk.book, claim.id))
            return back and claim.state is CaseState.PENDING_PAYMENT


def due_calls(desk: Desk, until: datetime, *, after: Place | None = None, limit: int = 200) -> tuple[Due, ...]:
    """Calls that nobody has made and that are due by then, the first first; ``after`` goes on after a page.

    Raises ``RightsError`` ``forbidden``.
    """
    require_at_large(desk, Action.FOLLOW_UP)
    calls = follow_ups.open_until(desk.book, until, after=after, limit=limit)
    found = ((call, claims.get(desk.book, call.claim)) for call in calls)
    return tuple(Due(call, claim) for call, claim in found if claim is not None)


def called(desk: Desk, claim_id: UUID, call_id: UUID) -> None:
    """The call was made. Raises ``ClaimError`` ``no_call`` for one of another case, or that was made before."""
    claim = desk.claim(claim_id, Action.FOLLOW_UP)
    calls = follow_ups.open_until(desk.book, _EVER, claim=claim.id)
    call = next((call for call in calls if call.id == call_id), None)
    if call is None:
        raise ClaimError("no_call", claim.number)
    follow_ups.done(desk.book, call.id, by=desk.actor.name, at=desk.at)
    desk.audit(Action.FOLLOW_UP, thing_of(claim.id), kind=call.follow_up.kind)
