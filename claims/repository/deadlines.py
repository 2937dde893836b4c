"""Clocks that run, were met or were missed, and the levels that a case was escalated to."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from claims.clock import Clock
from claims.deadline_rules import Level
from claims.deadlines import Escalation
from claims.ids import new_id
from claims.note_json import note_json, note_of
from claims.policy import Span
from claims.repository.book import Book
from claims.repository.rows import change_rows, insert_once, notes_json, notes_of, record, rows_of
from claims.tables import deadlines, escalations

_RUNS: Final = tuple(
    column.is_(None) for column in (deadlines.c.waiting_since, deadlines.c.ended_at, deadlines.c.dropped_at)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A clock of a case. ``escalated_at``: when it was acted on that it was missed."""

    id: UUID
    claim: UUID
    clock: Clock
    escalated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated:
    """A level that a case came to; ``deadline`` is the clock that was missed, None where somebody asked for it."""

    id: UUID
    claim: UUID
    deadline: UUID | None
    escalation: Escalation
    began_at: datetime
    ended_at: datetime | None = None


def start(book: Book, claim: UUID, clocks: Iterable[Clock], *, at: datetime) -> tuple[Deadline, ...]:
    """Clocks that begin. The caller has locked the case."""
    started = tuple(Deadline(id=new_id(at), claim=claim, clock=clock) for clock in clocks)
    rows = [{"id": one.id, "claim": claim, "escalated_at": None, **_columns(one.clock)} for one in started]
    if rows:
        book.connection.execute(insert(deadlines), rows)
    return started


def of_claim(book: Book, claim: UUID) -> tuple[Deadline, ...]:
    """Every clock of a case, the first started first."""
    return tuple(map(_deadline, rows_of(book.connection, deadlines, "id", claim=claim)))


def save(book: Book, deadline: Deadline) -> None:
    """The clock as it is now."""
    values = {**_columns(deadline.clock), "escalated_at": deadline.escalated_at}
    change_rows(book.connection, deadlines, values, id=deadline.id)


def overdue(book: Book, *, at: datetime, limit: int = 100) -> tuple[Deadline, ...]:
    """Clocks that were missed and that nobody has acted on, the longest overdue first."""
    late = (deadlines.c.due_at < at, deadlines.c.escalated_at.is_(None))
    query = select(deadlines).where(*_RUNS, *late).order_by(deadlines.c.due_at).limit(limit)
    return tuple(map(_deadline, book.connection.execute(query)))


def escalate(
    book: Book, claim: UUID, escalation: Escalation, *, at: datetime, deadline: UUID | None = None
) -> Escalated | None:
    """The case at its next level. None where this clock has brought it there before."""
    fresh = Escalated(id=new_id(at), claim=claim, deadline=deadline, escalation=escalation, began_at=at)
    row = {
        "id": fresh.id,
        "claim": claim,
        "deadline": deadline,
        "level": escalation.level,
        "reason": note_json(escalation.reason),
        "warnings": notes_json(escalation.warnings),
        "began_at": at,
        "due_at": escalation.due_at,
    }
    return fresh if insert_once(book.connection, escalations, row, on=["deadline", "level"]) else None


def levels_of(book: Book, claim: UUID) -> tuple[Escalated, ...]:
    """Where a case was escalated to, the first first."""
    return tuple(map(_escalated, rows_of(book.connection, escalations, "id", claim=claim)))


def overdue_levels(book: Book, *, at: datetime, limit: int = 100) -> tuple[Escalated, ...]:
    """Levels that have not decided in time."""
    late = (escalations.c.due_at < at, escalations.c.ended_at.is_(None))
    query = select(escalations).where(*late).order_by(escalations.c.due_at).limit(limit)
    return tuple(map(_escalated, book.connection.execute(query)))


def end_level(book: Book, claim: UUID, level: Level, *, at: datetime) -> None:
    """The level has decided."""
    here = (escalations.c.claim == claim, escalations.c.level == level, escalations.c.ended_at.is_(None))
    book.connection.execute(update(escalations).where(*here).values(ended_at=at))


def _deadline(row: Row[Any]) -> Deadline:
    return record(Deadline, row, clock=_clock(row))


def _clock(row: Row[Any]) -> Clock:
    span = Span(hours=row.hours, working_days=row.working_days)
    return record(Clock, row, within=span, warnings=notes_of(row.warnings))


def _columns(clock: Clock) -> dict[str, Any]:
    own = {field.name: getattr(clock, field.name) for field in fields(clock) if field.name != "within"}
    span = {"hours": clock.within.hours, "working_days": clock.within.working_days}
    return {**own, **span, "warnings": notes_json(clock.warnings)}


def _escalated(row: Row[Any]) -> Escalated:
    escalation = record(Escalation, row, reason=note_of(row.reason), warnings=notes_of(row.warnings))
    return record(Escalated, row, escalation=escalation)
