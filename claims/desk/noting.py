"""The log is told who of the staff was shown what is masked to others."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.actors import ActorKind
from claims.desk.desk import Desk, thing_of
from claims.repository import audit, claims

_LATELY: Final = timedelta(hours=1)
"""Whoever works on a case is shown it again and again."""


def note_seen(desk: Desk, claim_id: UUID) -> None:
    """Somebody of the staff was shown the case in full."""
    desk.audit(Action.SEE_PERSONAL_DATA, thing_of(claim_id), seen_unmasked=True)


def unnoted(desk: Desk, claim_id: UUID) -> bool:
    """Whether the actor is one of the staff who sees the case in full, which the log was not told in the last hour."""
    if desk.actor.kind is not ActorKind.STAFF:
        return False
    claim = claims.get(desk.book, claim_id)
    if claim is None or not desk.may(Action.SEE_PERSONAL_DATA, claim):
        return False
    since, thing = desk.at - _LATELY, thing_of(claim_id)
    return not audit.was_noted(desk.book, thing, by=desk.actor, action=Action.SEE_PERSONAL_DATA, since=since)
