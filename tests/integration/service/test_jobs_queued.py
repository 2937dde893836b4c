"""Jobs on PostgreSQL: a row and its carrier commit together; workers are processes, and their end loses nothing."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from claims import db, key_file, schema
from claims.ids import new_id
from claims.jobs.queued import tables
from claims.jobs.queued.alone import Alone
from claims.jobs.queued.queue import PostgresQueue
from claims.repository import jobs
from claims.repository.book import Books, Secrets
from claims.repository.jobs import Job
from claims.tables.words import JobState
from model.errors import StorageError

ROOT = Path(__file__).parents[3]

WORKER = """
import json, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from claims import db, key_file, schema
from claims.jobs.queued.queue import PostgresQueue
from claims.jobs.queued.serving import Serving, serve
from claims.jobs.work import Kind
from claims.jobs.worker import Pace, Worker
from claims.outbox import Retries
from claims.repository.book import Books, Secrets
from model.errors import StorageError

url, home, how = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
books = Books(db.open_engine(db.Database(url=url)), Secrets.of(key_file.read(home / key_file.NAME)))
now = lambda: datetime.now(UTC)

def test(work):
    print('began', work.job.key, work.job.attempts, flush=True)
    time.sleep(work.job.facts.get('takes_s', 0))
    if work.job.attempts < work.job.facts.get('succeeds_at', 1):
        raise StorageError('busy')
    with books.writing() as book:
        work.done(book)

pace = Pace(lease=timedelta(seconds=1.5), beat=timedelta(seconds=0.3),
            retries=Retries(attempts=5, first=timedelta(seconds=0.2), longest=timedelta(seconds=1)))
worker = Worker(books=books, kinds={'test': Kind(test)}, queue=PostgresQueue(), name=sys.argv[4], now=now, pace=pace)
print('serving', flush=True)
serve(worker, (), Serving(poll_s=0.2, beat_s=0.3, dead_s=1.0, again_s=1.0, **how))
print('ended', flush=True)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    key_file.read_or_create(tmp_path)
    return tmp_path


@pytest.fixture
def open_url(home: Path) -> Iterator[Callable[[str], Books]]:
    opened: list[Books] = []

    def make(url: str) -> Books:
        keys = Secrets.of(key_file.read(home / key_file.NAME))
        opened.append(Books(db.open_engine(db.Database(url=url, wait_s=30)), keys))
        return opened[-1]

    yield make
    for books in opened:
        books.engine.dispose()


@pytest.fixture
def bare(postgres: Any, open_url: Callable[[str], Books]) -> Iterator[Books]:
    """Our tables only."""
    url = postgres.fresh()
    books = open_url(url)
    schema.upgrade(books.engine)
    yield books
    postgres.drop(url)


@pytest.fixture
def books(postgres: Any, open_url: Callable[[str], Books]) -> Iterator[Books]:
    """With the carrier's."""
    url = postgres.fresh(postgres.template)
    books = open_url(url)
    tables.upgrade(books.engine)
    yield books
    postgres.drop(url)


@pytest.fixture
def start(home: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """A worker process that serves."""
    begun: list[subprocess.Popen[str]] = []

    def run(books: Books, name: str = "one", **how: float) -> subprocess.Popen[str]:
        url = books.engine.url.render_as_string(hide_password=False)
        command = [sys.executable, "-c", WORKER, url, str(home), json.dumps(how), name]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        begun.append(process)
        assert process.stdout
        assert process.stdout.readline() == "serving\n", process.stderr and process.stderr.read()
        return process

    yield run
    for process in begun:
        process.kill()
        process.communicate()


def a_job(key: str, kind: str = "test", **facts: object) -> Job:
    at = datetime.now(UTC)
    return Job(id=new_id(at), key=key, kind=kind, facts=facts, made_at=at, not_before=at)


def put(books: Books, *given: Job) -> None:
    queue = PostgresQueue()
    with books.writing() as book:
        for job in given:
            assert queue.put(book, job) == (job, True)


def stored(books: Books, job: Job) -> Job:
    with books.reading() as book:
        found = jobs.get(book, job.id)
    assert found is not None
    return found


def until_done(books: Books, *given: Job, seconds: float = 30) -> None:
    until(lambda: all(stored(books, job).state is JobState.DONE for job in given), seconds)


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)


