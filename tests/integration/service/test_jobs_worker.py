"""One worker on both databases: a job is done once, tried again after a fault, and never left to nobody."""

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from claims.ids import new_id
from claims.jobs.faults import UNKNOWN
from claims.jobs.queue import LocalQueue
from claims.jobs.work import Kind, Work
from claims.jobs.worker import DIED, UNFINISHED, Pace, Worker
from claims.outbox import Retries
from claims.repository import jobs
from claims.repository.book import Book, Books
from claims.repository.jobs import Job
from claims.tables.words import JobState
from model.errors import ClaimError, StorageError

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
PACE = Pace(
    lease=timedelta(minutes=1),
    beat=timedelta(seconds=20),
    retries=Retries(attempts=3, first=timedelta(seconds=10), longest=timedelta(minutes=1)),
)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at


class Noting(LocalQueue):
    """Remembers what is to be carried once more."""

    def __init__(self) -> None:
        super().__init__()
        self.later: list[datetime] = []

    def again(self, book: Book, job: UUID, at: datetime) -> None:  # noqa: ARG002
        self.later.append(at)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker(books: Books, clock: Clock) -> Callable[..., Worker]:
    """``worker(handler)`` does jobs of kind ``test``; ``give_up=`` and ``pace=`` as they say."""

    def make(do: Callable[[Work], None], give_up: Callable[[Work, str], None] | None = None, **changed: Any) -> Worker:
        given = {"name": "one", "now": clock, "pace": PACE, "queue": LocalQueue()}
        drawn = random.Random(1)  # noqa: S311 - jitter
        return Worker(books=books, kinds={"test": Kind(do, give_up)}, draw=drawn, **{**given, **changed})

    return make


@pytest.fixture
def put(books: Books) -> Callable[..., Job]:
    def make(key: str = "test/1", **changed: Any) -> Job:
        whole = {"id": new_id(AT), "key": key, "kind": "test", "facts": {}, "made_at": AT, "not_before": AT}
        with books.writing() as book:
            return jobs.put(book, Job(**{**whole, **changed}))[0]

    return make


@pytest.fixture
def stored(books: Books) -> Callable[[UUID], Job]:
    def read(job: UUID) -> Job:
        with books.reading() as book:
            found = jobs.get(book, job)
        assert found is not None
        return found

    return read


def done_by(books: Books) -> Callable[[Work], None]:
    def do(work: Work) -> None:
        with books.writing() as book:
            work.done(book)

    return do


def failing(fault: Exception) -> Callable[[Work], None]:
    def do(work: Work) -> None:
        raise fault

    return do


def run_next(worker: Worker) -> Job:
    taken = worker.take()
    assert taken is not None
    worker.run(taken)
    return taken


def test_a_job_is_done(
    books: Books, worker: Callable[..., Worker], put: Callable[..., Job], stored: Callable[[UUID], Job]
) -> None:
    job, one = put(), worker(done_by(books))
    run_next(one)
    assert (stored(job.id).state, stored(job.id).ended_at, stored(job.id).error) == (JobState.DONE, AT, None)
    assert one.take() is None


def test_only_known_kinds_are_taken(books: Books, worker: Callable[..., Worker], put: Callable[..., Job]) -> None:
    job = put(kind="of a later version")
    queue = Noting()
    known = worker(done_by(books), queue=queue)
    assert known.take() is None
    assert replace(known, kinds={}).take() is None
    known.deliver(job.id)
    assert queue.later == [AT + timedelta(seconds=30)]  # for a worker of that version
    with books.reading() as book:
        assert jobs.get(book, job.id) == job


def test_a_coded_fault_is_tried_again_later_and_later_and_then_given_up(
    worker: Callable[..., Worker], put: Callable[..., Job], stored: Callable[[UUID], Job], clock: Clock
) -> None:
    job, one = put(), worker(failing(StorageError("photo_missing", "沪A12345")))
    for waits in ((5, 10), (10, 20)):
        run_next(one)
        again = stored(job.id)
        assert (again.state, again.error, again.worker) == (JobState.WAITING, "storage.photo_missing", None)
        assert waits[0] <= (again.not_before - clock.at).total_seconds() <= waits[1]
        assert one.take() is None
        clock.at = again.not_before
    run_next(one)
    given_up = stored(job.id)
    assert (given_up.state, given_up.error, given_up.attempts) == (JobState.FAILED, "storage.photo_missing", 3)


def test_an_unknown_fault_is_logged_without_what_it_says(
    worker: Callable[..., Worker],
    put: Callable[..., Job],
    stored: Callable[[UUID], Job],
    caplog: pytest.LogCaptureFixture,
) -> None:
    job, one = put(), worker(failing(ValueError("plate 沪A12345 of 王小明")))
    with caplog.at_level(logging.DEBUG):
        run_next(one)
    assert stored(job.id).error == UNKNOWN
    assert "ValueError" in caplog.text
    assert str(job.id) in caplog.text
    assert not [word for word in ("沪A12345", "王小明", "plate") if word in caplog.text]


def test_whoever_forgets_to_end_the_work_is_told(
    worker: Callable[..., Worker], put: Callable[..., Job], stored: Callable[[UUID], Job]
) -> None:
    job, one = put(), worker(lambda _: None)
    run_next(one)
    assert (stored(job.id).state, stored(job.id).error) == (JobState.WAITING, UNFINISHED)


def test_what_was_stored_before_a_fault_stays_done(
    books: Books, worker: Callable[..., Worker], put: Callable[..., Job], stored: Callable[[UUID], Job]
) -> None:
    def late(work: Work) -> None:
        done_by(books)(work)
        raise ClaimError("impossible_move")

    job = put()
    run_next(worker(late))
    assert (stored(job.id).state, stored(job.id).error) == (JobState.DONE, None)


