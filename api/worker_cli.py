"""``quickclaim worker``: does the jobs of an installation on PostgreSQL, sends its notifications, and sweeps."""

import gc
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from api.exits import coded_errors
from api.settings import Settings
from model.errors import ServiceError

if TYPE_CHECKING:
    from api.telemetry.metrics import Metrics

_NAME = 48


def worker(
    metrics_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Tell Prometheus there; off by default.")
    ] = None,
    metrics_host: Annotated[str, typer.Option(help="Where it listens; whoever reaches it may read.")] = "127.0.0.1",
) -> None:
    """Do the work of an installation on PostgreSQL, beside others, until told to end."""
    from api.clock import utc_now
    from api.engine import open_service
    from api.production import require_safe
    from api.stores import open_stores
    from api.telemetry.logs import configure
    from api.telemetry.metrics import Metrics
    from claims.desk.house import House
    from claims.jobs.kinds import kinds
    from claims.jobs.of_house import of_house
    from claims.jobs.ticks import usual
    from claims.jobs.worker import Worker
    from claims.outbox_sender import Sender

    with coded_errors():
        settings = Settings.read()
        _require_postgres(settings)
        require_safe(settings, "127.0.0.1")  # it takes nothing from anybody
        configure(settings.log_style())
        metrics = Metrics()
        with open_stores(settings) as stores, _told(metrics, metrics_host, metrics_port):
            from claims.jobs.queued import tables
            from claims.jobs.queued.queue import PostgresQueue
            from claims.jobs.queued.serving import Serving, serve

            tables.require_current(stores.books.engine)
            house = House.of(stores.books, stores.photos, open_service(settings), stores.keys)
            house = replace(house, queue=PostgresQueue())
            one = Worker(
                books=stores.books,
                kinds=kinds(house, utc_now, metrics.assessed),
                queue=house.queue,
                name=f"{socket.gethostname()[:_NAME]}/{os.getpid()}",
                now=utc_now,
            )
            sender = Sender.open(stores.books, utc_now, plain_loopback=settings.plain_webhooks)
            how = Serving(at_once=settings.max_assessments, stop_s=settings.shutdown_s)
            ticks = (*usual(stores.books, stores.photos, sender), *of_house(house))
            gc.collect()
            gc.freeze()  # as in serving: what is there by now stays to the end
            serve(one, ticks, how)


@contextmanager
def _told(metrics: "Metrics", host: str, port: int | None) -> Iterator[None]:
    """The figures of this process at ``/metrics`` while the block runs. Raises ``ServiceError`` ``cannot_listen``."""
    if port is None:
        yield
        return
    try:
        end = metrics.serve(host, port)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ServiceError("cannot_listen", reason, address=f"{host}:{port}", reason=reason) from error
    try:
        yield
    finally:
        end()


def _require_postgres(settings: Settings) -> None:
    """Jobs of the embedded default are done where it is served."""
    if not (settings.database or "").startswith("postgres"):
        raise ServiceError("no_worker_needed", "the embedded default does its jobs in: quickclaim serve")
