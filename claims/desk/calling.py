"""Calls to make after a case (M16): which are due, and that one was made."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.desk.desk import Desk, thing_of
from claims.repository import claims, follow_ups
from claims.repository.claims import Claim
from claims.repository.follow_ups import Call
from claims.rights import Scope
from model.errors import ClaimError, RightsError

_EVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """A call and the case that it is about."""

    call: Call
    claim: Claim


def due_calls(desk: Desk, until: datetime, *, limit: int = 200) -> tuple[Due, ...]:
    """Calls that nobody has made and that are due by then, the first first. Raises ``RightsError`` ``forbidden``."""
    if desk.house.rights.scope(desk.actor.role, Action.FOLLOW_UP) is not Scope.ANY:
        raise RightsError("forbidden", Action.FOLLOW_UP, action=Action.FOLLOW_UP, role=desk.actor.role)
    calls = follow_ups.open_until(desk.book, until, limit=limit)
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