def test_the_case_of_work_that_is_given_up_goes_to_a_person_in_the_same_transaction(
    books: Books, worker: Callable[..., Worker], put: Callable[..., Job], stored: Callable[[UUID], Job], clock: Clock
) -> None:
    """The first time the hand-over fails: both are undone, and it is tried again."""
    handed: list[str] = []

    def hand_over(work: Work, error: str) -> None:
        with books.writing() as book:
            work.give_up(book, error)
            handed.append(error)
            if len(handed) == 1:
                raise StorageError("full", "no room")

    job = put()
    one = worker(failing(StorageError("busy")), hand_over, pace=replace(PACE, retries=Retries(attempts=1)))
    run_next(one)
    first = stored(job.id)
    assert (first.state, first.error) == (JobState.WAITING, "storage.full")
    assert first.not_before - clock.at == Retries().longest
    clock.at = first.not_before
    run_next(one)
    assert (stored(job.id).state, stored(job.id).error) == (JobState.FAILED, "storage.full")
    assert handed == ["storage.busy", "storage.full"]


def test_work_that_kills_its_process_is_given_up_without_another_try(
    books: Books, worker: Callable[..., Worker], put: Callable[..., Job], stored: Callable[[UUID], Job], clock: Clock
) -> None:
    tried: list[Work] = []
    job, one = put(), worker(tried.append)
    for _ in range(PACE.retries.attempts):
        assert one.take() is not None  # and the process dies
        clock.at += PACE.lease
    run_next(one)
    assert tried == []
    assert (stored(job.id).state, stored(job.id).error) == (JobState.FAILED, DIED)


def test_what_was_told_twice_is_done_once(
    books: Books, worker: Callable[..., Worker], put: Callable[..., Job], stored: Callable[[UUID], Job]
) -> None:
    together, began = threading.Barrier(4), []

    def do(work: Work) -> None:
        began.append(work.job.attempts)
        done_by(books)(work)

    job, one = put(), worker(do)

    def deliver() -> None:
        together.wait()
        one.deliver(job.id)

    threads = [threading.Thread(target=deliver) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert began == [1]
    assert stored(job.id).state is JobState.DONE
    one.deliver(job.id)
    one.deliver(UUID(int=0))
    assert began == [1]


def test_what_is_told_too_early_is_carried_once_more(
    books: Books, worker: Callable[..., Worker], put: Callable[..., Job], clock: Clock
) -> None:
    queue = Noting()
    one = worker(done_by(books), queue=queue)
    waiting = put("waiting", not_before=AT + timedelta(hours=1))
    one.deliver(waiting.id)
    taken = put("taken")
    with books.writing() as book:
        assert jobs.begin(book, taken.id, "another", at=AT, lease=PACE.lease) is not None
    one.deliver(taken.id)
    assert queue.later == [AT + timedelta(hours=1), AT + PACE.lease]
    clock.at += PACE.lease
    one.deliver(taken.id)
    with books.reading() as book:
        again = jobs.get(book, taken.id)
    assert again is not None
    assert (again.state, again.attempts) == (JobState.DONE, 2)


def real_time() -> datetime:
    return datetime.now(UTC)


SHORT = Pace(lease=timedelta(seconds=0.6), beat=timedelta(seconds=0.1))


def test_long_work_stays_with_whoever_is_alive(
    books: Books, worker: Callable[..., Worker], put: Callable[..., Job], stored: Callable[[UUID], Job]
) -> None:
    """It takes three leases; another worker looks all the time."""
    job, over = put(), threading.Event()
    stolen: list[Job] = []
    other = worker(done_by(books), name="two", now=real_time, pace=SHORT)

    def look() -> None:
        while not over.wait(0.05):
            if (job := other.take()) is not None:
                stolen.append(job)

    def do(work: Work) -> None:
        over.wait(3 * SHORT.lease.total_seconds())
        work.go_on()
        done_by(books)(work)

    watching = threading.Thread(target=look)
    one = worker(do, now=real_time, pace=SHORT)
    taken = one.take()
    assert taken is not None
    watching.start()
    one.run(taken)
    over.set()
    watching.join()
    assert stolen == []
    assert (stored(job.id).state, stored(job.id).attempts) == (JobState.DONE, 1)


def test_a_worker_that_lost_its_job_hears_of_it_and_stores_nothing(
    books: Books, worker: Callable[..., Worker], put: Callable[..., Job], stored: Callable[[UUID], Job]
) -> None:
    """As if its process had been stopped for a while: its lease ended, and another has the job."""
    job = put()
    heard: list[str] = []

    def do(work: Work) -> None:
        with books.writing() as book:
            assert jobs.begin(book, job.id, "two", at=real_time() + timedelta(hours=1), lease=PACE.lease) is not None
        assert work.lost.wait(10)
        try:
            work.go_on()
        except StorageError as fault:
            heard.append(fault.code)
        done_by(books)(work)

    one = worker(do, now=real_time, pace=SHORT)
    run_next(one)
    assert heard == ["storage.lease_lost"]
    assert (stored(job.id).state, stored(job.id).worker, stored(job.id).attempts) == (JobState.RUNNING, "two", 2)


@pytest.mark.parametrize("wrong", [{"beat": timedelta()}, {"lease": timedelta(seconds=29)}])
def test_a_pace_that_loses_leases_is_refused(wrong: dict[str, timedelta]) -> None:
    with pytest.raises(ValueError, match="signs of life"):
        Pace(**{"lease": timedelta(seconds=60), "beat": timedelta(seconds=15), **wrong})
