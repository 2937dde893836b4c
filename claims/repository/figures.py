"""How much waits and how it went lately, counted by the database: every query stays on an index or a range of ids."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, distinct, exists, func, or_, select

from claims.ids import first_id
from claims.repository.book import Book
from claims.states import Owner
from claims.tables import assessments, claims, complaints, corrections, deadlines, jobs, line_values, offers, outbox
from claims.tables.words import JobState
from claims.triage import Route

_EVER: Final = datetime.min.replace(tzinfo=UTC)
"""Any moment that is not NULL is later: a range, which an index answers on both databases."""


@dataclass(frozen=True, slots=True)
class Line:
    """How many wait, and since when the first of them has; None when none does."""

    waiting: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``n`` cases."""

    n: int
    hits: int


def jobs_waiting(book: Book) -> Line:
    """Work that nobody has begun, or that is tried again later."""
    return _line(book, jobs.c.made_at, jobs.c.state == JobState.WAITING)


def jobs_given_up(book: Book) -> int:
    """Work that failed too often, as long as its row is kept."""
    return _count(book, select(func.count()).where(jobs.c.state == JobState.FAILED))


def reviews_waiting(book: Book, *, at: datetime) -> Line:
    """Cases that wait for a person and are in nobody's hands."""
    waits = claims.c.owner.in_((Owner.ADJUSTER, Owner.SPECIALIST))
    free = or_(claims.c.holder.is_(None), claims.c.lease_until <= at)
    return _line(book, claims.c.state_since, and_(waits, free))


def outbox_waiting(book: Book) -> Line:
    """Notifications that were neither sent nor given up."""
    return _line(book, outbox.c.made_at, outbox.c.next_at > _EVER)


def dead_letters(book: Book) -> int:
    """Notifications that were given up."""
    return _count(book, select(func.count()).where(outbox.c.dead_at > _EVER))


def clocks_overdue(book: Book, *, at: datetime) -> int:
    """Clocks that still run past their time. Only open cases have any, and ``claims.due_at`` is their first."""
    late = (claims.c.owner.in_(tuple(Owner)), claims.c.due_at < at)
    stopped = (deadlines.c.waiting_since, deadlines.c.ended_at, deadlines.c.dropped_at)
    runs = (deadlines.c.due_at < at, *(column.is_(None) for column in stopped))
    query = select(func.count()).select_from(claims.join(deadlines, deadlines.c.claim == claims.c.id))
    return _count(book, query.where(*late, *runs))


def complaints_waiting(book: Book) -> Line:
    """Complaints that nobody has solved."""
    return _line(book, complaints.c.at, complaints.c.solved_at.is_(None))


def erased(book: Book, since: datetime) -> int:
    """Cases of which everything personal was erased."""
    return _count(book, select(func.count()).where(claims.c.erased_at >= since))


def offered_at_once(book: Book, since: datetime) -> Share:
    """Of cases that were assessed, those that the machine would make an offer at once."""
    lately = and_(assessments.c.id >= first_id(since), assessments.c.made_at >= since)
    return _share(book, assessments.c.claim, lately, assessments.c.route == Route.INSTANT_OFFER)


def overridden(book: Book, since: datetime) -> Share:
    """Of cases that people settled, those of which they changed, added or removed a line, as it stood in the end."""
    lately = and_(offers.c.id >= first_id(since), offers.c.made_at >= since, offers.c.machine.is_(False))
    return _share(book, offers.c.claim, lately, _is_overridden())


def _is_overridden() -> ColumnElement[bool]:
    """As ``claims.review_lines.ReviewedLine.overridden``."""
    line = line_values.c
    taken_out = and_(line.removed, line.machine.is_not(None))
    differs = and_(line.removed.is_(False), line.human.is_not(None), line.human.is_distinct_from(line.machine))
    here = and_(corrections.c.assessment == offers.c.assessment, corrections.c.version == offers.c.review_version)
    mine = line.correction == corrections.c.id
    return exists().where(here, mine, line.why.is_not(None), or_(taken_out, differs))


def _line(book: Book, since: ColumnElement[datetime], waits: ColumnElement[bool]) -> Line:
    row = book.connection.execute(select(func.count(), func.min(since)).where(waits)).one()
    return Line(row[0], row[1])


def _share(book: Book, claim: ColumnElement[UUID], lately: ColumnElement[bool], hit: ColumnElement[bool]) -> Share:
    """A case counts once, however often it was looked at."""
    hits = func.count(distinct(case((hit, claim))))
    row = book.connection.execute(select(func.count(distinct(claim)), hits).where(lately)).one()
    return Share(row[0], row[1])


def _count(book: Book, query: Select[Any]) -> int:
    return int(book.connection.execute(query).scalar_one())
