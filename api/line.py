"""The waiting line before the network: a few cases are assessed at once, a few wait, the others are told so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from model.errors import ServiceError

T = TypeVar("T")


class Line:
    """Bounds how many requests hold photos in memory (``places``) and how many of them compute (``at_once``)."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._places = at_once + waiting
        self.taken = 0
        self._limiter = CapacityLimiter(at_once)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place from before the photos are read until the answer is made. Raises ``service.busy``."""
        if self.taken >= self._places:
            raise ServiceError("busy")
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1

    async def run(self, work: Callable[[], T]) -> T:
        """``work`` in a thread, once it is its turn."""
        return await to_thread.run_sync(work, limiter=self._limiter)
