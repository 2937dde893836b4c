"""Complaints are answered: a first reply, the result or why it takes longer, the solution; each ends clocks (M13).

Whoever answers one has taken it, and is not the one who decided the case. A clock that is missed gives the complaint to
the level above, where there is one, in nobody's hands.
"""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.deadline_rules import ClockKind
from claims.desk import clocks
from claims.desk.at_large import require_at_large
from claims.desk.complaint_line import ANSWERS, Complained, complained, level_of
from claims.desk.deciders import decided_among
from claims.desk.desk import Desk, thing_of
from claims.desk.notifying import notify
from claims.desk.result_times import promise
from claims.repository import claims, complaint_queue, complaints, deadlines
from claims.repository.complaints import Complaint
from claims.repository.deadlines import Deadline
from claims.states import Node
from model.errors import ClaimError, RightsError
from model.notes import Note

_RIGHT: Final = Action.ANSWER_COMPLAINT
_RESULT: Final = (ClockKind.COMPLAINT_EXPECTED, ClockKind.COMPLAINT_TOLD)


class Solution(StrEnum):
    """How a complaint came to an end."""

    EXPLAINED = "explained"
    PUT_RIGHT = "put_right"
    TAKEN_BACK = "taken_back"


class Handling(StrEnum):
    """What the audit log is told of whose a complaint is."""

    TAKEN = "complaint_taken"
    RELEASED = "complaint_released"


def at_large(desk: Desk, complaint_id: UUID) -> Complained:
    """A complaint about any case, locked with it, for who answers complaints.

    Raises ``ClaimError`` ``no_complaint``, ``RightsError`` ``forbidden``.
    """
    require_at_large(desk, _RIGHT)
    return _found(desk, complaint_id)


def about(desk: Desk, claim_id: UUID, complaint_id: UUID) -> Complained:
    """A complaint about this case. Raises as ``at_large``, and ``RightsError`` ``not_found`` for the case."""
    claim = desk.claim(claim_id, _RIGHT)
    found = _found(desk, complaint_id)
    if found.claim.id != claim.id:
        raise ClaimError("no_complaint", claim.number)
    return found


def take(desk: Desk, complaint_id: UUID) -> Complained:
    """The complaint, now the actor's; one that is theirs already stays as it is.

    Raises ``ClaimError``: ``no_complaint``, ``complaint_over``, ``complaint_taken``, ``complaint_above``;
    ``RightsError``: ``forbidden``, ``same_person`` for who decided the case.
    """
    return _taken(desk, at_large(desk, complaint_id))


def release(desk: Desk, complaint_id: UUID) -> Complained:
    """It waits for somebody else. Raises as ``take``."""
    found = at_large(desk, complaint_id)
    _require_free(desk, found.complaint)
    if found.complaint.holder is None:
        return found
    desk.audit(_RIGHT, thing_of(found.claim.id), kind=Handling.RELEASED)
    complaints.hold(desk.book, found.complaint, None)
    return _found(desk, complaint_id)


def reply(desk: Desk, claim_id: UUID, complaint_id: UUID, words: str) -> Complained:
    """Somebody has answered the customer, who reads the ``words``. Who answers has taken it.

    Raises as ``take``; ``ClaimError`` ``nothing_told`` for empty words, ``StorageError`` ``moved`` where that was done.
    """
    found = _answered(desk, claim_id, complaint_id, words)
    complaints.replied(desk.book, complaint_id, at=desk.at, words=words)
    return _ended(desk, found, ClockKind.COMPLAINT_REPLY)


def tell(
    desk: Desk, claim_id: UUID, complaint_id: UUID, words: str, *, expected_at: datetime | None = None
) -> Complained:
    """The customer was told the result; or why it takes longer, and by when they have it, ``expected_at`` (aware).

    As long as it takes longer they are told anew, after what they read before; a time once told stays. Raises as
    ``reply``, and ``ClaimError`` ``expected_when`` as ``promise`` does.
    """
    found = _answered(desk, claim_id, complaint_id, words)
    if expected_at is not None:
        promise(desk, found, expected_at)
    read = "\n\n".join(filter(None, (found.complaint.result, words)))
    complaints.told(desk.book, complaint_id, at=desk.at, words=read, expected_at=expected_at)
    return _ended(desk, found, *(_RESULT if expected_at is None else (ClockKind.COMPLAINT_TOLD,)))


