"""Work that comes again and again. Each piece may be done by several processes, or twice: nothing is done double."""

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread

from claims.desk import anchoring
from claims.jobs.faults import noted
from claims.jobs.work import Now
from claims.outbox_sender import Sender
from claims.photo_store import PhotoStore
from claims.repository import idempotency, jobs, photos
from claims.repository.book import Books

_log = logging.getLogger(__name__)

Alone = Callable[[str], AbstractContextManager[bool]]
"""Name of periodic work → whether this process is the one to do it now; nobody else is while the block runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """``do`` is called with the time it is, ``every`` so often, and at once again where it returns True.

    ``alone``: by one process of the installation at a time.
    """

    name: str
    every: timedelta
    do: Callable[[datetime], object]
    alone: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long answers to repeated requests, and jobs that ended, are kept."""

    answers: timedelta = timedelta(days=3)
    jobs: timedelta = timedelta(days=30)


def usual(books: Books, store: PhotoStore, sender: Sender, keep: Keep | None = None) -> tuple[Tick, ...]:
    """What every installation needs, whatever its use cases add."""
    kept = keep or Keep()

    def sweep_answers(at: datetime) -> None:
        with books.writing() as book:
            idempotency.sweep(book, before=at - kept.answers)

    def sweep_jobs(at: datetime) -> None:
        with books.writing() as book:
            jobs.sweep(book, before=at - kept.jobs)

    def is_known(digest: str) -> bool:
        with books.reading() as book:
            return photos.is_known(book, digest)

    hour = timedelta(hours=1)
    return (
        Tick(name="notifications", every=timedelta(seconds=2), do=lambda _: sender.send_batch() > 0, alone=False),
        Tick(name="old_answers", every=hour, do=sweep_answers),
        Tick(name="old_jobs", every=hour, do=sweep_jobs),
        Tick(name="audit_anchor", every=timedelta(minutes=1), do=lambda at: anchoring.anchor(books, at)),
        Tick(name="photo_files", every=6 * hour, do=lambda at: store.sweep(is_known, at=at)),
    )


def _always(_: str) -> AbstractContextManager[bool]:
    """The embedded default is one process."""
    return nullcontext(True)


def start_ticking(ticks: Iterable[Tick], now: Now, stop: Event, alone: Alone = _always) -> list[Thread]:
    """A thread for each, so that none waits for another; they end after ``stop``."""
    threads = [
        Thread(target=_tick, args=(tick, now, stop, alone), name=f"tick-{tick.name}", daemon=True) for tick in ticks
    ]
    for thread in threads:
        thread.start()
    return threads


def _tick(tick: Tick, now: Now, stop: Event, alone: Alone) -> None:
    """The first time at once."""
    while not stop.is_set():
        if not once(tick, now(), alone):
            stop.wait(tick.every.total_seconds())


def once(tick: Tick, at: datetime, alone: Alone = _always) -> bool:
    """Do it now, unless another process is at it. Whether there is more to do.

    A fault is logged, without what it says, and the next time comes.
    """
    try:
        with alone(tick.name) if tick.alone else nullcontext(True) as mine:
            return mine and tick.do(at) is True
    except Exception as fault:
        noted(_log, fault, "periodic work %s", tick.name)
        return False
