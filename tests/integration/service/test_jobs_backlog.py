"""When more work is refused, on both databases, and how threads of one process hear of it."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from claims.ids import new_id
from claims.jobs.backlog import Backlog
from claims.jobs.queue import LocalQueue
from claims.repository import jobs
from claims.repository.book import Books
from claims.repository.jobs import Job
from model.errors import ServiceError

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LONGEST = timedelta(seconds=1.5)


def put(books: Books, not_before: datetime, kind: str = "assess") -> Job:
    job = Job(id=new_id(AT), key=str(new_id(AT)), kind=kind, facts={}, made_at=AT, not_before=not_before)
    with books.writing() as book:
        return jobs.put(book, job)[0]


def refusal(backlog: Backlog, books: Books, at: datetime) -> int:
    """The seconds that are told."""
    with pytest.raises(ServiceError) as refused:
        backlog.admit(books, at)
    assert refused.value.code == "service.busy"
    wait_s = refused.value.facts["wait_s"]
    assert isinstance(wait_s, int)
    return wait_s


def test_work_is_refused_once_the_oldest_has_waited_too_long(books: Books) -> None:
    put(books, AT)
    Backlog("assess", LONGEST).admit(books, AT + LONGEST)
    assert 2 <= refusal(Backlog("assess", LONGEST), books, AT + LONGEST + timedelta(milliseconds=1)) <= 4
    assert 10 <= refusal(Backlog("assess", LONGEST), books, AT + timedelta(hours=1)) <= 12
    Backlog("assess", None).admit(books, AT + timedelta(hours=1))
    Backlog("other", LONGEST).admit(books, AT + timedelta(hours=1))


def test_what_is_not_due_and_what_somebody_has_waits_for_nobody(books: Books) -> None:
    late = AT + timedelta(hours=1)
    taken = put(books, AT)
    put(books, late + timedelta(seconds=1))
    with books.writing() as book:
        assert jobs.begin(book, taken.id, "w", at=AT, lease=timedelta(hours=2)) is not None
    Backlog("assess", LONGEST, most=1).admit(books, late)


def test_who_is_on_the_way_counts_until_rows_tell_of_it(books: Books) -> None:
    backlog = Backlog("assess", LONGEST, most=2)
    backlog.admit(books, AT)
    backlog.admit(books, AT)
    assert 1 <= refusal(backlog, books, AT) <= 3
    backlog.came()
    assert refusal(backlog, books, AT), "what has come waits, until somebody has looked and seen that it does not"
    backlog.came()
    anew = Backlog("assess", LONGEST, most=2)
    anew.admit(books, AT)
    put(books, AT)
    put(books, AT)
    assert refusal(Backlog("assess", LONGEST, most=2), books, AT)


def test_a_ring_wakes_one_thread_and_none_is_lost() -> None:
    queue, awake = LocalQueue(threads=2), list[bool]()

    def wait() -> None:
        queue.wait(30)
        awake.append(True)

    threads = [Thread(target=wait, daemon=True) for _ in range(3)]
    queue.ring()
    for thread in threads:
        thread.start()
    threads[0].join(0.2), threads[1].join(0.2), threads[2].join(0.2)
    assert len(awake) == 1
    queue.ring(2)
    for thread in threads:
        thread.join(10)
    assert len(awake) == 3


def test_rings_that_nobody_heard_wake_each_thread_once() -> None:
    queue = LocalQueue(threads=2)
    for _ in range(100):
        queue.ring()
    began = datetime.now(UTC)
    queue.wait(30)
    queue.wait(30)
    assert datetime.now(UTC) - began < timedelta(seconds=10)
    queue.wait(0.2)
    assert datetime.now(UTC) - began >= timedelta(seconds=0.2)
