"""A worker process: takes what is carried, takes up what dead workers left, and ends in good order."""

import asyncio
import logging
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread
from uuid import UUID

from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout

from claims.jobs.faults import noted
from claims.jobs.queued.alone import Alone
from claims.jobs.queued.queue import QUEUE, TASK
from claims.jobs.queued.tables import unheard
from claims.jobs.ticks import Tick, start_ticking
from claims.jobs.worker import Worker

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How a worker process runs; seconds. ``at_once`` jobs at a time.

    A worker without a sign of life for ``dead_s`` is dead: what was carried to it is carried to another. ``stop_s`` is
    what jobs at hand have when the process is told to end.
    """

    at_once: int = 2
    poll_s: float = 1.0
    beat_s: float = 10.0
    dead_s: float = 30.0
    stop_s: float = 30.0
    again_s: float = 5.0


def serve(worker: Worker, ticks: Iterable[Tick] = (), how: Serving | None = None) -> None:
    """Until SIGTERM or SIGINT. Where the database goes away, the worker waits for it."""
    asyncio.run(_serve(worker, tuple(ticks), how or Serving()))


async def _serve(worker: Worker, ticks: tuple[Tick, ...], how: Serving) -> None:
    told, ended = asyncio.Event(), Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    unheard_again = Tick(name="unheard_jobs", every=timedelta(seconds=how.dead_s / 3), do=_find_unheard(worker, how))
    start_ticking((unheard_again, *ticks), worker.now, ended, Alone(worker.books))
    try:
        while not told.is_set():
            await _until(told, asyncio.create_task(_carry(worker, how)), how)
    finally:
        ended.set()


async def _until(told: asyncio.Event, work: asyncio.Task[None], how: Serving) -> None:
    """Cancelled, the carrier begins nothing new and waits for what is at hand."""
    telling = asyncio.create_task(told.wait())
    await asyncio.wait({work, telling}, return_when=asyncio.FIRST_COMPLETED)
    if told.is_set():
        work.cancel()
    telling.cancel()
    try:
        await work
    except asyncio.CancelledError:
        _log.info("the worker has ended")
    except (ConnectorException, PoolTimeout) as fault:
        noted(_log, fault, "the carrier of jobs")
        with suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), how.again_s)


async def _carry(worker: Worker, how: Serving) -> None:
    carrier = _carrier(worker, how)
    async with carrier.open_async():
        stalled = asyncio.create_task(_take_up(carrier, how))
        try:
            await carrier.run_worker_async(
                queues=[QUEUE],
                name=worker.name,
                concurrency=how.at_once,
                fetch_job_polling_interval=how.poll_s,
                update_heartbeat_interval=how.beat_s,
                stalled_worker_timeout=how.dead_s,
                shutdown_graceful_timeout=how.stop_s,
                delete_jobs="always",
                install_signal_handlers=False,
            )
        finally:
            stalled.cancel()


def _carrier(worker: Worker, how: Serving) -> App:
    """The task fails only where the database does; its job is stored all the same and carried once more."""
    url = worker.books.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    carrier = App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=how.at_once + 3))

    @carrier.task(name=TASK, queue=QUEUE, retry=RetryStrategy(wait=int(how.again_s)))
    async def deliver(job: str) -> None:
        await _in_thread(lambda: worker.deliver(UUID(job)), f"job-{job}")

    return carrier


async def _take_up(carrier: App, how: Serving) -> None:
    """What was carried to workers that are dead is carried to another."""
    while True:
        await asyncio.sleep(how.dead_s / 3)
        try:
            for job in await carrier.job_manager.get_stalled_jobs(seconds_since_heartbeat=how.dead_s):
                await carrier.job_manager.retry_job(job)
        except ConnectorException as fault:  # also where another worker was faster
            noted(_log, fault, "stalled jobs")


def _find_unheard(worker: Worker, how: Serving) -> Callable[[object], None]:
    """A safety net under the carrier: rows say what is to be done."""

    def find(_: object) -> None:
        at = worker.now()
        with worker.books.writing() as book:
            for job in unheard(book, since=at - timedelta(seconds=how.dead_s)):
                worker.queue.again(book, job, at)

    return find


async def _in_thread(do: Callable[[], None], name: str) -> None:
    """In a thread that the end of the process does not wait for, unlike those of the event loop."""
    loop, done = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

    def tell(fault: Exception | None) -> None:
        if not done.done():
            done.set_exception(fault) if fault else done.set_result(None)

    def run() -> None:
        fault: Exception | None = None
        try:
            do()
        except Exception as raised:
            fault = raised
        with suppress(RuntimeError):  # the loop has ended, and so has the process
            loop.call_soon_threadsafe(tell, fault)

    Thread(target=run, name=name, daemon=True).start()
    await done
