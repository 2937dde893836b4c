"""Workers killed with -9 in the middle, again and again: every job is done, and none twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from claims import db, key_file
from claims.ids import new_id
from claims.jobs.queue import JobQueue, LocalQueue
from claims.jobs.queued import tables
from claims.jobs.queued.queue import PostgresQueue
from claims.repository import audit, jobs
from claims.repository.book import Books, Secrets
from claims.repository.jobs import Job
from claims.tables.words import JobState

ROOT = Path(__file__).parents[3]
CYCLES = int(os.environ.get("QUICKCLAIM_KILLS", "20"))
JOBS_EACH = 6
SEED = 20261122

NURSERY = """
import os, random, signal, sys, threading, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID
from claims import db, key_file
from claims.actions import Action
from claims.actors import Actor, ActorKind
from claims.audit import Thing, ThingKind
from claims.jobs.embedded import at_work
from claims.jobs.queue import LocalQueue
from claims.jobs.queued.queue import PostgresQueue
from claims.jobs.queued.serving import Serving, serve
from claims.jobs.work import Kind
from claims.jobs.worker import Pace, Worker
from claims.repository import audit
from claims.repository.book import Books, Secrets
from claims.states import Role

url, home = sys.argv[1], Path(sys.argv[2])
now = lambda: datetime.now(UTC)
pace = Pace(lease=timedelta(seconds=0.9), beat=timedelta(seconds=0.2))

def serve_jobs():
    books = Books(db.open_engine(db.Database(url=url)), Secrets.of(key_file.read(home / key_file.NAME)))
    drawn = random.Random()

    def do(work):
        time.sleep(drawn.uniform(0, 0.03))
        actor = Actor(kind=ActorKind.SYSTEM, id=work.job.id, role=Role.SYSTEM)
        with books.writing() as book:
            work.done(book)
            time.sleep(drawn.uniform(0, 0.01))
            audit.append(book, at=now(), actor=actor, action=Action.ASSESS, on=Thing(ThingKind.CLAIM, work.job.id))
            time.sleep(drawn.uniform(0, 0.005))

    embedded = db.is_embedded(books.engine)
    queue = LocalQueue() if embedded else PostgresQueue()
    worker = Worker(books=books, kinds={'test': Kind(do)}, queue=queue, name=str(os.getpid()), now=now, pace=pace)
    if not embedded:
        return serve(worker, (), Serving(poll_s=0.1, beat_s=0.2, dead_s=0.7, again_s=1.0))
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    with at_work(home, worker, queue, poll_s=0.02):
        told.wait()

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print('ready', flush=True)
for _ in sys.stdin:
    child = os.fork()
    if child == 0:
        serve_jobs()
        os._exit(0)
    print(child, flush=True)
"""


class Nursery:
    """Workers as forks of a process that has imported everything: each starts within milliseconds."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.living: list[int] = []

    def start(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self.living.append(int(self._process.stdout.readline()))

    def end(self, number: int, how: signal.Signals) -> None:
        """Returns when it is gone."""
        child = self.living.pop(number)
        os.kill(child, how)
        end = time.monotonic() + 30
        while _is_there(child):
            assert time.monotonic() < end, "a worker does not end"
            time.sleep(0.005)


def _is_there(child: int) -> bool:
    try:
        os.kill(child, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def nursery(url: str, tmp_path: Path) -> Iterator[Nursery]:
    key_file.read_or_create(tmp_path)
    command = [sys.executable, "-c", NURSERY, url, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        opened = Nursery(process)
        yield opened
        for _ in range(len(opened.living)):
            opened.end(0, signal.SIGKILL)
        process.kill()


def put(books: Books, queue: JobQueue, count: int, made: list[Job]) -> None:
    for _ in range(count):
        at = datetime.now(UTC)
        job = Job(id=new_id(at), key=f"test/{len(made)}", kind="test", facts={}, made_at=at, not_before=at)
        with books.writing() as book:
            assert queue.put(book, job) == (job, True)
        made.append(job)


def test_every_job_is_done_exactly_once(
    nursery: Nursery, open_books: Callable[..., Books], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    books = Books(open_books().engine, Secrets.of(key_file.read(tmp_path / key_file.NAME)))
    embedded = db.is_embedded(books.engine)
    if not embedded:
        tables.upgrade(books.engine)
    queue: JobQueue = LocalQueue() if embedded else PostgresQueue()
    draw, made, over = random.Random(SEED), list[Job](), 0  # noqa: S311
    for _ in range(1 if embedded else 2):
        nursery.start()
    for _ in range(CYCLES):
        put(books, queue, JOBS_EACH, made)
        time.sleep(draw.uniform(0, 0.25))
        over = wait_for_more(books, over)
        nursery.end(draw.randrange(len(nursery.living)), signal.SIGKILL)
        nursery.start()
    ended = wait_for(books, made)
    for _ in range(len(nursery.living)):
        nursery.end(0, signal.SIGTERM)
    entries = _entries(books)
    with books.reading() as book:
        assert audit.verify(book) == ()
    assert {(job.state, job.error) for job in ended} == {(JobState.DONE, None)}
    assert entries == Counter({f"claim:{job.id}": 1 for job in made})
    begun_again = sum(job.attempts > 1 for job in ended)
    record_property("begun_again", begun_again)
    assert begun_again > 0, "no kill came in the middle of a job"


def wait_for_more(books: Books, over: int) -> int:
    """How many jobs are done, once they are more than before: on a busy machine nobody is killed before they began
    anything, or one job would meet every kill, and be given up."""
    end = time.monotonic() + 60
    while (now := len(_entries(books))) <= over:
        assert time.monotonic() < end, "no job is done any more"
        time.sleep(0.005)
    return now


def _entries(books: Books) -> Counter[str | None]:
    with books.reading() as book:
        return Counter(entry.object for entry in audit.entries(book))


def wait_for(books: Books, made: list[Job]) -> list[Job]:
    end = time.monotonic() + 60
    while True:
        with books.reading() as book:
            now = [found for job in made if (found := jobs.get(book, job.id)) is not None]
        assert len(now) == len(made), "a job is lost"
        if all(job.state in {JobState.DONE, JobState.FAILED} for job in now):
            return now
        assert time.monotonic() < end, Counter(job.state for job in now)
        time.sleep(0.1)
