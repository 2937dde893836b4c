"""Clocks of a case as it moves: which start, end, wait or are dropped, and when the first of them is due.

Clocks start when the materials are there, for a simple case, which has the least time: nobody knows the class before
the machine has looked. ``reclassify`` exchanges them then, as if they had run from the start, and ``settle`` those of
payment once a person has named the amount.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from claims.clock import Clock
from claims.deadline_rules import ClockKind
from claims.deadlines import Event, clocks, exchanged, follow
from claims.desk.desk import Desk
from claims.desk.standing import standing
from claims.follow_up import Ending, Occasion, follow_ups
from claims.lifecycle import Move
from claims.repository import deadlines
from claims.repository import follow_ups as calls
from claims.repository.claims import Claim
from claims.repository.deadlines import Deadline
from claims.states import CaseState, Node, PublicState
from claims.triage import CaseClass

_RESULT: Final = frozenset({CaseState.ASSESSED, CaseState.CONFIRMED, CaseState.PENDING_PAYMENT})
"""States in which the customer has an amount."""
_LOOKED_AT: Final = frozenset({CaseState.CONTESTED, CaseState.IN_REVIEW})
_CASE: Final = frozenset({ClockKind.REVIEW, ClockKind.PAYMENT})
_UNPAID: Final = "close_unpaid"
_RECALL: Final = "recall"
"""The one step back that is ours: what was promised about payment stays promised."""


def after_move(desk: Desk, claim: Claim, move: Move) -> datetime | None:
    """Bring the clocks of a case to where ``move`` has led; ``claim`` is the case after it. When the first is due."""
    terms = desk.house.terms(claim.region)
    running = [_kept(desk, deadline, _ended(deadline.clock, move, desk.at)) for deadline in _open(desk, claim)]
    if event := _starts(move):
        started = clocks(claim.case_class or CaseClass.SIMPLE, event, desk.at, terms)
        kinds = {ClockKind.REVIEW} if move.name == _RECALL else set(ClockKind)
        running += deadlines.start(desk.book, claim.id, [one for one in started if one.kind in kinds], at=desk.at)
    _call_later(desk, claim, move)
    _leave_level(desk, claim, move)
    return _followed(desk, claim, filter(_is_open, running))


def followed(desk: Desk, claim: Claim) -> Claim:
    """The case after something came in that its clocks waited for, or that they will wait for."""
    return replace(claim, due_at=_followed(desk, claim, _open(desk, claim)))


def reclassify(desk: Desk, claim: Claim, case_class: CaseClass) -> None:
    """The clocks of another class, counted from when the materials were there. Waits do not count for the new ones
    unless they go on: the machine has looked within minutes."""
    running = [deadline for deadline in _open(desk, claim) if deadline.clock.kind in _CASE]
    if not running or case_class is (claim.case_class or CaseClass.SIMPLE):
        return
    began = min(deadline.clock.started_at for deadline in running)
    for deadline in running:
        _kept(desk, deadline, deadline.clock.dropped(desk.at))
    terms = desk.house.terms(claim.region)
    deadlines.start(desk.book, claim.id, clocks(case_class, Event.MATERIALS_COMPLETE, began, terms), at=desk.at)


def settle(desk: Desk, claim: Claim, case_class: CaseClass) -> None:
    """Payment clocks of the class that a person's amount has; the review is measured as it was begun."""
    running = [deadline for deadline in _open(desk, claim) if deadline.clock.kind is ClockKind.PAYMENT]
    if not running or case_class is (claim.case_class or CaseClass.SIMPLE):
        return
    terms = desk.house.terms(claim.region)
    started = exchanged([deadline.clock for deadline in running], case_class, desk.at, terms)
    for deadline in running:
        _kept(desk, deadline, deadline.clock.dropped(desk.at))
    deadlines.start(desk.book, claim.id, started, at=desk.at)


def next_due(desk: Desk, claim: Claim) -> datetime | None:
    """When the first running clock, or the level that a case was escalated to, is due."""
    return _first(desk, claim, _open(desk, claim))


def _first(desk: Desk, claim: Claim, running: Iterable[Deadline]) -> datetime | None:
    levels = (level.escalation.due_at for level in deadlines.levels_of(desk.book, claim.id) if level.ended_at is None)
    due = (deadline.clock.due_at for deadline in running if deadline.clock.waiting_since is None)
    return min((*levels, *due), default=None)


