"""Complaints as those see them who answer them: in line by deadline, of one case, and who could take which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.deadline_rules import Level
from claims.desk.at_large import require_at_large
from claims.desk.deciders import decided_among
from claims.desk.desk import Desk
from claims.repository import claims, complaint_queue, complaints, deadlines
from claims.repository.claims import Claim
from claims.repository.complaint_queue import Pending
from claims.repository.complaints import Complaint
from claims.repository.places import Place
from claims.states import Role
from model.errors import ClaimError

_RIGHT: Final = Action.ANSWER_COMPLAINT
ANSWERS: Final[Mapping[Level, frozenset[Role]]] = {
    Level.FRONT_LINE: frozenset({Role.FRONT_LINE, Role.SENIOR, Role.EXPERT}),
    Level.SENIOR: frozenset({Role.SENIOR, Role.EXPERT}),
    Level.CROSS_FUNCTIONAL: frozenset({Role.EXPERT}),
    Level.THIRD_PARTY: frozenset({Role.EXPERT}),
}
"""Who answers at each level."""


@dataclass(frozen=True, slots=True)
class Complained:
    """A complaint, when it is due next, and its case. ``takes``: the actor could take it."""

    pending: Pending
    claim: Claim
    takes: bool

    @property
    def complaint(self) -> Complaint:
        """The complaint itself."""
        return self.pending.complaint


def waiting(desk: Desk, *, after: Place | None, limit: int) -> tuple[Complained, ...]:
    """Complaints that nobody has solved, by deadline. Raises ``RightsError`` ``forbidden``."""
    require_at_large(desk, _RIGHT)
    return _of_their_cases(desk, complaint_queue.waiting(desk.book, after=after, limit=limit))


def solved(desk: Desk, *, before: UUID | None, limit: int) -> tuple[Complained, ...]:
    """Complaints that were solved, the newest first. Raises as ``waiting``."""
    require_at_large(desk, _RIGHT)
    return _of_their_cases(desk, complaint_queue.solved(desk.book, before=before, limit=limit))


def complaints_of(desk: Desk, claim_id: UUID) -> tuple[Complained, ...]:
    """Every complaint of a case, with its words, for whoever answers them. Raises ``RightsError``."""
    claim = desk.seen(claim_id, _RIGHT)
    clocks = deadlines.of_claim(desk.book, claim.id)
    every = complaint_queue.pending(complaints.of_claim(desk.book, claim.id), clocks, at=desk.at)
    return complained(desk, every, {claim.id: claim})


def complaint_of(desk: Desk, claim_id: UUID, complaint_id: UUID) -> Complained:
    """One of them. Raises as ``complaints_of``, and ``ClaimError`` ``no_complaint``."""
    found = next((one for one in complaints_of(desk, claim_id) if one.complaint.id == complaint_id), None)
    if found is None:
        raise ClaimError("no_complaint")
    return found


def _of_their_cases(desk: Desk, found: Sequence[Pending]) -> tuple[Complained, ...]:
    return complained(desk, found, claims.some(desk.book, {one.complaint.claim for one in found}))


def complained(desk: Desk, found: Sequence[Pending], cases: Mapping[UUID, Claim]) -> tuple[Complained, ...]:
    """Complaints with their cases, as the actor stands to them."""
    own = decided_among(desk, cases)

    def takes(one: Complaint) -> bool:
        free = one.solved_at is None and one.holder in {None, desk.actor.name}
        return free and one.claim not in own and desk.actor.role in ANSWERS[level_of(desk, one)]

    return tuple(Complained(one, cases[one.complaint.claim], takes(one.complaint)) for one in found)


def level_of(desk: Desk, complaint: Complaint) -> Level:
    """Who deals with it: the first level until a clock is missed."""
    return complaint.level or desk.house.deadlines.escalation.levels[0]
