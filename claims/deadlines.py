"""Clocks of a case: when they are due, when they wait, what was met and missed. Pure; time comes in as ``at``.

Two sets run side by side where something was promised in public: alarm on the stricter (``strictest``), publish the
looser (``promised``).

A clock waits while the customer has to act, and is due later by what it waited: a clock of hours by the same time, a
clock of working days by the business hours that fell into the wait, so that it is due in business hours again. What was
already late when the wait began stays late.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from claims.calendar import WorkingDays
from claims.clock import Clock, Outcome
from claims.deadline_rules import Audience, ClockKind, Level
from claims.policy import Deadline, Span
from claims.terms import Terms
from claims.triage import CaseClass
from claims.utc import utc
from model.errors import ClaimError
from model.notes import Note, note


class Event(StrEnum):
    """What starts clocks. A case that is opened again, or has a first complete set of materials, starts anew."""

    MATERIALS_COMPLETE = "materials_complete"
    REOPENED = "reopened"
    COMPLAINT_RECEIVED = "complaint_received"
    PAYMENT_RETURNED = "payment_returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """A level that has to decide until ``due_at`` (UTC), and why it came there."""

    level: Level
    due_at: datetime
    reason: Note
    warnings: tuple[Note, ...] = ()


def clocks(case_class: CaseClass, event: Event, at: datetime, terms: Terms) -> tuple[Clock, ...]:
    """The clocks that an event starts, those of our own first. A complex case is paid in stages: no payment clock."""
    return tuple(_started(kind, audience, span, at, terms) for kind, audience, span in _spans(case_class, event, terms))


def exchanged(running: Sequence[Clock], case_class: CaseClass, at: datetime, terms: Terms) -> tuple[Clock, ...]:
    """Clocks of the same kinds as ``running``, of the class that a case turns out to have at ``at``.

    They count from when the first of ``running`` was started and wait as long as it did; one that would then be due
    before ``at`` has a whole term from then on, but no more than there was: nobody could keep it before.
    """
    first, kinds = min(running, key=lambda clock: clock.due_at), {clock.kind for clock in running}
    began = first.started_at + max(first.due_at - terms.due(first.started_at, first.within), timedelta())
    fresh = (clock for clock in clocks(case_class, Event.MATERIALS_COMPLETE, began, terms) if clock.kind in kinds)
    return tuple(_kept_possible(clock, first.due_at, at, terms) for clock in fresh)


def follow(running: Iterable[Clock], *, runs: bool, at: datetime, terms: Terms) -> tuple[Clock, ...]:
    """The clocks after a move of the case. ``runs``: whether the insurer has to act there (``StateRule.clock``)."""
    return tuple(_resumed(clock, at, terms) if runs else _waiting(clock, at, terms) for clock in running)


def told_until(made_at: datetime, expected_at: datetime) -> Clock:
    """The clock of a complaint that was made at ``made_at`` and takes longer: its customer was told to have the result
    by ``expected_at`` (both aware). As its other clocks it counts from when it was made; an hour that began is one."""
    within = Span(hours=-((made_at - expected_at) // timedelta(hours=1)))
    kind, audience = ClockKind.COMPLAINT_EXPECTED, Audience.PUBLIC
    return Clock(kind=kind, audience=audience, within=within, started_at=utc(made_at), due_at=utc(expected_at))


def overdue(running: Iterable[Clock], at: datetime) -> tuple[Clock, ...]:
    """Clocks whose time is over and for which nobody has acted, of either set."""
    late = (clock for clock in running if clock.outcome(at) is Outcome.MISSED)
    return tuple(clock for clock in late if clock.ended_at is None and clock.dropped_at is None)


def strictest(running: Iterable[Clock]) -> tuple[Clock, ...]:
    """Of each kind the clock that is due first: the one to alarm on."""
    return _one_of_each(sorted(running, key=lambda clock: clock.due_at))


def promised(running: Iterable[Clock]) -> tuple[Clock, ...]:
    """Of each kind the clock that is due last: the one to publish."""
    return _one_of_each(sorted(running, key=lambda clock: clock.due_at, reverse=True))


def escalate(level: Level | None, at: datetime, reason: Note, terms: Terms) -> Escalation:
    """The level after ``level``; after None the first. Raises ``ClaimError`` ``claim.no_level_above`` at the top."""
    chain, within = terms.rules.escalation.levels, terms.rules.escalation.within
    above = chain[0 if level is None else chain.index(level) + 1 :]
    if not above:
        raise ClaimError("no_level_above", f"{level} is the last level", level=level)
    due_at = terms.due(at, within)
    return Escalation(level=above[0], due_at=due_at, reason=reason, warnings=terms.warnings(at, due_at, within))


def overrun(clock: Clock) -> Note:
    """Why a case is escalated that was not finished in time (M11)."""
    return note("escalation.overrun", kind=clock.kind, audience=clock.audience)


def _spans(case_class: CaseClass, event: Event, terms: Terms) -> Iterable[tuple[ClockKind, Audience, Span]]:
    match event:
        case Event.COMPLAINT_RECEIVED:
            return _complaint(terms)
        case Event.PAYMENT_RETURNED:
            return [(ClockKind.PAYMENT_RETURNED, Audience.INTERNAL, terms.rules.payment_returned)]
        case _:
            return _case(case_class, terms)


def _case(case_class: CaseClass, terms: Terms) -> Iterator[tuple[ClockKind, Audience, Span]]:
    internal: Deadline = getattr(terms.internal, case_class.value)
    yield ClockKind.REVIEW, Audience.INTERNAL, internal.review
    if internal.payment is not None:
        yield ClockKind.PAYMENT, Audience.INTERNAL, internal.payment
    public = terms.rules.public
    if case_class in public.classes:
        yield ClockKind.REVIEW, Audience.PUBLIC, public.review
        yield ClockKind.PAYMENT, Audience.PUBLIC, public.payment


def _complaint(terms: Terms) -> Iterator[tuple[ClockKind, Audience, Span]]:
    spans = terms.rules.complaint
    yield ClockKind.COMPLAINT_REPLY, Audience.INTERNAL, spans.complaint_reply
    yield ClockKind.COMPLAINT_TOLD, Audience.INTERNAL, spans.complaint_told
    yield ClockKind.COMPLAINT_SOLUTION, Audience.INTERNAL, spans.complaint_solution


def _started(kind: ClockKind, audience: Audience, span: Span, at: datetime, terms: Terms) -> Clock:
    due_at = terms.due(at, span)
    warnings = terms.warnings(at, due_at, span)
    return Clock(kind=kind, audience=audience, within=span, started_at=utc(at), due_at=due_at, warnings=warnings)


def _kept_possible(clock: Clock, latest: datetime, at: datetime, terms: Terms) -> Clock:
    if clock.due_at > at:
        return clock
    later = _started(clock.kind, clock.audience, clock.within, at, terms)
    return replace(later, due_at=max(clock.due_at, min(later.due_at, latest)))


def _waiting(clock: Clock, at: datetime, terms: Terms) -> Clock:
    waits = clock.kind in terms.rules.waiting_kinds and clock.outcome(at) is Outcome.RUNNING
    return replace(clock, waiting_since=utc(at)) if waits else clock


def _resumed(clock: Clock, at: datetime, terms: Terms) -> Clock:
    if clock.waiting_since is None or clock.outcome(at) is not Outcome.WAITING:
        return clock
    due_at = _moved(clock, clock.waiting_since, utc(at), terms.days)
    warnings = terms.warnings(clock.started_at, due_at, clock.within)
    return replace(clock, due_at=due_at, warnings=warnings, waiting_since=None)


def _moved(clock: Clock, since: datetime, until: datetime, days: WorkingDays) -> datetime:
    """A clock of working days does not run on the day of its event: what is waited then costs nothing."""
    if clock.within.working_days is None:
        return clock.due_at + max(until - since, timedelta())
    return days.later(clock.due_at, days.worked(max(since, days.begins(clock.started_at)), until))


def _one_of_each(ordered: Sequence[Clock]) -> tuple[Clock, ...]:
    first = {clock.kind: clock for clock in reversed(ordered)}
    return tuple(first[kind] for kind in ClockKind if kind in first)