def carriers(books: Books) -> list[tuple[str, str]]:
    with books.reading() as book:
        rows = book.connection.execute(text("SELECT status, args->>'job' FROM procrastinate_jobs ORDER BY id"))
        return [(status, job) for status, job in rows]


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


# --- the carrier's tables -------------------------------------------------------------------------------------------


def test_the_carrier_s_tables_are_made_once_however_many_begin(bare: Books) -> None:
    with pytest.raises(StorageError) as refusal:
        tables.require_current(bare.engine)
    assert refusal.value.code == "storage.not_upgraded"
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda _: tables.upgrade(bare.engine), range(3)))
    tables.require_current(bare.engine)


def test_older_tables_are_brought_up_to_date_and_then_carry(
    bare: Books, start: Callable[..., subprocess.Popen[str]]
) -> None:
    """Made by the steps of an earlier version of the carrier."""
    steps = sorted(Path(tables.SchemaManager.get_migrations_path()).glob("*.sql"))
    old = [step for step in steps if step.stem < "03.02"]
    assert old[-1].stem < tables.head()
    for step in old:
        with db.writing(bare.engine) as connection:
            script = step.read_text("utf-8")
            connection.exec_driver_sql(script, execution_options={"no_parameters": True})
    with db.writing(bare.engine) as connection:
        connection.execute(text(f"COMMENT ON TABLE procrastinate_jobs IS 'quickclaim/{old[-1].stem}'"))
    with pytest.raises(StorageError) as refusal:
        tables.require_current(bare.engine)
    assert refusal.value.code == "storage.not_upgraded"
    tables.upgrade(bare.engine)
    tables.require_current(bare.engine)
    start(bare)
    job = a_job("after the upgrade")
    put(bare, job)
    until_done(bare, job)


@pytest.mark.parametrize("mark", ["'quickclaim/99.00.00_01_later'", "'somebody else'", "NULL"])
def test_tables_of_somebody_else_or_of_a_later_version_are_left_alone(books: Books, mark: str) -> None:
    with books.writing() as book:
        book.connection.execute(text(f"COMMENT ON TABLE procrastinate_jobs IS {mark}"))
    for ask in (tables.upgrade, tables.require_current):
        with pytest.raises(StorageError) as refusal:
            ask(books.engine)
        assert refusal.value.code == "storage.newer"


def test_without_the_carrier_s_tables_nothing_is_put(bare: Books) -> None:
    with pytest.raises(StorageError) as refusal, bare.writing() as book:
        PostgresQueue().put(book, a_job("1"))
    assert refusal.value.code == "storage.not_upgraded"


# --- one transaction ------------------------------------------------------------------------------------------------


def test_a_job_and_its_carrier_commit_together_or_not_at_all(books: Books) -> None:
    def interrupted() -> None:
        with books.writing() as book:
            PostgresQueue().put(book, a_job("undone"))
            raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        interrupted()
    job = a_job("kept")
    with books.writing() as book:
        queue = PostgresQueue()
        assert queue.put(book, job) == (job, True)
        assert queue.put(book, a_job("kept")) == (job, False)
        assert carriers(books) == []
    assert carriers(books) == [("todo", str(job.id))]


def test_jobs_without_a_carrier_are_found(books: Books) -> None:
    lost, dead, carried, young = (a_job(key) for key in ("lost", "dead", "carried", "young"))
    put(books, carried)
    at = datetime.now(UTC)
    with books.writing() as book:
        for job in (dead, lost):
            jobs.put(book, job)
        assert jobs.begin(book, dead.id, "one", at=at, lease=timedelta(seconds=1)) is not None
        jobs.put(book, replace(young, not_before=at + timedelta(minutes=1)))
    with books.reading() as book:
        found = tables.unheard(book, since=at + timedelta(seconds=30))
    assert set(found) == {lost.id, dead.id}


# --- workers --------------------------------------------------------------------------------------------------------


