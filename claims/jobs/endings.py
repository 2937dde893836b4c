"""Those who wait for a job hear of its end, where it is done in the same process."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final
from uuid import UUID

_KEPT: Final = 256
"""Jobs that ended last: whoever asks a moment too late still hears of them."""


class Endings:
    """What is told is that it is worth a look: only the row says whether a job is over."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._ended: deque[UUID] = deque(maxlen=_KEPT)
        self._waiting: dict[UUID, list[Callable[[], object]]] = {}

    def tell(self, job: UUID) -> None:
        """A worker has let go of the job."""
        with self._turn:
            self._ended.append(job)
            for hear in self._waiting.get(job, ()):
                hear()

    @contextmanager
    def heard(self, job: UUID, hear: Callable[[], object]) -> Iterator[None]:
        """``hear`` is called while the block runs, from any thread, when a worker lets go of the job, or has before."""
        with self._turn:
            self._waiting.setdefault(job, []).append(hear)
            if job in self._ended:
                hear()
        try:
            yield
        finally:
            with self._turn:
                self._waiting[job].remove(hear)
                if not self._waiting[job]:
                    del self._waiting[job]
