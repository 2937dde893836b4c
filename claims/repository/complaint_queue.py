"""Complaints in line: those that are open by the first of their clocks, those that were solved from the newest on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, func, select

from claims.clock import Clock, Outcome
from claims.deadline_rules import ClockKind
from claims.repository.book import Book
from claims.repository.complaints import Complaint, of_row
from claims.repository.deadlines import Deadline
from claims.repository.places import Place
from claims.tables import complaints, deadlines

KINDS: Final = (
    ClockKind.COMPLAINT_REPLY,
    ClockKind.COMPLAINT_TOLD,
    ClockKind.COMPLAINT_EXPECTED,
    ClockKind.COMPLAINT_SOLUTION,
)
"""The clocks of a complaint; they begin when it is made, which tells them from those of another of the same case."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A complaint, and when the first of its clocks that run is due; None once it was solved.

    ``missed``: those of its clocks that were not kept, whether something was done late or nothing yet. Where complaints
    of many cases stand in line they are not asked for.
    """

    complaint: Complaint = field(repr=False)
    due_at: datetime | None
    missed: tuple[Clock, ...] = ()


def waiting(book: Book, *, after: Place | None = None, limit: int = 50) -> tuple[Pending, ...]:
    """Complaints that nobody has solved, by deadline; ``after`` goes on after a page."""
    line = _open().subquery()
    query = select(line).order_by(line.c.due_at, line.c.id).limit(limit)
    if after is not None:
        query = query.where(after.behind(line.c.due_at, line.c.id))
    return tuple(Pending(of_row(book, row), row.due_at) for row in book.connection.execute(query))


def solved(book: Book, *, before: UUID | None = None, limit: int = 50) -> tuple[Pending, ...]:
    """Complaints that were solved, the newest first; ``before`` goes on after a page."""
    query = select(complaints).where(complaints.c.solved_at.is_not(None)).order_by(complaints.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(complaints.c.id < before)
    return tuple(Pending(of_row(book, row), None) for row in book.connection.execute(query))


def pending(every: Iterable[Complaint], clocks: Sequence[Deadline], *, at: datetime) -> tuple[Pending, ...]:
    """When complaints of one case are due and what was missed until ``at``, by all clocks of the case."""
    return tuple(_pending(one, own_clocks(one, clocks), at) for one in every)


def own_clocks(complaint: Complaint, clocks: Iterable[Deadline]) -> tuple[Deadline, ...]:
    """Of all clocks of its case those of this complaint."""
    return tuple(one for one in clocks if one.clock.kind in KINDS and one.clock.started_at == complaint.at)


def _pending(complaint: Complaint, own: Sequence[Deadline], at: datetime) -> Pending:
    runs = (one.clock for one in own if one.clock.ended_at is None and one.clock.dropped_at is None)
    missed = tuple(one.clock for one in own if one.clock.outcome(at) is Outcome.MISSED)
    return Pending(complaint, min((clock.due_at for clock in runs), default=None), missed)


def _open() -> Select[Any]:
    """Each has a clock that runs: that of its solution."""
    runs = (deadlines.c.kind.in_(KINDS), deadlines.c.ended_at.is_(None), deadlines.c.dropped_at.is_(None))
    own = (deadlines.c.claim == complaints.c.claim, deadlines.c.started_at == complaints.c.at)
    joined = complaints.join(deadlines, and_(*own, *runs))
    due = func.min(deadlines.c.due_at).label("due_at")
    query = select(*complaints.c, due).select_from(joined).where(complaints.c.solved_at.is_(None))
    return query.group_by(*complaints.c)
