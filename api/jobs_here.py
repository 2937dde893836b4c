"""Where jobs are done: on the embedded default in this process, on PostgreSQL by ``quickclaim worker``."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from api.clock import Clock
from api.settings import Settings
from claims.db import is_embedded
from claims.desk.house import House
from claims.jobs.embedded import at_work
from claims.jobs.kinds import Assessed, kinds, overdue_clocks
from claims.jobs.queue import LocalQueue
from claims.jobs.ticks import usual
from claims.jobs.worker import Worker
from claims.outbox_sender import Sender


@contextmanager
def jobs_done(settings: Settings, house: House, clock: Clock, assessed: Assessed) -> Iterator[House]:
    """The house whose jobs are done while the block runs; ``assessed`` is told of those that are done here.

    Raises as ``at_work``.
    """
    if not is_embedded(house.books.engine):
        from claims.jobs.queued import tables
        from claims.jobs.queued.queue import PostgresQueue

        tables.require_current(house.books.engine)
        yield replace(house, queue=PostgresQueue())
        return
    queue = LocalQueue()
    own = replace(house, queue=queue)
    worker = Worker(
        books=own.books, kinds=kinds(own, clock, assessed), queue=queue, name=f"serve/{os.getpid()}", now=clock
    )
    sender = Sender.open(own.books, clock, plain_loopback=settings.plain_webhooks)
    ticks = (*usual(own.books, own.photos, sender), overdue_clocks(own))
    with at_work(settings.home, worker, queue, ticks, threads=settings.max_assessments, stop_s=settings.shutdown_s):
        yield own
