"""Jobs on SQLite: threads of the one serving process, and its periodic work."""

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Final

from claims.jobs.faults import noted
from claims.jobs.home_lock import only_process
from claims.jobs.queue import LocalQueue
from claims.jobs.ticks import Tick, start_ticking
from claims.jobs.worker import Worker
from claims.repository import jobs
from claims.repository.book import Books

_log = logging.getLogger(__name__)
POLL_S: Final = 1.0
STOP_S: Final = 30.0


@contextmanager
def at_work(
    home: Path,
    worker: Worker,
    queue: LocalQueue,
    ticks: Iterable[Tick] = (),
    *,
    threads: int = 2,
    poll_s: float = POLL_S,
    stop_s: float = STOP_S,
) -> Iterator[None]:
    """Jobs are done while the block runs, beginning with those that were running when the last process died.

    ``queue`` is the worker's; work that is to be done again is seen ``poll_s`` late at the most. At the end nothing
    new is begun, and what is at hand has ``stop_s`` to be finished; what is not is done at the next start. Raises as
    ``only_process`` and ``claims.db.writing`` do.
    """
    with only_process(home):
        _release(worker.books)
        stop = Event()
        work = (worker, queue, stop, poll_s)
        running = [Thread(target=_work, args=work, name=f"job-{n}", daemon=True) for n in range(threads)]
        for thread in running:
            thread.start()
        running += start_ticking(ticks, worker.now, stop)
        try:
            yield
        finally:
            stop.set()
            queue.ring(threads)
            _join(running, stop_s)


def _release(books: Books) -> None:
    with books.writing() as book:
        released = jobs.release_all(book)
    if released:
        _log.warning("%d jobs were running when the last process died; they are done again", released)


def _work(worker: Worker, queue: LocalQueue, stop: Event, poll_s: float) -> None:
    while not stop.is_set():
        job = None
        try:
            job = worker.take()
        except Exception as fault:
            noted(_log, fault, "no job can be taken")
        if job is None:
            queue.wait(poll_s)
        else:
            worker.run(job)


def _join(threads: Iterable[Thread], within_s: float) -> None:
    until = time.monotonic() + within_s
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
        if thread.is_alive():
            _log.warning("%s is not finished; its work is done again at the next start", thread.name)
