"""Where work is put, and how workers hear of it."""

from datetime import datetime
from threading import Condition
from typing import Protocol
from uuid import UUID

from claims.repository import jobs
from claims.repository.book import Book
from claims.repository.jobs import Job


class JobQueue(Protocol):
    """Workers hear of what was put when its transaction commits, and only then."""

    def put(self, book: Book, job: Job) -> tuple[Job, bool]:
        """The job of this key, and whether it is new: the same work is put once."""

    def again(self, book: Book, job: UUID, at: datetime) -> None:
        """A job that is stored already is to be looked at once more at that moment."""


class LocalQueue:
    """The queue of one process: wakes its threads.

    It rings inside of the transaction. SQLite has one writer, so that whoever is woken waits for its end, and sees the
    job or, where it was undone, none. Each ring wakes one of the ``threads``.
    """

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads
        self._rings = 0
        self._rung = Condition()

    def put(self, book: Book, job: Job) -> tuple[Job, bool]:
        """As ``JobQueue.put``."""
        stored = jobs.put(book, job)
        self.ring()
        return stored

    def again(self, book: Book, job: UUID, at: datetime) -> None:
        """Threads that were not woken look by themselves."""

    def ring(self, times: int = 1) -> None:
        """There may be something to do. Threads that are at work look again before they wait."""
        with self._rung:
            self._rings = min(self._rings + times, self._threads)
            self._rung.notify(times)

    def wait(self, seconds: float) -> None:
        """Until it rings, but no longer than so many seconds."""
        with self._rung:
            if self._rung.wait_for(lambda: self._rings, seconds):
                self._rings -= 1