def _followed(desk: Desk, claim: Claim, running: Iterable[Deadline]) -> datetime | None:
    terms, runs = desk.house.terms(claim.region), _insurer_acts(desk, claim)
    clocks_now = ((one, follow([one.clock], runs=runs, at=desk.at, terms=terms)[0]) for one in running)
    return _first(desk, claim, [_kept(desk, deadline, clock) for deadline, clock in clocks_now])


def _insurer_acts(desk: Desk, claim: Claim) -> bool:
    """A case that is accepted waits for the customer all the same while a document is missing that payment needs."""
    if claim.state is CaseState.CONFIRMED and not standing(desk, claim).complete:
        return False
    return desk.house.lifecycle.states[claim.state].clock


def _open(desk: Desk, claim: Claim) -> Iterable[Deadline]:
    return filter(_is_open, deadlines.of_claim(desk.book, claim.id))


def _is_open(deadline: Deadline) -> bool:
    return deadline.clock.ended_at is None and deadline.clock.dropped_at is None


def _kept(desk: Desk, deadline: Deadline, clock: Clock) -> Deadline:
    """With the clock as it is from now on; what is as it was is not written."""
    if clock == deadline.clock:
        return deadline
    deadlines.save(desk.book, changed := replace(deadline, clock=clock))
    return changed


def _ended(clock: Clock, move: Move, at: datetime) -> Clock:
    """A result ends the review, payment all. A withdrawal drops what nobody waits for; what was promised about payment
    is void where nothing is payable."""
    if clock.kind not in _CASE:
        return clock
    anew = _starts(move) is Event.REOPENED and move.name != _RECALL
    if anew or move.to is CaseState.WITHDRAWN:
        return clock.dropped(at)
    if clock.kind is ClockKind.PAYMENT and (move.to is CaseState.DECLINED_MANUAL or move.name == _UNPAID):
        return clock.voided(at)
    if move.to in {CaseState.CLOSED, CaseState.DECLINED_MANUAL}:
        return clock.ended(at)
    return clock.ended(at) if clock.kind is ClockKind.REVIEW and move.to in _RESULT else clock


def _starts(move: Move) -> Event | None:
    if move.before is CaseState.REPORTED and move.to is CaseState.MATERIALS_SUBMITTED:
        return Event.MATERIALS_COMPLETE
    rested = {*_RESULT, CaseState.CLOSED, CaseState.DECLINED_MANUAL}
    return Event.REOPENED if move.origin in rested and move.to in _LOOKED_AT else None


def _call_later(desk: Desk, claim: Claim, move: Move) -> None:
    """Calls that have no occasion any more are dropped, and those that follow the move are to be made."""
    over = set(_endings(move))
    if dropped := [kind for kind, rule in desk.house.deadlines.follow_ups.items() if rule.until & over]:
        calls.drop(desk.book, claim.id, dropped, at=desk.at)
    terms = desk.house.terms(claim.region)
    rules = desk.house.deadlines.follow_ups
    for occasion in _occasions(desk, move):
        calls.add(desk.book, claim.id, follow_ups(occasion, desk.at, rules, terms.days), at=desk.at)


def _leave_level(desk: Desk, claim: Claim, move: Move) -> None:
    """The level that a case was escalated to has decided, or need not any more."""
    if move.before is not CaseState.ESCALATED or move.to is CaseState.ESCALATED:
        return
    for level in deadlines.levels_of(desk.book, claim.id):
        if level.ended_at is None:
            deadlines.end_level(desk.book, claim.id, level.escalation.level, at=desk.at)


def _endings(move: Move) -> Iterable[Ending]:
    if move.to is CaseState.WITHDRAWN:
        yield Ending.WITHDRAWN
    if move.to is CaseState.DECLINED_MANUAL:
        yield Ending.DECLINED
    if _starts(move) is Event.REOPENED:
        yield Ending.ANEW


def _occasions(desk: Desk, move: Move) -> Iterable[Occasion]:
    if _starts(move) is Event.MATERIALS_COMPLETE:
        yield Occasion.MATERIALS_SUBMITTED
    if move.to is CaseState.ASSESSED:
        yield Occasion.ASSESSED
    if move.before is CaseState.PENDING_PAYMENT and move.to is CaseState.CLOSED:
        yield Occasion.PAID
    if desk.house.lifecycle.public(move.to, move.came_from) is PublicState.CLOSED and move.node is Node.CLOSED:
        yield Occasion.CLOSED