def solve(desk: Desk, claim_id: UUID, complaint_id: UUID, how: Solution, words: str) -> Complained:
    """Nothing of it is open; what had not been said before is said with it. Raises as ``reply``."""
    found = _answered(desk, claim_id, complaint_id, words)
    solution = Note(f"complaint.solution.{how}")
    complaints.solved(desk.book, complaint_id, solution, at=desk.at, answer=words)
    if found.complaint.replied_at is None:
        complaints.replied(desk.book, complaint_id, at=desk.at)
    if found.complaint.told_at is None:
        complaints.told(desk.book, complaint_id, at=desk.at)
    return _ended(desk, found, ClockKind.COMPLAINT_REPLY, *_RESULT, ClockKind.COMPLAINT_SOLUTION)


def one_up(desk: Desk, missed: Deadline) -> None:
    """The complaint whose clock was missed, at the next level and in nobody's hands; the last level keeps it."""
    every = complaints.of_claim(desk.book, missed.claim)
    found = next((one for one in every if one.at == missed.clock.started_at and one.solved_at is None), None)
    if found is None:
        return
    chain = desk.house.deadlines.escalation.levels
    here = chain.index(level_of(desk, found))
    if here + 1 < len(chain):
        complaints.hold(desk.book, found, None, level=chain[here + 1])
    desk.audit(Action.ESCALATE, thing_of(missed.claim), deadline=missed.id, kind=missed.clock.kind)


def _taken(desk: Desk, found: Complained) -> Complained:
    complaint = found.complaint
    _require_free(desk, complaint)
    if complaint.solved_at is not None:
        raise ClaimError("complaint_over")
    if desk.actor.role not in ANSWERS[level_of(desk, complaint)]:
        raise ClaimError("complaint_above", level=level_of(desk, complaint))
    if decided_among(desk, [found.claim.id]):
        raise RightsError("same_person", "of their own decision", action=_RIGHT, role=desk.actor.role)
    if complaint.holder is not None:
        return found
    desk.audit(_RIGHT, thing_of(found.claim.id), kind=Handling.TAKEN)
    held = complaints.hold(desk.book, complaint, desk.actor.name)
    return replace(found, pending=replace(found.pending, complaint=held))


def _require_free(desk: Desk, complaint: Complaint) -> None:
    if complaint.holder not in {None, desk.actor.name}:
        raise ClaimError("complaint_taken")


def _answered(desk: Desk, claim_id: UUID, complaint_id: UUID, words: str) -> Complained:
    found = _taken(desk, about(desk, claim_id, complaint_id))
    if not words.strip():
        raise ClaimError("nothing_told", found.claim.number)
    return found


def _found(desk: Desk, complaint_id: UUID) -> Complained:
    """With its case, locked. Raises ``ClaimError`` ``no_complaint``."""
    complaint = complaints.get(desk.book, complaint_id)
    if complaint is None:
        raise ClaimError("no_complaint")
    claim = desk.claim(complaint.claim, _RIGHT)
    complaint = complaints.get(desk.book, complaint_id) or complaint
    every = complaint_queue.pending([complaint], deadlines.of_claim(desk.book, claim.id), at=desk.at)
    [found] = complained(desk, every, {claim.id: claim})
    return found


def _ended(desk: Desk, found: Complained, *kinds: ClockKind) -> Complained:
    """The clocks of this complaint, which began when it was made, and of no other. The customer is told."""
    for own in complaint_queue.own_clocks(found.complaint, deadlines.of_claim(desk.book, found.claim.id)):
        if own.clock.kind in kinds:
            deadlines.save(desk.book, replace(own, clock=own.clock.ended(desk.at)))
    claim = claims.save(desk.book, replace(found.claim, due_at=clocks.next_due(desk, found.claim)))
    notify(desk, claim, Node.COMPLAINT_ANSWERED)
    desk.audit(_RIGHT, thing_of(claim.id), kind=kinds[-1])
    return _found(desk, found.complaint.id)
