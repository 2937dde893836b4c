"""Work to be done: stored with the row that it is about, leased to one worker at a time, done once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from claims.repository.book import Book
from claims.repository.rows import columns_of, insert_once, record
from claims.tables import jobs
from claims.tables.words import JobState
from model.errors import StorageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work. ``key`` says what it is, once and for all: for an assessment, the claim and its inputs.

    ``facts`` are ids and codes only. ``worker`` has it until ``lease_until``; ``error`` is the code of the last fault.
    """

    id: UUID
    key: str
    kind: str
    claim: UUID | None = None
    facts: dict[str, Any]
    state: JobState = JobState.WAITING
    made_at: datetime
    not_before: datetime
    attempts: int = 0
    worker: str | None = None
    lease_until: datetime | None = None
    ended_at: datetime | None = None
    error: str | None = None


def put(book: Book, job: Job) -> tuple[Job, bool]:
    """The job of this key, and whether it is new: the same work is put once."""
    if insert_once(book.connection, jobs, columns_of(job), on=["key"]):
        return job, True
    row = book.connection.execute(select(jobs).where(jobs.c.key == job.key)).one()
    return record(Job, row), False


def get(book: Book, job: UUID) -> Job | None:
    """One by its id."""
    row = book.connection.execute(select(jobs).where(jobs.c.id == job)).one_or_none()
    return None if row is None else record(Job, row)


def take(book: Book, worker: str, *, at: datetime, lease: timedelta, kinds: Iterable[str] = ()) -> Job | None:
    """The next job that may begin, now this worker's; None where nothing waits. Work of a dead worker comes again."""
    query = select(jobs).where(_free(at)).order_by(jobs.c.not_before, jobs.c.id).limit(1)
    if wanted := tuple(kinds):
        query = query.where(jobs.c.kind.in_(wanted))
    row = book.connection.execute(query.with_for_update(skip_locked=True)).one_or_none()
    return None if row is None else _taken(book, row.id, worker, at, lease)


def due(book: Book, kind: str, *, at: datetime, limit: int) -> tuple[datetime, ...]:
    """Since when jobs of a kind may begin that wait at ``at``, the oldest first."""
    waits = (jobs.c.state == JobState.WAITING, jobs.c.not_before <= at, jobs.c.kind == kind)
    query = select(jobs.c.not_before).where(*waits).order_by(jobs.c.not_before).limit(limit)
    return tuple(book.connection.execute(query).scalars())


def state(book: Book, job: UUID) -> JobState | None:
    """How far one is."""
    return book.connection.execute(select(jobs.c.state).where(jobs.c.id == job)).scalar_one_or_none()


def begin(book: Book, job: UUID, worker: str, *, at: datetime, lease: timedelta) -> Job | None:
    """This job, now this worker's; None where it is done, not yet due, or somebody else's."""
    query = select(jobs.c.id).where(jobs.c.id == job, _free(at)).with_for_update(skip_locked=True)
    row = book.connection.execute(query).one_or_none()
    return None if row is None else _taken(book, row.id, worker, at, lease)


def extend(book: Book, job: Job, *, at: datetime, lease: timedelta) -> None:
    """The worker is alive. Raises ``StorageError`` ``storage.lease_lost`` where the job is somebody else's by now."""
    _change(book, job, lease_until=at + lease)


def done(book: Book, job: Job, *, at: datetime) -> None:
    """In the transaction that stores what the work gave. Raises ``storage.lease_lost``; nothing is stored then."""
    _change(book, job, state=JobState.DONE, ended_at=at, lease_until=None, error=None)


def failed(book: Book, job: Job, error: str, *, at: datetime, again: datetime | None) -> None:
    """The work failed with a code: to be done ``again``, or given up. Raises ``storage.lease_lost``."""
    if again is None:
        _change(book, job, state=JobState.FAILED, ended_at=at, lease_until=None, error=error)
    else:
        _change(book, job, state=JobState.WAITING, not_before=again, worker=None, lease_until=None, error=error)


def release_all(book: Book) -> int:
    """How many jobs were running when the only process died; they wait again. For the embedded default alone."""
    waits = {"state": JobState.WAITING, "worker": None, "lease_until": None}
    return book.connection.execute(update(jobs).where(jobs.c.state == JobState.RUNNING).values(**waits)).rowcount


def sweep(book: Book, *, before: datetime) -> int:
    """How many jobs that ended before a moment were deleted. What waits or runs stays."""
    over = jobs.c.state.in_((JobState.DONE, JobState.FAILED))
    return book.connection.execute(delete(jobs).where(over, jobs.c.ended_at < before)).rowcount


def _free(at: datetime) -> ColumnElement[bool]:
    waits = and_(jobs.c.state == JobState.WAITING, jobs.c.not_before <= at)
    return or_(waits, and_(jobs.c.state == JobState.RUNNING, jobs.c.lease_until <= at))


def _taken(book: Book, job: UUID, worker: str, at: datetime, lease: timedelta) -> Job:
    own = {"state": JobState.RUNNING, "worker": worker, "lease_until": at + lease, "attempts": jobs.c.attempts + 1}
    row = book.connection.execute(update(jobs).where(jobs.c.id == job).values(**own).returning(*jobs.c)).one()
    return record(Job, row)


def _change(book: Book, job: Job, **values: object) -> None:
    """Attempts count leases: a worker that lost one and another that has the same name are told apart."""
    mine = (jobs.c.id == job.id, jobs.c.state == JobState.RUNNING, jobs.c.worker == job.worker)
    same = jobs.c.attempts == job.attempts
    if book.connection.execute(update(jobs).where(*mine, same).values(**values)).rowcount != 1:
        raise StorageError("lease_lost", "the job is somebody else's by now")
