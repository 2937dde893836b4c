"""One worker: begins a job, has it done, and sees to it that a fault loses nothing."""

import logging
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from claims.jobs.beat import LEASE_LOST, beating
from claims.jobs.endings import Endings
from claims.jobs.faults import noted
from claims.jobs.queue import JobQueue
from claims.jobs.work import Kinds, Now, Work
from claims.outbox import Retries
from claims.repository import jobs
from claims.repository.book import Books
from claims.repository.jobs import Job
from claims.tables.words import JobState

_log = logging.getLogger(__name__)

DIED: Final = "service.worker_died"
"""Every attempt took its process along: this work is not tried again."""
UNFINISHED: Final = "service.work_unfinished"
_SOON, _LATER = timedelta(seconds=1), timedelta(seconds=30)
_RETRIES: Final = Retries(attempts=8, first=timedelta(seconds=2), longest=timedelta(minutes=10))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long a job is somebody's without a sign of life, how often there is one, and when faults are tried again.

    By default a fault is tried again for two to four minutes; then the case goes to a person.
    """

    lease: timedelta = timedelta(seconds=60)
    beat: timedelta = timedelta(seconds=15)
    retries: Retries = _RETRIES

    def __post_init__(self) -> None:
        if not timedelta() < 2 * self.beat <= self.lease:
            raise ValueError("at least two signs of life within a lease")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Does jobs of its ``kinds``. Several threads may share one; ``name`` says who has a job. ``endings`` are told of
    each that it has let go of."""

    books: Books = field(repr=False)
    kinds: Kinds
    queue: JobQueue
    name: str
    now: Now
    pace: Pace = field(default_factory=Pace)
    endings: Endings | None = field(default=None, repr=False)
    draw: random.Random = field(default_factory=random.SystemRandom, repr=False)

    def take(self) -> Job | None:
        """The next job that may begin, now this worker's. Raises as ``claims.db.writing`` does."""
        if not self.kinds:
            return None
        with self.books.writing() as book:
            return jobs.take(book, self.name, at=self.now(), lease=self.pace.lease, kinds=self.kinds)

    def deliver(self, job_id: UUID) -> None:
        """Do the job that somebody was told of, if it is nobody's; where it is too early, it is carried once more.

        Raises as ``claims.db.writing`` does.
        """
        with self.books.writing() as book:
            stored = jobs.get(book, job_id)
            if stored is None or stored.state in {JobState.DONE, JobState.FAILED}:
                return
            at, known = self.now(), stored.kind in self.kinds
            begun = jobs.begin(book, job_id, self.name, at=at, lease=self.pace.lease) if known else None
            if begun is None:
                soonest = at + (_SOON if known else _LATER)
                self.queue.again(book, job_id, max(stored.lease_until or stored.not_before, soonest))
        if begun is not None:
            self.run(begun)

    def run(self, job: Job) -> None:
        """Do a job that is this worker's. Raises nothing: what cannot even be noted comes again when its lease ends."""
        work = Work(job=job, now=self.now)
        try:
            if job.attempts > self.pace.retries.attempts:
                self._give_up(work, job.error or DIED)
            elif (fault := self._fault(work)) is not None:
                self._failed(work, fault)
        except Exception as fault:
            _noted("job %s could not be ended", job, fault)
        if self.endings is not None:
            self.endings.tell(job.id)

    def _fault(self, work: Work) -> str | None:
        """The code of what went wrong; None where nothing did, or nothing that is this worker's any more."""
        try:
            with beating(self.books, work, every=self.pace.beat, lease=self.pace.lease):
                self.kinds[work.job.kind].do(work)
            return UNFINISHED if self._is_running(work.job) else None
        except Exception as fault:
            return _noted("job %s failed", work.job, fault)

    def _is_running(self, job: Job) -> bool:
        with self.books.reading() as book:
            stored = jobs.get(book, job.id)
        return stored is not None and (stored.state, stored.attempts) == (JobState.RUNNING, job.attempts)

    def _failed(self, work: Work, error: str) -> None:
        again = self.pace.retries.next_attempt(work.job.attempts, self.now(), self.draw)
        if again is None:
            self._give_up(work, error)
        else:
            self._put_back(work, error, again)

    def _give_up(self, work: Work, error: str) -> None:
        """Where even that fails, it is tried again, as long as it takes: a case is never left to nobody."""
        _log.error("job %s is given up after %d attempts: %s", str(work.job.id), work.job.attempts, error)
        try:
            (self.kinds[work.job.kind].give_up or self._leave)(work, error)
        except Exception as fault:
            if code := _noted("job %s could not be given up", work.job, fault):
                self._put_back(work, code, self.now() + self.pace.retries.longest)

    def _leave(self, work: Work, error: str) -> None:
        with self.books.writing() as book:
            work.give_up(book, error)

    def _put_back(self, work: Work, error: str, again: datetime) -> None:
        with self.books.writing() as book:
            jobs.failed(book, work.job, error, at=self.now(), again=again)
            self.queue.again(book, work.job.id, again)


def _noted(sentence: str, job: Job, fault: Exception) -> str | None:
    """Its code; None for a lease that was lost, after which nothing is left to do."""
    code = noted(_log, fault, sentence, str(job.id))
    return None if code == LEASE_LOST else code
