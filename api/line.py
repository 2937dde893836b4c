"""What the service holds at most: cases that are assessed at once, cases that wait, and the bytes of all uploads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from model.errors import ServiceError

T = TypeVar("T")


class Share:
    """The bytes that one request holds in memory."""

    def __init__(self, uploads: "Uploads") -> None:
        self._uploads = uploads
        self._held = 0

    def take(self, count: int) -> None:
        """Before ``count`` more bytes are kept. Raises ``service.busy``."""
        if self._uploads.held + count > self._uploads.most:
            raise ServiceError("busy")
        self._uploads.held += count
        self._held += count

    def give_back(self) -> None:
        """Nothing of it is kept any more."""
        self._uploads.held -= self._held
        self._held = 0


class Uploads:
    """Bounds the bytes of all requests that are read, wait or compute: of their bodies, not of what becomes of them.

    Bytes count as they come, not as they are announced: who announces much and sends little takes nothing away.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = 0

    @contextmanager
    def share(self) -> Iterator[Share]:
        """Of one request, until its answer is made."""
        share = Share(self)
        try:
            yield share
        finally:
            share.give_back()


class Line:
    """Bounds how many requests wait or compute (``place``) and how many of them compute (``at_once``)."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._places = at_once + waiting
        self.taken = 0
        self._limiter = CapacityLimiter(at_once)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place from when the photos are there until the answer is made. Raises ``service.busy``.

        Not while they arrive: a few senders that trickle would keep everybody else out.
        """
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
