"""The adjusters' queue: which cases wait for a person and why, and in whose hands each of them is."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final
from uuid import UUID

from claims import masks, review_queue
from claims.actions import Action
from claims.desk import levels
from claims.desk.desk import Desk, thing_of
from claims.desk.hands import extended, in_hands
from claims.desk.moving import move
from claims.desk.settling import check_second_person, class_of, decided_before
from claims.note_json import note_of
from claims.repository import assessments, claims, fraud, notices, timeline
from claims.repository.claims import Claim
from claims.review_queue import Lease, Place, Taken, Waiting, holder
from model.errors import ReviewError, RightsError
from model.notes import Note
from parts_pricing.money import ZERO

_WINDOW: Final = 200
"""Cases looked at first; where none of them is free, four times as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InLine:
    """A case that waits for a person.

    ``reason`` is why it came to where it is, ``doubts`` what the machine leaves to a person, ``suspicions`` the fraud
    facts behind the risk. ``low`` to ``high`` is the machine's range in ``claim.currency``, None where it never looked.
    ``plate`` is masked, None once it was erased. ``mine``: the actor holds it; ``takes``: they could take it.
    """

    claim: Claim
    reason: Note | None
    doubts: tuple[Note, ...]
    suspicions: tuple[Note, ...]
    low: Decimal | None
    high: Decimal | None
    plate: str | None = field(repr=False)
    mine: bool
    takes: bool


def queue(desk: Desk, *, after: Place | None = None, limit: int = 50) -> tuple[InLine, ...]:
    """Cases that nobody else works on, in the order of ``claims.review_queue``; ``after`` goes on after a page.

    Raises ``RightsError`` ``forbidden``.
    """
    desk.check(Action.QUEUE_READ)
    found = claims.to_review(desk.book, desk.actor.id, at=desk.at, after=after, limit=limit)
    return tuple(in_line(desk, case) for case in found)


def claim_next(desk: Desk) -> Claim | None:
    """The most urgent case that nobody holds and that the actor may decide, now theirs; None when there is none.

    Raises ``RightsError`` ``forbidden``, ``ReviewError`` ``holds_enough``.
    """
    desk.check(Action.CLAIM_NEXT)
    _check_room(desk)
    most = _WINDOW
    while True:
        cases = claims.to_review(desk.book, desk.actor.id, at=desk.at, limit=most)
        if (taken := _first_free(desk, cases)) is not None or len(cases) < most:
            return taken
        most *= 4


def take(desk: Desk, claim_id: UUID) -> Claim:
    """This case, now the actor's; one that is theirs already stays as it is.

    Raises ``ReviewError``: ``held_by_other``, ``not_waiting``, ``holds_enough``; ``RightsError``: ``beyond_authority``
    for what only others may decide, ``same_person`` for who did so before, and as ``levels.check_decides``.
    """
    desk.check(Action.CLAIM_NEXT)
    claim = desk.claim(claim_id, Action.READ_CLAIM_MASKED)
    if holder(claim.lease, desk.at) == desk.actor.id:
        return claim
    return _given(desk, claim, _lease(desk, claim))


def take_up(desk: Desk, claim_id: UUID) -> Claim:
    """A contested case in the hands of somebody with more authority. Raises as ``take`` and as ``move`` do."""
    claim = desk.claim(claim_id, Action.TAKE_UP)
    _check_free(desk, claim)
    claim = move(desk, claim, "take_up")
    return _given(desk, claim, _lease(desk, claim))


def extend(desk: Desk, claim_id: UUID) -> Claim:
    """Somebody is still at it: a full term from now on. Raises ``ReviewError`` as ``in_hands``.

    Nothing is decided by it, so the audit log is not told.
    """
    claim = in_hands(desk, claim_id, Action.RELEASE)
    return claims.save(desk.book, replace(claim, lease=extended(desk, claim)))


