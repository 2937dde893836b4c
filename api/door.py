"""The door: no new case comes in while those that are in keep the machine busy. Who is refused has lost nothing yet."""

import math
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import anyio

from api.working import in_turn
from claims.desk.house import House
from model.errors import ServiceError

_SOON_S, _LATER_S = 3, 9
_CALM_SHARE: Final = 2
"""One part in so many of the places where others wait is for new cases while the door has refused nobody lately: a few
customers at one moment are no crowd."""
_BUSY_SHARE: Final = 2
"""One part in so many of those that are worked on at a time is in hand while it refuses: of the usual two, one. The
network takes all cores for one case; two at a time are hardly more a second, and each of them takes twice as long."""
_CALM_AFTER_S: Final = 3.0
_SOON_IN_S: Final = 0.15
"""An app goes on with its case within so many seconds after each answer; so long does the next one wait at the door."""
_LOOK_S: Final = 0.01


class Door:
    """Of one process: knows what is in hand here, and asks the database what waits for workers.

    A case is a few requests. Refused at the first, its customer knows where they are; refused later, they have done
    half of the work for nothing, and so have we. So the door closes before the other limits do, and whoever is in finds
    room, and is not kept waiting.
    """

    def __init__(
        self,
        *,
        at_once: int,
        waiting: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._most_calm = at_once + waiting // _CALM_SHARE
        self._most_busy = max(1, at_once // _BUSY_SHARE)
        self._refused_at = -math.inf
        self._working = 0
        self._expected: deque[float] = deque()
        self._next: deque[object] = deque()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Something that belongs to no case keeps the machine busy, or waits for it."""
        self._working += 1
        try:
            yield
        finally:
            self._working -= 1

    @contextmanager
    def photos(self) -> Iterator[None]:
        """Photos of a case are looked at. Once they are kept, the case is expected with what comes next."""
        with self.assessing():
            yield
            self._expected.append(self._clock())

    @contextmanager
    def assessing(self) -> Iterator[None]:
        """A request of a case keeps the machine busy, or waits for it: the case is expected no longer."""
        if self._expected:
            self._expected.popleft()
        with self.working():
            yield

    async def admit(self, house: House, at: datetime) -> None:
        """Room for one more case. Raises ``ServiceError`` ``service.busy``, before anything is written.

        One waits a moment for whoever is in, so that the machine finds its next case at once; where only cases are in
        the way that are expected to go on, so do all who come.
        """
        self._next.append(me := object())
        try:
            await self._room(me)
            came = self._clock()
            self._expected.append(came)
        finally:
            self._next.remove(me)
        if await in_turn(lambda: house.backlog.crowded(house.books, at)):
            if came in self._expected:
                self._expected.remove(came)
            raise self._refusal()

    async def _room(self, who: object) -> None:
        until = self._clock() + _SOON_IN_S
        while self._is_behind(who) or self._is_full():
            if self._clock() > until or (self._working and self._is_behind(who)):
                raise self._refusal()
            await self._sleep(_LOOK_S)

    def _is_behind(self, who: object) -> bool:
        return self._next[0] is not who

    def _is_full(self) -> bool:
        now = self._clock()
        while self._expected and self._expected[0] < now - _SOON_IN_S:
            self._expected.popleft()
        calm = now - self._refused_at > _CALM_AFTER_S
        return self._working + len(self._expected) >= (self._most_calm if calm else self._most_busy)

    def _refusal(self) -> ServiceError:
        self._refused_at = self._clock()
        # they shall not all come back at the same moment
        return ServiceError("busy", wait_s=random.randint(_SOON_S, _LATER_S))  # noqa: S311 - no secret
