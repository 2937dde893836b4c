"""How many clocks were met and missed, counted by the database (``claims.deadlines.Clock.outcome`` in SQL)."""

from datetime import datetime
from typing import Final

from sqlalchemy import and_, case, func, literal, or_, select

from claims.hit_rate import Decided, Period
from claims.repository.book import Book
from claims.tables import deadlines

_C: Final = deadlines.c
_STOPPED: Final = func.coalesce(_C.ended_at, _C.dropped_at)


def decided(book: Book, period: Period, *, at: datetime) -> tuple[Decided, ...]:
    """Of each kind and set the clocks that are due in the period and until ``at``.

    A clock belongs where it is due, not where it ended: those that nobody ever ended count as missed, and early ends of
    clocks still to come do not flatter a month that is not over. Waiting and dropped clocks are undecided.
    """
    due = and_(_C.due_at >= period.begins, _C.due_at < period.ends, _C.due_at <= at)
    waits = and_(_C.waiting_since.is_not(None), _STOPPED.is_(None))
    now = literal(at, _C.due_at.type)
    late = and_(func.coalesce(_C.waiting_since, now) > _C.due_at, func.coalesce(_STOPPED, now) > _C.due_at)
    met = and_(~late, _C.ended_at.is_not(None))
    hits, n = func.count(case((met, 1))), func.count(case((or_(late, met), 1)))
    query = select(_C.kind, _C.audience, n.label("n"), hits.label("met")).where(due, ~waits)
    rows = book.connection.execute(query.group_by(_C.kind, _C.audience).having(n > 0))
    return tuple(Decided(kind=row.kind, audience=row.audience, n=row.n, met=row.met) for row in rows)