def release(desk: Desk, claim_id: UUID) -> Claim:
    """The case goes back into the queue as it is. Raises ``ReviewError`` as ``in_hands``."""
    claim = in_hands(desk, claim_id, Action.RELEASE)
    desk.audit(Action.RELEASE, thing_of(claim.id), holder=desk.actor.id)
    return claims.save(desk.book, replace(claim, lease=None))


def _first_free(desk: Desk, found: Iterable[Claim]) -> Claim | None:
    """The first that can be locked: one that somebody else takes at this moment is passed over."""
    cases = {case.id: case for case in found}
    while (best := _first(desk, cases.values())) is not None:
        case = claims.locked(desk.book, best.claim, wait=False)
        if case is None:
            del cases[best.claim]
        elif case.version == cases[best.claim].version:
            return _given(desk, case, best.lease)
        else:
            cases[best.claim] = case
    return None


def _given(desk: Desk, claim: Claim, lease: Lease) -> Claim:
    desk.audit(Action.CLAIM_NEXT, thing_of(claim.id), holder=lease.holder, lease_until=lease.until)
    return claims.save(desk.book, replace(claim, lease=lease))


def _lease(desk: Desk, claim: Claim) -> Lease:
    _check_free(desk, claim)
    if claim.state not in desk.house.review.queue:
        raise ReviewError("not_waiting", claim.state, state=claim.state)
    _check_room(desk)
    check_second_person(desk, claim, Action.CLAIM_NEXT)
    levels.check_decides(desk, claim, Action.CLAIM_NEXT)
    taken = _first(desk, [claim])
    if taken is None:
        waiting = _waiting(desk, claim)
        facts = {"amount": waiting.upper, "case_class": waiting.case_class}
        raise RightsError("beyond_authority", "take", action=Action.CLAIM_NEXT, role=desk.actor.role, **facts)
    return taken.lease


def _check_room(desk: Desk) -> None:
    """Counted under a lock: requests of one person at the same moment see each other."""
    most = desk.house.review.lease.most_held
    if (count := claims.held(desk.book, desk.actor.id, at=desk.at)) >= most:
        raise ReviewError("holds_enough", f"{count} cases", limit=most)


def _check_free(desk: Desk, claim: Claim) -> None:
    if holder(claim.lease, desk.at) not in {None, desk.actor.id}:
        raise ReviewError("held_by_other")


def _first(desk: Desk, cases: Iterable[Claim]) -> Taken | None:
    waiting = [_waiting(desk, case) for case in cases]
    return review_queue.claim_next(waiting, desk.actor, desk.at, rules=desk.house.review, rights=desk.house.rights)


def _waiting(desk: Desk, claim: Claim) -> Waiting:
    return Waiting(
        claim=claim.id,
        state=claim.state,
        case_class=class_of(claim),
        upper=claim.upper or ZERO,
        limits=desk.house.rulebook.policy.market(claim.region),
        since=claim.state_since,
        due_at=claim.due_at,
        risk=claim.risk,
        lease=claim.lease,
        closed_to=decided_before(desk, claim) | levels.who_asked(desk, claim),
        deciders=levels.deciders(desk, claim),
    )


def in_line(desk: Desk, claim: Claim) -> InLine:
    """What is told of a case that waits; the caller has checked that the actor may see the queue."""
    steps = timeline.of_claim(desk.book, claim.id)
    made = assessments.of_claim(desk.book, claim.id)
    decision = made[-1].estimate.told["decision"] if made else {"reasons": []}
    reported = notices.get(desk.book, claim.id)
    return InLine(
        claim=claim,
        reason=next((step.reason for step in reversed(steps) if step.reason is not None), None),
        doubts=tuple(note_of(told) for told in decision["reasons"]),
        suspicions=tuple(found.fact.note for found in fraud.of_claim(desk.book, claim.id)),
        low=made[-1].low if made else None,
        high=made[-1].high if made else None,
        plate=None if reported is None or reported.notice.plate is None else masks.plate(reported.notice.plate),
        mine=holder(claim.lease, desk.at) == desk.actor.id,
        takes=not desk.house.lifecycle.rests(claim.state) and _first(desk, [replace(claim, lease=None)]) is not None,
    )
