"""How the business stands, as the database knows it: work that waits, and how often people see it otherwise."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from claims.repository import figures
from claims.repository.book import Books

PERIOD: Final = timedelta(days=7)
"""How far shares look back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """How many wait, and for how many seconds the first of them has; 0 when none does."""

    waiting: int
    oldest_s: float

    def __post_init__(self) -> None:
        if self.waiting < 0 or self.oldest_s < 0:
            raise ValueError("a queue is empty at the least")


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessFigures:
    """One look at the database.

    In the last seven days: ``offered_at_once`` of ``assessed`` cases, ``overridden`` of ``reviewed``, which people
    settled, and ``erased``. ``clocks_overdue`` run past their time now.
    """

    jobs: Queue
    jobs_given_up: int
    reviews: Queue
    complaints: Queue
    clocks_overdue: int
    assessed: int
    offered_at_once: int
    reviewed: int
    overridden: int
    outbox: Queue
    dead_letters: int
    erased: int


def business_figures(books: Books, at: datetime) -> BusinessFigures:
    """The figures at one moment, in one reading transaction. Raises as ``Books.reading``."""
    with books.reading() as book:
        assessed = figures.offered_at_once(book, at - PERIOD)
        reviewed = figures.overridden(book, at - PERIOD)
        return BusinessFigures(
            jobs=_queue(figures.jobs_waiting(book), at),
            jobs_given_up=figures.jobs_given_up(book),
            reviews=_queue(figures.reviews_waiting(book, at=at), at),
            complaints=_queue(figures.complaints_waiting(book), at),
            clocks_overdue=figures.clocks_overdue(book, at=at),
            assessed=assessed.n,
            offered_at_once=assessed.hits,
            reviewed=reviewed.n,
            overridden=reviewed.hits,
            outbox=_queue(figures.outbox_waiting(book), at),
            dead_letters=figures.dead_letters(book),
            erased=figures.erased(book, at - PERIOD),
        )


def _queue(line: figures.Line, at: datetime) -> Queue:
    """Another process's clock may be ahead of ours."""
    waited = 0.0 if line.since is None else (at - line.since).total_seconds()
    return Queue(waiting=line.waiting, oldest_s=max(waited, 0.0))
