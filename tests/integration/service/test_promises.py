"""How often promises were kept, counted by both databases as each clock says of itself."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from desks import AT
from sqlalchemy import Connection, event

from claims.clock import Clock, Outcome
from claims.db import is_embedded
from claims.deadline_rules import Audience, ClockKind
from claims.hit_rate import Decided, Period
from claims.policy import Span
from claims.repository import deadlines, promises
from claims.repository.book import Books
from claims.repository.claims import Claim

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH = Period(begins=AT, ends=AT + 30 * DAY)
AFTER = AT + 60 * DAY


@pytest.fixture
def add(books: Books, add_claim: Callable[..., Claim]) -> Callable[..., None]:
    """Clocks of one case."""
    claim = add_claim().id

    def make(*clocks: Clock) -> None:
        with books.writing() as book:
            deadlines.start(book, claim, clocks, at=AT)

    return make


def a_clock(**changed: Any) -> Clock:
    """Twelve hours for a review, begun with the month."""
    whole = {"kind": ClockKind.REVIEW, "audience": Audience.INTERNAL, "within": Span(hours=12)}
    return Clock(**{**whole, "started_at": AT, "due_at": AT + 12 * HOUR, **changed})


def counted(books: Books, period: Period = MONTH, at: datetime = AFTER) -> list[Decided]:
    with books.reading() as book:
        return list(promises.decided(book, period, at=at))


def reviews(n: int, met: int, audience: Audience = Audience.INTERNAL) -> Decided:
    return Decided(kind=ClockKind.REVIEW, audience=audience, n=n, met=met)


def test_they_are_counted_by_kind_and_set(books: Books, add: Callable[..., None]) -> None:
    add(*(a_clock(ended_at=AT + 11 * HOUR) for _ in range(9)), a_clock(ended_at=AT + 13 * HOUR))
    add(a_clock(audience=Audience.PUBLIC, ended_at=AT + 12 * HOUR))
    found = sorted(counted(books), key=lambda one: one.audience)
    assert found == [reviews(10, 9), reviews(1, 1, Audience.PUBLIC)]


def test_one_that_nobody_ended_is_missed_and_undecided_ones_count_for_nothing(
    books: Books, add: Callable[..., None]
) -> None:
    add(a_clock(waiting_since=AT), a_clock(dropped_at=AT + HOUR), a_clock(dropped_at=AT + DAY, void=True))
    assert counted(books) == []
    add(a_clock())
    assert counted(books) == [reviews(1, 0)]


def test_a_running_month_is_not_flattered_by_early_ends(books: Books, add: Callable[..., None]) -> None:
    add(a_clock(ended_at=AT + HOUR))
    assert counted(books, at=AT + 12 * HOUR - timedelta(seconds=1)) == []
    assert counted(books, at=AT + 12 * HOUR) == [reviews(1, 1)]


def test_it_belongs_to_the_period_it_is_due_in(books: Books, add: Callable[..., None]) -> None:
    add(a_clock(due_at=MONTH.ends))
    assert counted(books) == []
    assert counted(books, Period(begins=MONTH.ends, ends=AFTER)) == [reviews(1, 0)]


def test_the_database_counts_as_each_clock_says(books: Books, add: Callable[..., None]) -> None:
    drawn = random.Random(7)  # noqa: S311 - a test
    every = list(clocks(drawn, 600))
    add(*every)
    at = AT + 20 * DAY
    due = [one for one in every if MONTH.begins <= one.due_at <= at]
    expected = Counter((one.kind, one.audience, one.outcome(at)) for one in due)
    found = counted(books, at=at)
    assert len(found) == len(ClockKind) * len(Audience)
    for one in found:
        met, missed = (expected[one.kind, one.audience, outcome] for outcome in (Outcome.MET, Outcome.MISSED))
        assert (one.n, one.met) == (met + missed, met)


def stops(moment: datetime) -> list[dict[str, Any]]:
    """Ways in which a clock may stop."""
    return [{}, {"ended_at": moment}, {"dropped_at": moment}, {"dropped_at": moment, "void": True}]


def clocks(drawn: random.Random, count: int) -> Iterator[Clock]:
    """Ended, dropped, waiting or left alone, in time or late, on the second too."""
    kinds = [(kind, audience) for kind in ClockKind for audience in Audience]
    for number in range(count):
        kind, audience = kinds[number % len(kinds)]
        due = AT + drawn.randrange(-48, 40 * 24) * HOUR
        moment = due + drawn.choice([-24, -1, 0, 1, 24]) * HOUR
        made = a_clock(kind=kind, audience=audience, due_at=due)
        waiting = drawn.choice([None, None, due - 2 * HOUR, due, due + 2 * HOUR])
        yield replace(made, waiting_since=waiting, **drawn.choice(stops(moment)))


def test_the_count_stays_on_an_index(books: Books) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_: Connection, __: object, statement: str, parameters: Any, *___: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(books.engine, "before_cursor_execute", note)
    counted(books)
    event.remove(books.engine, "before_cursor_execute", note)
    [(statement, parameters)] = asked
    with books.engine.connect() as connection:
        if is_embedded(books.engine):
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plan = "\n".join(row[3] for row in rows)
        else:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
    assert "ix_deadlines_due_at" in plan, plan


def test_what_is_published_is_what_was_promised(books: Books, add: Callable[..., None]) -> None:
    """Of two clocks for one thing the looser; ours alone where nothing else was promised; each kind once."""
    promise = {"audience": Audience.PUBLIC, "due_at": AT + DAY}
    add(a_clock(ended_at=AT + 13 * HOUR), a_clock(**promise, ended_at=AT + 13 * HOUR))
    later = {"started_at": AT + DAY, "due_at": AT + 2 * DAY}
    add(a_clock(**later), a_clock(kind=ClockKind.PAYMENT, ended_at=AT + HOUR))
    with books.reading() as book:
        found = sorted(promises.published(book, MONTH, at=AFTER), key=lambda one: one.kind)
    paid = Decided(kind=ClockKind.PAYMENT, audience=Audience.PUBLIC, n=1, met=1)
    assert found == [paid, reviews(2, 1, Audience.PUBLIC)]


def test_each_time_that_a_customer_was_told_is_published(books: Books, add: Callable[..., None]) -> None:
    """A later one does not hide that an earlier one was not kept."""
    told = {"kind": ClockKind.COMPLAINT_EXPECTED, "audience": Audience.PUBLIC, "ended_at": AT + 40 * HOUR}
    add(a_clock(**told, due_at=AT + 30 * HOUR), a_clock(**told, due_at=AT + 48 * HOUR))
    with books.reading() as book:
        [found] = promises.published(book, MONTH, at=AFTER)
    assert (found.kind, found.n, found.met) == (ClockKind.COMPLAINT_EXPECTED, 2, 1)
