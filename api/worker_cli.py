"""``quickclaim worker``: does the jobs of an installation on PostgreSQL, sends its notifications, and sweeps."""

import os
import socket
from dataclasses import replace

from api.exits import coded_errors
from api.settings import Settings
from model.errors import ServiceError

_NAME = 48


def worker() -> None:
    """Do the work of an installation on PostgreSQL, beside others, until told to end."""
    from api.clock import utc_now
    from api.engine import open_service
    from api.production import require_safe
    from api.stores import open_stores
    from api.telemetry.logs import configure
    from claims.desk.house import House
    from claims.jobs.kinds import kinds, overdue_clocks
    from claims.jobs.ticks import usual
    from claims.jobs.worker import Worker
    from claims.outbox_sender import Sender

    with coded_errors():
        settings = Settings.read()
        _require_postgres(settings)
        require_safe(settings, "127.0.0.1")  # it listens to nobody
        configure(settings.log_style())
        with open_stores(settings) as stores:
            from claims.jobs.queued import tables
            from claims.jobs.queued.queue import PostgresQueue
            from claims.jobs.queued.serving import Serving, serve

            tables.require_current(stores.books.engine)
            house = House.of(stores.books, stores.photos, open_service(settings), stores.keys)
            house = replace(house, queue=PostgresQueue())
            one = Worker(
                books=stores.books,
                kinds=kinds(house, utc_now),
                queue=house.queue,
                name=f"{socket.gethostname()[:_NAME]}/{os.getpid()}",
                now=utc_now,
            )
            sender = Sender.open(stores.books, utc_now, plain_loopback=settings.plain_webhooks)
            how = Serving(at_once=settings.max_assessments, stop_s=settings.shutdown_s)
            ticks = (*usual(stores.books, stores.photos, sender), overdue_clocks(house))
            serve(one, ticks, how)


def _require_postgres(settings: Settings) -> None:
    """Jobs of the embedded default are done where it is served."""
    if not (settings.database or "").startswith("postgres"):
        raise ServiceError("no_worker_needed", "the embedded default does its jobs in: quickclaim serve")
