"""By when a customer was told to have the result of a complaint that takes longer: a clock like its others (M13)."""

from datetime import datetime
from typing import Final

from claims.actions import Action
from claims.calendar import told
from claims.deadlines import told_until
from claims.desk.complaint_line import Complained
from claims.desk.desk import Desk, thing_of
from claims.repository import deadlines
from claims.repository.complaint_queue import own_clocks
from model.errors import ClaimError

_RIGHT: Final = Action.ANSWER_COMPLAINT


def promise(desk: Desk, found: Complained, expected_at: datetime) -> None:
    """The clock that runs until ``expected_at`` (aware). A time that was told before stays: each has a clock of its
    own, which a result in time meets and nothing else.

    Raises ``ClaimError`` ``expected_when`` for a time that is over, or later than every level together has to decide.
    """
    claim, terms = found.claim, desk.house.terms(found.claim.region)
    until = terms.decided_by(desk.at)
    if not desk.at < expected_at <= until:
        raise ClaimError("expected_when", claim.number, until=told(terms.days.day_of(until)))
    fresh = told_until(found.complaint.at, expected_at)
    own = own_clocks(found.complaint, deadlines.of_claim(desk.book, claim.id))
    if (fresh.kind, fresh.due_at) not in {(one.clock.kind, one.clock.due_at) for one in own}:
        deadlines.start(desk.book, claim.id, [fresh], at=desk.at)
    desk.audit(_RIGHT, thing_of(claim.id), kind=fresh.kind, due_at=expected_at)
