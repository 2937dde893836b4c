"""The door: no new case comes in while those that are in keep the machine busy. Who is refused has lost nothing yet."""

import random
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from api.line import Line
from api.working import in_turn
from claims.desk.house import House
from model.errors import ServiceError

_SOON_S, _LATER_S = 3, 9
_SHARE: Final = 8
"""One part in so many of the places where others wait is for new cases: with the usual six none, for at 1.5 times the
capacity one more in hand took a fifth longer (p95), and did a third more."""
_SOON_IN_S: Final = 0.3
"""An app sends the photos of a case that it opened within so many seconds."""


class Door:
    """Of one process: knows what is in hand here, and asks the database what waits for workers.

    A case is a few requests. Refused at the first, its customer knows where they are; refused later, they have done
    half of the work for nothing, and so have we. So the door closes before the other limits do, and whoever is in finds
    room, and is not kept waiting.
    """

    def __init__(self, line: Line, *, at_once: int, waiting: int) -> None:
        self._line = line
        self._most = at_once + waiting // _SHARE
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
        """Room for one more case. Raises ``ServiceError`` ``service.busy``, before anything is written."""
        now = time.monotonic()
        while self._came and self._came[0] < now - _SOON_IN_S:
            self._came.popleft()
        in_hand = self._line.taken + self._assessing + len(self._came)
        if in_hand >= self._most or await in_turn(lambda: house.backlog.crowded(house.books, at)):
            # they shall not all come back at the same moment
            raise ServiceError("busy", wait_s=random.randint(_SOON_S, _LATER_S))  # noqa: S311 - no secret
        self._came.append(now)
