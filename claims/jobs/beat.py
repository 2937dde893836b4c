"""Signs of life of a worker, for as long as it is at work."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from claims.jobs.faults import noted
from claims.jobs.work import Work
from claims.repository import jobs
from claims.repository.book import Books

_log = logging.getLogger(__name__)
LEASE_LOST = "storage.lease_lost"


@contextmanager
def beating(books: Books, work: Work, *, every: timedelta, lease: timedelta) -> Iterator[None]:
    """The lease of the job is extended while the block runs. Where that fails for too long, ``work.lost`` is set."""
    ended = Event()
    thread = Thread(target=_beat, args=(books, work, every, lease, ended), name="job-beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _beat(books: Books, work: Work, every: timedelta, lease: timedelta, ended: Event) -> None:
    until = work.now() + lease
    while not ended.wait(every.total_seconds()):
        at = work.now()
        try:
            with books.writing() as book:
                jobs.extend(book, work.job, at=at, lease=lease)
            until = at + lease
        except Exception as fault:
            code = noted(_log, fault, "no sign of life of job %s could be stored", str(work.job.id))
            if code == LEASE_LOST or at >= until:
                work.lost.set()
                return
