"""The door: no new case comes in while those that are in keep the machine busy. Who is refused has lost nothing yet."""

import math
import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import anyio

from api.line import Line
from api.working import in_turn
from claims.desk.house import House
from model.errors import ServiceError

_SOON_S, _LATER_S = 3, 9
_CALM_SHARE: Final = 2
"""One part in so many of the places where others wait is for new cases while the door has refused nobody lately: a few
customers at one moment are no crowd."""
_BUSY_SHARE: Final = 8
"""The same while it refuses: with the usual six places none, for at 1.5 times the capacity one more in hand took a
fifth longer (p95), and did a third more."""
_CALM_AFTER_S: Final = 3.0
_SOON_IN_S: Final = 0.3
"""An app sends the photos of a case that it opened within so many seconds."""
_LOOK_S: Final = 0.02


class Door:
    """Of one process: knows what is in hand here, and asks the database what waits for workers.

    A case is a few requests. Refused at the first, its customer knows where they are; refused later, they have done
    half of the work for nothing, and so have we. So the door closes before the other limits do, and whoever is in finds
    room, and is not kept waiting.
    """

    def __init__(self, line: Line, *, at_once: int, waiting: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._line, self._clock = line, clock
        self._most_calm = at_once + waiting // _CALM_SHARE
        self._most_busy = at_once + waiting // _BUSY_SHARE
        self._refused_at = -math.inf
        self._assessing = 0
        self._came: deque[float] = deque()

    @contextmanager
    def assessing(self) -> Iterator[None]:
        """Somebody waits here for an assessment, and is counted as that from now on."""
        if self._came:
            self._came.popleft()
        self._assessing += 1
        try:
            yield
        finally:
            self._assessing -= 1

    async def admit(self, house: House, at: datetime) -> None:
        """Room for one more case. Raises ``ServiceError`` ``service.busy``, before anything is written.

        Where only cases are in the way whose photos are still expected, it waits to see whether they come.
        """
        until = self._clock() + _SOON_IN_S
        while self._is_full():
            if self._working or self._clock() >= until:
                raise self._refusal()
            await anyio.sleep(_LOOK_S)
        came = self._clock()
        self._came.append(came)
        if await in_turn(lambda: house.backlog.crowded(house.books, at)):
            if came in self._came:
                self._came.remove(came)
            raise self._refusal()

    @property
    def _working(self) -> int:
        return self._line.taken + self._assessing

    def _is_full(self) -> bool:
        now = self._clock()
        while self._came and self._came[0] < now - _SOON_IN_S:
            self._came.popleft()
        calm = now - self._refused_at > _CALM_AFTER_S
        return self._working + len(self._came) >= (self._most_calm if calm else self._most_busy)

    def _refusal(self) -> ServiceError:
        self._refused_at = self._clock()
        # they shall not all come back at the same moment
        return ServiceError("busy", wait_s=random.randint(_SOON_S, _LATER_S))  # noqa: S311 - no secret
