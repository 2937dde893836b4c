"""Puts a job and what carries it to a worker into one transaction."""

from datetime import datetime
from typing import Final
from uuid import UUID

from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException

from claims.repository import jobs
from claims.repository.book import Book
from claims.repository.jobs import Job
from model.errors import StorageError

QUEUE: Final = "quickclaim"
TASK: Final = "quickclaim.job"
_NOT_MADE: Final = frozenset({"42P01", "42704", "42883"})
"""A table, type or function of the carrier that is not there (PostgreSQL manual, appendix A)."""


class PostgresQueue:
    """On PostgreSQL. Raises ``StorageError``: ``not_upgraded``, ``unavailable``."""

    def __init__(self) -> None:
        self._carrier = App(connector=SyncPsycopgConnector())  # never opened: it always borrows our connection

    def put(self, book: Book, job: Job) -> tuple[Job, bool]:
        """As ``JobQueue.put``."""
        stored, fresh = jobs.put(book, job)
        if fresh:
            self._carry(book, stored.id, stored.not_before if stored.not_before > stored.made_at else None)
        return stored, fresh

    def again(self, book: Book, job: UUID, at: datetime) -> None:
        """As ``JobQueue.again``."""
        self._carry(book, job, at)

    def _carry(self, book: Book, job: UUID, at: datetime | None) -> None:
        ours = book.connection.connection.driver_connection
        carrier = self._carrier.configure_task(TASK, queue=QUEUE, schedule_at=at, connection=ours)
        try:
            carrier.defer(job=str(job))
        except ConnectorException as fault:
            missing = getattr(fault.__cause__, "sqlstate", None) in _NOT_MADE
            raise StorageError("not_upgraded" if missing else "unavailable", "the carrier of jobs") from fault
