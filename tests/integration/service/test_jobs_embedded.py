"""Jobs of the embedded default: woken at once, taken up after a death, ended in good order, one process for a home."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from claims import db
from claims.ids import new_id
from claims.jobs.embedded import at_work
from claims.jobs.home_lock import NAME, only_process
from claims.jobs.queue import LocalQueue
from claims.jobs.ticks import Tick
from claims.jobs.work import Kind, Work
from claims.jobs.worker import Pace, Worker
from claims.keys import Keys
from claims.outbox import Retries
from claims.repository import jobs
from claims.repository.book import Books, Secrets
from claims.repository.jobs import Job
from claims.tables.words import JobState
from model.errors import ServiceError, StorageError

ROOT = Path(__file__).parents[3]
NEVER_S = 60.0
"""Polls so seldom that only the bell can have woken anybody."""


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def home(migrated_file: Path, tmp_path: Path) -> Path:
    shutil.copy(migrated_file, tmp_path / db.FILE)
    return tmp_path


@pytest.fixture
def books(home: Path, keys: Keys) -> Iterator[Books]:
    opened = Books(db.open_engine(db.Database.in_folder(home)), Secrets.of(keys))
    yield opened
    opened.engine.dispose()


@pytest.fixture
def worker(books: Books) -> Callable[..., Worker]:
    def make(do: Callable[[Work], None], queue: LocalQueue, **changed: Any) -> Worker:
        return Worker(books=books, kinds={"test": Kind(do)}, queue=queue, name="serve", now=now, **changed)

    return make


def a_job(key: str) -> Job:
    at = now()
    return Job(id=new_id(at), key=key, kind="test", facts={}, made_at=at, not_before=at)


def state(books: Books, job: Job) -> JobState:
    with books.reading() as book:
        found = jobs.get(book, job.id)
    assert found is not None
    return found.state


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.01)


def done_by(books: Books) -> Callable[[Work], None]:
    def do(work: Work) -> None:
        with books.writing() as book:
            work.done(book)

    return do


def test_what_is_put_is_begun_at_once_and_by_all_threads(
    home: Path, books: Books, worker: Callable[..., Worker]
) -> None:
    queue, together = LocalQueue(), threading.Barrier(3)

    def do(work: Work) -> None:
        together.wait(10)  # none ends before two run at the same time
        done_by(books)(work)

    with at_work(home, worker(do, queue), queue, threads=2, poll_s=NEVER_S):
        time.sleep(0.2)  # the threads are asleep
        two = [a_job(str(number)) for number in range(2)]
        with books.writing() as book:
            for job in two:
                assert queue.put(book, job) == (job, True)
            assert queue.put(book, two[0]) == (two[0], False)
        together.wait(10)
        until(lambda: all(state(books, job) is JobState.DONE for job in two), 5)


def test_what_is_undone_is_never_begun(home: Path, books: Books, worker: Callable[..., Worker]) -> None:
    queue = LocalQueue()
    begun: list[str] = []

    def do(work: Work) -> None:
        begun.append(work.job.key)
        done_by(books)(work)

    def interrupted() -> None:
        with books.writing() as book:
            queue.put(book, a_job("undone"))
            time.sleep(0.1)  # whoever was woken waits for this transaction
            raise RuntimeError("interrupted")

    with at_work(home, worker(do, queue), queue, poll_s=NEVER_S):
        with pytest.raises(RuntimeError, match="interrupted"):
            interrupted()
        kept = a_job("kept")
        with books.writing() as book:
            queue.put(book, kept)
        until(lambda: state(books, kept) is JobState.DONE)
    assert begun == ["kept"]


def test_what_failed_is_done_again(home: Path, books: Books, worker: Callable[..., Worker]) -> None:
    queue, attempts = LocalQueue(), []

    def do(work: Work) -> None:
        attempts.append(work.job.attempts)
        if len(attempts) < 3:
            raise StorageError("busy")
        done_by(books)(work)

    pace = Pace(retries=Retries(attempts=5, first=timedelta(milliseconds=20), longest=timedelta(seconds=1)))
    job = a_job("again")
    with at_work(home, worker(do, queue, pace=pace), queue, poll_s=0.02):
        with books.writing() as book:
            queue.put(book, job)
        until(lambda: state(books, job) is JobState.DONE)
    assert attempts == [1, 2, 3]


def test_what_was_running_when_the_process_died_is_done_at_the_next_start(
    home: Path, books: Books, worker: Callable[..., Worker]
) -> None:
    job, queue = a_job("died"), LocalQueue()
    with books.writing() as book:
        jobs.put(book, job)
        assert jobs.take(book, "dead", at=now(), lease=timedelta(days=1)) is not None
    with at_work(home, worker(done_by(books), queue), queue, poll_s=NEVER_S):
        until(lambda: state(books, job) is JobState.DONE)


def test_what_is_at_hand_is_finished_and_nothing_else_begun(
    home: Path, books: Books, worker: Callable[..., Worker]
) -> None:
    queue, began = LocalQueue(), threading.Event()

    def do(work: Work) -> None:
        began.set()
        time.sleep(0.3)
        done_by(books)(work)

    first, second = a_job("first"), a_job("second")
    with at_work(home, worker(do, queue), queue, threads=1):
        with books.writing() as book:
            queue.put(book, first)
            queue.put(book, second)
        assert began.wait(10)
    assert (state(books, first), state(books, second)) == (JobState.DONE, JobState.WAITING)


def test_work_that_takes_too_long_is_not_waited_for(
    home: Path, books: Books, worker: Callable[..., Worker], caplog: pytest.LogCaptureFixture
) -> None:
    queue, began, over = LocalQueue(), threading.Event(), threading.Event()

    def do(work: Work) -> None:
        began.set()
        over.wait(20)
        done_by(books)(work)

    job, others = a_job("long"), set(threading.enumerate())
    with at_work(home, worker(do, queue), queue, threads=1, stop_s=0.1):
        (thread,) = (one for one in threading.enumerate() if one.name == "job-0" and one not in others)
        with books.writing() as book:
            queue.put(book, job)
        assert began.wait(10)
    assert "job-0 is not finished" in caplog.text
    assert state(books, job) is JobState.RUNNING
    with at_work(home, worker(done_by(books), queue), queue, threads=1, poll_s=NEVER_S):
        until(lambda: state(books, job) is JobState.DONE)
    over.set()
    thread.join(20)
    assert not thread.is_alive()


def test_periodic_work_goes_on_while_it_is_open(home: Path, books: Books, worker: Callable[..., Worker]) -> None:
    queue, times = LocalQueue(), list[datetime]()
    often = Tick(name="often", every=timedelta(milliseconds=10), do=times.append)
    with at_work(home, worker(done_by(books), queue), queue, [often]):
        until(lambda: len(times) >= 3)
    ended = len(times)
    time.sleep(0.1)
    assert len(times) == ended
    assert times == sorted(times)


HOLDER = """
import sys, time
from pathlib import Path
from claims.jobs.home_lock import only_process
with only_process(Path(sys.argv[1])):
    print('held', flush=True)
    time.sleep(60)
"""


def test_a_home_folder_is_one_process_s_until_it_dies(home: Path, books: Books, worker: Callable[..., Worker]) -> None:
    queue, command = LocalQueue(), [sys.executable, "-c", HOLDER, str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ServiceError) as refusal, at_work(home, worker(done_by(books), queue), queue):
            pytest.fail("two processes at work")
        assert refusal.value.code == "service.home_in_use"
        other.kill()
        other.wait(10)
    with at_work(home, worker(done_by(books), queue), queue):
        assert (home / NAME).stat().st_mode & 0o777 == 0o600


def test_the_folder_is_let_go_of_and_what_is_raised_inside_comes_out(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(BlockingIOError), only_process(tmp_path / "new" / "home"):
            raise BlockingIOError("of the block")
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as refusal, only_process(tmp_path / "file"):
        pytest.fail("a file is no folder")
    assert refusal.value.code == "storage.unwritable"
