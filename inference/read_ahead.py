"""Doing slow things for the next items while the caller works on this one."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


def read_ahead(
    make: Callable[[Item], Made], items: Iterable[Item], *, workers: int = 2, ahead: int = 2
) -> Iterator[Made]:
    """``make(item)`` for every item, in order, computed by ``workers`` threads at most ``workers + ahead`` items early.

    For work that releases the GIL, such as decoding photos. An error of ``make`` is raised where its result is due;
    what was not started is then not started any more.
    """
    failed = threading.Event()

    def made(item: Item) -> Made:
        if failed.is_set():
            raise CancelledError  # never seen: the result of the one that failed is due before
        try:
            return make(item)
        except BaseException:
            failed.set()
            raise

    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="read-ahead")
    pending: deque[Future[Made]] = deque()
    try:
        for item in items:
            pending.append(pool.submit(made, item))
            if len(pending) >= workers + ahead:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
