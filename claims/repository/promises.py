"""How many clocks were met and missed, counted by the database (``claims.deadlines.Clock.outcome`` in SQL)."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select

from claims.deadline_rules import Audience
from claims.hit_rate import Decided, Period
from claims.repository.book import Book
from claims.tables import deadlines

_C: Final = deadlines.c
_STOPPED: Final = func.coalesce(_C.ended_at, _C.dropped_at)


def decided(book: Book, period: Period, *, at: datetime) -> tuple[Decided, ...]:
    """Of each kind and set the clocks that are due in the period and until ``at``.

    A clock belongs where it is due, not where it ended: those that nobody ever ended count as missed, and early ends of
    clocks still to come do not flatter a month that is not over. Waiting, dropped and void clocks are undecided.
    """
    query = _counted(period, at).add_columns(_C.kind, _C.audience).group_by(_C.kind, _C.audience)
    rows = book.connection.execute(query)
    return tuple(Decided(kind=row.kind, audience=row.audience, n=row.n, met=row.met) for row in rows)


def published(book: Book, period: Period, *, at: datetime) -> tuple[Decided, ...]:
    """As ``decided``, of each kind the clocks that customers were promised: of two for one thing the looser."""
    query = _counted(period, at).add_columns(_C.kind).where(~_behind_a_public_one()).group_by(_C.kind)
    rows = book.connection.execute(query)
    return tuple(Decided(kind=row.kind, audience=Audience.PUBLIC, n=row.n, met=row.met) for row in rows)


def _counted(period: Period, at: datetime) -> Select[int, int]:
    due = and_(_C.due_at >= period.begins, _C.due_at < period.ends, _C.due_at <= at)
    waits = and_(_C.waiting_since.is_not(None), _STOPPED.is_(None))
    now = literal(at, _C.due_at.type)
    late = and_(func.coalesce(_C.waiting_since, now) > _C.due_at, func.coalesce(_STOPPED, now) > _C.due_at)
    met = and_(~late, _C.ended_at.is_not(None))
    hits, n = func.count(case((met, 1))), func.count(case((or_(late, met), 1)))
    return select(n.label("n"), hits.label("met")).where(due, ~waits, ~_C.void).having(n > 0)


def _behind_a_public_one() -> ColumnElement[bool]:
    """Our own clock of which the customer was promised a looser one (``claims.deadlines.promised``)."""
    other = deadlines.alias()
    same = [other.c[name] == _C[name] for name in ("claim", "kind", "started_at")]
    looser = exists().where(*same, other.c.audience == Audience.PUBLIC, other.c.due_at > _C.due_at)
    return and_(_C.audience == Audience.INTERNAL, looser)
