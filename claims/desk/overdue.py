"""Clocks that were missed and levels that did not decide in time: each acted on once, by any number of workers."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.deadlines import overdue, overrun
from claims.desk import clocks, complaining
from claims.desk.desk import SYSTEM, Desk, thing_of
from claims.desk.escalating import one_up
from claims.desk.house import House
from claims.desk.levels import name_of, open_level
from claims.repository import claims, complaint_queue, deadlines
from claims.repository.claims import Claim
from claims.repository.deadlines import Deadline, Escalated
from claims.states import CaseState, Guard
from model.errors import ClaimError, QuickClaimError
from model.notes import note

_log = logging.getLogger(__name__)

_REMINDED: Final = timedelta(days=1)
"""How often the last level is told again that it has not decided."""
_REASON: Final = frozenset({Guard.REASON})


def act_on_overdue(house: House, at: datetime) -> int:
    """Every clock that was missed escalates its case, or its complaint, once; a level that did not decide in time
    gives it to the one above. How many were acted on.

    Each in a transaction of its own: one that fails is logged and keeps no other from being acted on.
    """
    with house.looking(SYSTEM, at) as desk:
        late = deadlines.overdue(desk.book, at=at)
        levels = deadlines.overdue_levels(desk.book, at=at)
    done = [_in_turn(house, at, one.claim, _missed, one.id) for one in late]
    done += [_in_turn(house, at, one.claim, _undecided, one.id) for one in levels]
    return sum(done)


def _in_turn(house: House, at: datetime, claim_id: UUID, act: Callable[[Desk, Claim, UUID], bool], about: UUID) -> bool:
    """Whether this worker acted. A case that somebody else has locked is theirs, or comes the next time."""
    try:
        with house.desk(SYSTEM, at) as desk:
            claim = claims.locked(desk.book, claim_id, wait=False)
            return claim is not None and act(desk, claim, about)
    except QuickClaimError as fault:
        _log.error("an overdue clock of claim %s was not acted on: %s", claim_id, fault.code)
        return False


def _missed(desk: Desk, claim: Claim, deadline_id: UUID) -> bool:
    """A complaint goes to the level above, and its case stays where it is. A case that a level has, that waits for its
    customer or that rests is not moved; the clock is noted all the same."""
    deadline = _still_late(desk, claim, deadline_id)
    if deadline is None:
        return False
    deadlines.save(desk.book, replace(deadline, escalated_at=desk.at))
    if deadline.clock.kind in complaint_queue.KINDS:
        complaining.one_up(desk, deadline)
    elif claim.state is not CaseState.ESCALATED and _can_escalate(desk, claim):
        one_up(desk, claim, None, overrun(deadline.clock), met=_REASON, deadline=deadline.id)
    else:
        desk.audit(Action.ESCALATE, thing_of(claim.id), deadline=deadline.id, kind=deadline.clock.kind)
    return True


def _still_late(desk: Desk, claim: Claim, deadline_id: UUID) -> Deadline | None:
    every = deadlines.of_claim(desk.book, claim.id)
    found = next((one for one in every if one.id == deadline_id and one.escalated_at is None), None)
    return found if found is not None and overdue([found.clock], desk.at) else None


def _can_escalate(desk: Desk, claim: Claim) -> bool:
    return "escalate" in desk.house.lifecycle.possible(claim.state, desk.actor.role)


def _undecided(desk: Desk, claim: Claim, level_id: UUID) -> bool:
    here = open_level(desk, claim)
    if here is None or here.id != level_id or here.escalation.due_at >= desk.at:
        return False
    why = note("escalation.undecided", level=name_of(here.escalation.level))
    try:
        one_up(desk, claim, here.escalation.level, why, met=_REASON, deadline=here.deadline)
    except ClaimError as refused:
        if refused.code != "claim.no_level_above":
            raise
        _remind(desk, claim, here)
    return True


def _remind(desk: Desk, claim: Claim, here: Escalated) -> None:
    """The last level keeps the case, and is late anew a day from now."""
    deadlines.end_level(desk.book, claim.id, here.escalation.level, at=desk.at)
    again = replace(here.escalation, due_at=desk.at + _REMINDED)
    deadlines.escalate(desk.book, claim.id, again, at=desk.at)
    desk.audit(Action.ESCALATE, thing_of(claim.id), escalation=here.id)
    claims.save(desk.book, clocks.followed(desk, claim))
