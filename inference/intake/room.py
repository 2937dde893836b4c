"""Memory for decoding, shared by all threads of the process."""

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

_MIB = 1024 * 1024


class Room:
    """Bounds the bytes that decoders hold at the same time. Who asks for more than there is, waits; first come, first
    served. More than ``most`` is given to one alone.

    ``small`` and less is given at once and not counted: the photo of a phone must not wait behind a large one.
    """

    def __init__(self, most: int, *, small: int) -> None:
        self._most, self._small = most, small
        self.empty()

    def empty(self) -> None:
        """Nothing is held and nobody waits."""
        self._taken = 0
        self._line: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def hold(self, count: int) -> Iterator[None]:
        """Hold ``count`` bytes, as soon as there is room."""
        if count <= self._small:
            yield
            return
        self._enter(count)
        try:
            yield
        finally:
            with self._changed:
                self._taken -= count
                self._changed.notify_all()

    def _enter(self, count: int) -> None:
        ticket = object()
        with self._changed:
            self._line.append(ticket)
            try:
                self._changed.wait_for(lambda: self._line[0] is ticket and self._fits(count))
                self._taken += count
            finally:
                self._line.remove(ticket)
                self._changed.notify_all()

    def _fits(self, count: int) -> bool:
        return not self._taken or self._taken + count <= self._most


DECODING = Room(512 * _MIB, small=32 * _MIB)
"""With the network and everything else a case then stays below 1 GiB; a photo of more than about 25 megapixels whose
format needs all of them at once decodes alone. Measurements: docs/decisions/0003-photo-intake.md."""
os.register_at_fork(after_in_child=DECODING.empty)  # threads that hold some of it do not live on in a child
