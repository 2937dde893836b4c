"""Work that waits to be begun, and when more of it is refused: whoever asks again later waits no longer than now."""

import random
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from threading import Lock
from typing import Final

from claims.repository import jobs
from claims.repository.book import Books
from model.errors import ServiceError

FRESH_S: Final = 0.1
"""For so long a look counts, so that a crowd costs the database one query."""
_LATER_S: Final = 10
_SPREAD_S: Final = 2
"""Added by chance to what is told to who is refused, or all would come back at the same moment."""


@dataclass(slots=True)
class Backlog:
    """Of one kind of jobs; one for each process. None: no limit.

    ``longest``: the oldest job that may begin and that nobody has may have waited so long. ``most``: so many of them
    may wait, where the threads of this process are all that work: their age tells too late that they are behind.
    """

    kind: str
    longest: timedelta | None = timedelta(seconds=1.5)
    most: int | None = None
    _until: float = 0.0
    _waiting: int = 0
    _oldest: timedelta = timedelta()
    _coming: int = 0
    _counting: Lock = field(default_factory=Lock, repr=False)

    def admit(self, books: Books, at: datetime) -> None:
        """Room for one more, which comes until ``came``. Raises ``ServiceError`` ``service.busy`` with ``wait_s``; then
        nothing has changed."""
        self._look(books, at)
        with self._counting:
            late = self.longest is not None and self._oldest > self.longest
            if late or (self.most is not None and self._waiting + self._coming >= self.most):
                wait_s = min(max(1, ceil(self._oldest.total_seconds())), _LATER_S)
                raise ServiceError("busy", wait_s=wait_s + random.randint(0, _SPREAD_S))  # noqa: S311 - no secret
            self._coming += 1

    def crowded(self, books: Books, at: datetime) -> bool:
        """Whether the oldest has waited for half of what it may: too late for a case that only begins."""
        self._look(books, at)
        with self._counting:
            return self.longest is not None and 2 * self._oldest > self.longest

    def came(self) -> None:
        """What was admitted is committed, or will not be: from now on rows tell of it."""
        with self._counting:
            self._coming -= 1
            self._waiting += 1

    def _look(self, books: Books, at: datetime) -> None:
        if time.monotonic() < self._until:
            return
        with books.reading() as book:
            due = jobs.due(book, self.kind, at=at, limit=self.most or 1)
        with self._counting:  # not while the database is asked: whoever counts only must not wait for it
            self._waiting, self._oldest = len(due), at - due[0] if due else timedelta()
            self._until = time.monotonic() + FRESH_S
