"""What a worker hands to whoever does a kind of work, and what it gets back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from claims.repository import jobs
from claims.repository.book import Book
from claims.repository.jobs import Job
from model.errors import StorageError

Now = Callable[[], datetime]
"""What time it is: an aware moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A job in the hands of one worker. ``lost`` is set once somebody else may have it."""

    job: Job
    now: Now
    lost: Event = field(default_factory=Event, repr=False)

    def done(self, book: Book) -> None:
        """In the transaction that stores what the work gave. Raises ``StorageError`` ``storage.lease_lost``."""
        jobs.done(book, self.job, at=self.now())

    def give_up(self, book: Book, error: str) -> None:
        """In the transaction that hands the case to a person. Raises ``StorageError`` ``storage.lease_lost``."""
        jobs.failed(book, self.job, error, at=self.now(), again=None)

    def go_on(self) -> None:
        """Between the steps of long work. Raises ``StorageError`` ``storage.lease_lost`` where the rest is in vain."""
        if self.lost.is_set():
            raise StorageError("lease_lost", "the job may be somebody else's by now")


Handler = Callable[[Work], None]
"""Does the work and ends it with ``Work.done``. Raises ``QuickClaimError``; whatever it raises, it is tried again."""

GiveUp = Callable[[Work, str], None]
"""After the last attempt: the code of the fault → the case is a person's, and the work ended by ``Work.give_up``."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of job is done. ``give_up`` None: about no case, the row alone says that it was given up."""

    do: Handler
    give_up: GiveUp | None = None


Kinds = Mapping[str, Kind]
"""By the ``kind`` of the job. Jobs of a kind that is not here are left to others."""
