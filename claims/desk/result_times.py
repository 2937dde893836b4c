"""By when a customer was told to have the result of a complaint that takes longer: a clock like its others (M13)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from claims.actions import Action
from claims.calendar import told
from claims.clock import Clock, Outcome
from claims.deadline_rules import ClockKind
from claims.deadlines import told_until
from claims.desk.complaint_line import Complained
from claims.desk.desk import Desk, thing_of
from claims.repository import deadlines
from claims.repository.complaint_queue import own_clocks
from claims.repository.deadlines import Deadline
from claims.terms import Terms
from model.errors import ClaimError

_RIGHT: Final = Action.ANSWER_COMPLAINT


def promise(desk: Desk, found: Complained, expected_at: datetime) -> None:
    """The clock that runs until ``expected_at`` (aware). It takes the place of one that still runs; one that was missed
    stays missed, and runs on until there is a result.

    Raises ``ClaimError`` ``expected_when`` for a time that is over, or by which every level has had its time to decide:
    from now on, and where a time is put off from when the first one was told.
    """
    claim, made_at = found.claim, found.complaint.at
    own = own_clocks(found.complaint, deadlines.of_claim(desk.book, claim.id))
    running = [one for one in own if _runs(one.clock, desk.at)]
    terms = desk.house.terms(claim.region)
    until = _put_off_until(running, own, terms) if running else terms.decided_by(desk.at)
    if not desk.at < expected_at <= until:
        raise ClaimError("expected_when", claim.number, until=told(terms.days.day_of(until)))
    for one in running:
        deadlines.save(desk.book, replace(one, clock=one.clock.dropped(desk.at)))
    deadlines.start(desk.book, claim.id, [told_until(made_at, expected_at)], at=desk.at)
    desk.audit(_RIGHT, thing_of(claim.id), kind=ClockKind.COMPLAINT_EXPECTED, due_at=expected_at)


def _runs(clock: Clock, at: datetime) -> bool:
    return clock.kind is ClockKind.COMPLAINT_EXPECTED and clock.outcome(at) is Outcome.RUNNING


def _put_off_until(running: Sequence[Deadline], own: Iterable[Deadline], terms: Terms) -> datetime:
    """No later than all levels had from the first telling, which ended its clock; what was promised stays possible."""
    told_at = (one.clock.ended_at for one in own if one.clock.kind is ClockKind.COMPLAINT_TOLD)
    return max([*(terms.decided_by(at) for at in told_at if at), *(one.clock.due_at for one in running)])
