"""Complaints are answered: a first reply, the result or why it takes longer, the solution; each ends a clock (M13)."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.deadline_rules import ClockKind
from claims.desk import clocks
from claims.desk.desk import Desk, thing_of
from claims.repository import claims, complaints, deadlines
from claims.repository.claims import Claim
from claims.repository.complaints import Complaint
from model.errors import ClaimError
from model.notes import Note


class Solution(StrEnum):
    """How a complaint came to an end."""

    EXPLAINED = "explained"
    PUT_RIGHT = "put_right"
    TAKEN_BACK = "taken_back"


_BEFORE: Final = (ClockKind.COMPLAINT_REPLY, ClockKind.COMPLAINT_TOLD)


@dataclass(frozen=True, slots=True)
class Complained:
    """A complaint and its case."""

    complaint: Complaint
    claim: Claim


def complaints_of(desk: Desk, claim_id: UUID) -> tuple[Complaint, ...]:
    """Every complaint of a case, with its words, for whoever answers them. Raises ``RightsError``."""
    claim = desk.seen(claim_id, Action.FOLLOW_UP)
    return complaints.of_claim(desk.book, claim.id)


def reply(desk: Desk, claim_id: UUID, complaint_id: UUID) -> Complained:
    """Somebody has answered the customer.

    Raises ``ClaimError`` ``no_complaint`` for one of another case, ``StorageError`` ``moved`` where that was done.
    """
    found = _found(desk, claim_id, complaint_id)
    complaints.replied(desk.book, complaint_id, at=desk.at)
    return _ended(desk, found, ClockKind.COMPLAINT_REPLY)


def tell(desk: Desk, claim_id: UUID, complaint_id: UUID) -> Complained:
    """The customer was told the result, or why it takes longer. Raises as ``reply``."""
    found = _found(desk, claim_id, complaint_id)
    complaints.told(desk.book, complaint_id, at=desk.at)
    return _ended(desk, found, ClockKind.COMPLAINT_TOLD)


def solve(desk: Desk, claim_id: UUID, complaint_id: UUID, how: Solution, words: str | None = None) -> Complained:
    """Nothing of it is open; what had not been said before is said with it. Raises as ``reply``."""
    found = _found(desk, claim_id, complaint_id)
    solution = Note(f"complaint.solution.{how}")
    complaints.solved(desk.book, complaint_id, solution, at=desk.at, answer=words)
    if found.complaint.replied_at is None:
        complaints.replied(desk.book, complaint_id, at=desk.at)
    if found.complaint.told_at is None:
        complaints.told(desk.book, complaint_id, at=desk.at)
    return _ended(desk, found, *_BEFORE, ClockKind.COMPLAINT_SOLUTION)


def _found(desk: Desk, claim_id: UUID, complaint_id: UUID) -> Complained:
    claim = desk.claim(claim_id, Action.FOLLOW_UP)
    complaint = complaints.get(desk.book, complaint_id)
    if complaint is None or complaint.claim != claim.id:
        raise ClaimError("no_complaint", claim.number)
    return Complained(complaint, claim)


def _ended(desk: Desk, found: Complained, *kinds: ClockKind) -> Complained:
    """The clocks of this complaint, which began when it was made, and of no other."""
    for deadline in deadlines.of_claim(desk.book, found.claim.id):
        clock = deadline.clock
        if clock.kind in kinds and clock.started_at == found.complaint.at:
            deadlines.save(desk.book, replace(deadline, clock=clock.ended(desk.at)))
    claim = claims.save(desk.book, replace(found.claim, due_at=clocks.next_due(desk, found.claim)))
    desk.audit(Action.FOLLOW_UP, thing_of(claim.id), kind=kinds[-1])
    complaint = complaints.get(desk.book, found.complaint.id)
    return Complained(complaint or found.complaint, claim)
