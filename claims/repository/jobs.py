"""Work to be done: stored with the row that it is about, leased to one worker at a time, done once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, or_, select, update

from claims.repository.book import Book
from claims.repository.rows import change_rows, columns_of, insert_once, record, rows_of
from claims.tables import jobs
from claims.tables.words import JobState
from model.errors import StorageError

_NOW: Final = bindparam("now", type_=jobs.c.not_before.type)
_FREE: Final = or_(
    and_(jobs.c.state == JobState.WAITING, jobs.c.not_before <= _NOW),
    and_(jobs.c.state == JobState.RUNNING, jobs.c.lease_until <= _NOW),
)
_NEXT: Final = select(jobs.c.id).where(_FREE).order_by(jobs.c.not_before, jobs.c.id).limit(1)
_NEXT_ANY: Final = _NEXT.with_for_update(skip_locked=True)
_NEXT_OF: Final = _NEXT.where(jobs.c.kind.in_(bindparam("kinds", expanding=True))).with_for_update(skip_locked=True)
_THIS: Final = select(jobs.c.id).where(jobs.c.id == bindparam("job"), _FREE).with_for_update(skip_locked=True)
_TAKEN: Final = (
    update(jobs)
    .where(jobs.c.id == bindparam("job"))
    .values(
        state=JobState.RUNNING,
        worker=bindparam("by"),
        lease_until=bindparam("until"),
        attempts=jobs.c.attempts + 1,
    )
    .returning(*jobs.c)
)
_DUE: Final = (
    select(jobs.c.not_before)
    .where(jobs.c.state == JobState.WAITING, jobs.c.not_before <= _NOW, jobs.c.kind == bindparam("of_kind"))
    .order_by(jobs.c.not_before)
    .limit(bindparam("most"))
)
_STATE: Final = select(jobs.c.state).where(jobs.c.id == bindparam("job"))


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
    row = rows_of(book.connection, jobs, key=job.key).one()
    return record(Job, row), False


def get(book: Book, job: UUID) -> Job | None:
    """One by its id."""
    row = rows_of(book.connection, jobs, id=job).one_or_none()
    return None if row is None else record(Job, row)


def take(book: Book, worker: str, *, at: datetime, lease: timedelta, kinds: Iterable[str] = ()) -> Job | None:
    """The next job that may begin, now this worker's; None where nothing waits. Work of a dead worker comes again."""
    wanted = list(kinds)
    query, given = (_NEXT_OF, {"kinds": wanted}) if wanted else (_NEXT_ANY, {})
    found = book.connection.execute(query, {"now": at, **given}).scalar_one_or_none()
    return None if found is None else _taken(book, found, worker, at, lease)


def due(book: Book, kind: str, *, at: datetime, limit: int) -> tuple[datetime, ...]:
    """Since when jobs of a kind may begin that wait at ``at``, the oldest first."""
    return tuple(book.connection.execute(_DUE, {"now": at, "of_kind": kind, "most": limit}).scalars())


def state(book: Book, job: UUID) -> JobState | None:
    """How far one is."""
    return book.connection.execute(_STATE, {"job": job}).scalar_one_or_none()


def begin(book: Book, job: UUID, worker: str, *, at: datetime, lease: timedelta) -> Job | None:
    """This job, now this worker's; None where it is done, not yet due, or somebody else's."""
    found = book.connection.execute(_THIS, {"job": job, "now": at}).scalar_one_or_none()
    return None if found is None else _taken(book, found, worker, at, lease)


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


def _taken(book: Book, job: UUID, worker: str, at: datetime, lease: timedelta) -> Job:
    return record(Job, book.connection.execute(_TAKEN, {"job": job, "by": worker, "until": at + lease}).one())


def _change(book: Book, job: Job, **values: object) -> None:
    """Attempts count leases: a worker that lost one and another that has the same name are told apart."""
    same = {"id": job.id, "state": JobState.RUNNING, "worker": job.worker, "attempts": job.attempts}
    if change_rows(book.connection, jobs, values, **same) != 1:
        raise StorageError("lease_lost", "the job is somebody else's by now")
