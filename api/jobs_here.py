"""Where jobs are done: on the embedded default in this process, on PostgreSQL by ``quickclaim worker``."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Final

from api.clock import Clock
from api.settings import Settings
from claims.db import is_embedded
from claims.desk.house import ASSESS, House
from claims.jobs.backlog import Backlog
from claims.jobs.embedded import at_work
from claims.jobs.endings import Endings
from claims.jobs.kinds import Assessed, kinds
from claims.jobs.of_house import of_house
from claims.jobs.queue import LocalQueue
from claims.jobs.ticks import usual
from claims.jobs.worker import Worker
from claims.outbox_sender import Sender

_TURN_S: Final = 0.0005


@contextmanager
def jobs_done(settings: Settings, house: House, clock: Clock, assessed: Assessed) -> Iterator[House]:
    """The house whose jobs are done while the block runs; ``assessed`` is told of those that are done here.

    Raises as ``at_work``.
    """
    longest = timedelta(seconds=settings.max_wait_s) if settings.max_wait_s else None
    if not is_embedded(house.books.engine):
        from claims.jobs.queued import tables
        from claims.jobs.queued.queue import PostgresQueue

        tables.require_current(house.books.engine)
        yield replace(house, queue=PostgresQueue(), backlog=Backlog(ASSESS, longest=longest))
        return
    queue = LocalQueue(settings.max_assessments)
    backlog = Backlog(ASSESS, longest=longest, most=max(1, settings.max_waiting))
    own = replace(house, queue=queue, backlog=backlog, endings=Endings())
    worker = Worker(
        books=own.books,
        kinds=kinds(own, clock, assessed),
        queue=queue,
        name=f"serve/{os.getpid()}",
        now=clock,
        endings=own.endings,
    )
    sender = Sender.open(own.books, clock, plain_loopback=settings.plain_webhooks)
    ticks = (*usual(own.books, own.photos, sender), *of_house(own))
    threads = settings.max_assessments
    with _taking_turns(), at_work(settings.home, worker, queue, ticks, threads=threads, stop_s=settings.shutdown_s):
        yield own


@contextmanager
def _taking_turns() -> Iterator[None]:
    """A thread that computes gives way after ``_TURN_S``, not after Python's 5 ms: jobs, and whoever answers, wait for
    their turn after each of a hundred statements.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