def test_what_is_put_is_done_and_leaves_no_carrier(books: Books, start: Callable[..., subprocess.Popen[str]]) -> None:
    worker = start(books)
    given = [a_job(str(number)) for number in range(20)]
    put(books, *given)
    until_done(books, *given)
    until(lambda: carriers(books) == [])
    worker.send_signal(signal.SIGTERM)
    code, out, err = ended(worker)
    assert code == 0, err
    # its threads print at once, so a line may end late
    assert sorted(re.findall(r"began \d+ 1|ended", out)) == sorted([*(f"began {job.key} 1" for job in given), "ended"])


def test_a_fault_is_tried_again_later(books: Books, start: Callable[..., subprocess.Popen[str]]) -> None:
    start(books)
    job = a_job("again", succeeds_at=3)
    put(books, job)
    until_done(books, job)
    assert stored(books, job).attempts == 3


def test_work_of_another_version_is_left_waiting(books: Books, start: Callable[..., subprocess.Popen[str]]) -> None:
    start(books)
    foreign, known = a_job("foreign", "of a later version"), a_job("known")
    put(books, foreign)
    put(books, known)
    until_done(books, known)
    assert stored(books, foreign) == foreign
    assert str(foreign.id) in {job for _, job in carriers(books)}


def test_work_at_hand_is_finished_when_the_worker_is_told_to_end(
    books: Books, start: Callable[..., subprocess.Popen[str]]
) -> None:
    worker = start(books, at_once=1)
    first, second = a_job("first", takes_s=1), a_job("second")
    put(books, first)
    put(books, second)
    assert worker.stdout
    assert worker.stdout.readline() == "began first 1\n"
    worker.send_signal(signal.SIGTERM)
    assert ended(worker)[:2] == (0, "ended\n")
    assert (stored(books, first).state, stored(books, second).state) == (JobState.DONE, JobState.WAITING)


def test_work_that_takes_too_long_is_left_to_another(books: Books, start: Callable[..., subprocess.Popen[str]]) -> None:
    worker = start(books, stop_s=0.2)
    job = a_job("long", takes_s=60)
    put(books, job)
    assert worker.stdout
    assert worker.stdout.readline() == "began long 1\n"
    worker.send_signal(signal.SIGTERM)
    assert ended(worker)[:2] == (0, "ended\n")
    other = start(books, "two")
    assert other.stdout
    assert other.stdout.readline() == "began long 2\n"


def test_a_dead_worker_s_job_is_another_s(books: Books, start: Callable[..., subprocess.Popen[str]]) -> None:
    dead, job = start(books, "dead"), a_job("carried on", takes_s=0.8)
    put(books, job)
    assert dead.stdout
    assert dead.stdout.readline() == "began carried on 1\n"
    dead.kill()
    start(books, "alive")
    until_done(books, job)
    assert (stored(books, job).attempts, stored(books, job).worker) == (2, "alive")
    until(lambda: carriers(books) == [])


def test_a_job_that_nothing_carries_is_done_all_the_same(
    books: Books, start: Callable[..., subprocess.Popen[str]]
) -> None:
    job = a_job("lost")
    with books.writing() as book:
        jobs.put(book, job)
    start(books)
    until_done(books, job)


def test_a_worker_outlives_the_connections_of_its_database(
    books: Books, start: Callable[..., subprocess.Popen[str]], postgres: Any
) -> None:
    worker, all_of = start(books), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    for number in range(3):
        job = a_job(str(number))
        put(books, job)
        until_done(books, job)
        books.engine.dispose()
        postgres.run(f"{all_of} WHERE datname = '{books.engine.url.database}'")
    last = a_job("last")
    put(books, last)
    until_done(books, last)
    worker.send_signal(signal.SIGTERM)
    code, _, err = ended(worker)
    assert code == 0, err


# --- one of many ----------------------------------------------------------------------------------------------------


def test_periodic_work_is_one_process_s_at_a_time(books: Books) -> None:
    alone = Alone(books)
    with alone("sweep") as first:
        with alone("sweep") as second, alone("another") as other:
            assert (first, second, other) == (True, False, True)
        with alone("sweep") as third:
            assert not third
    with alone("sweep") as again:
        assert again


def test_periodic_work_is_let_go_of_after_a_fault(books: Books) -> None:
    alone = Alone(books)
    with pytest.raises(RuntimeError, match="in the middle"), alone("sweep"):
        raise RuntimeError("in the middle")
    with alone("sweep") as again:
        assert again
