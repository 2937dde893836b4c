"""How often somebody may ask: buckets of tokens that fill up again by themselves, in memory, bounded."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Final

WINDOW_S: Final = 60.0
"""An empty bucket is full again after this time."""
_ROUNDING: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What somebody has left. ``full_s`` seconds until all of ``quota`` is there again, ``wait_s`` until one is."""

    quota: int
    remaining: int
    full_s: int
    wait_s: int
    allowed: bool


class Buckets:
    """One bucket for each key; it holds ``quota`` tokens, and as many flow in evenly every ``WINDOW_S`` seconds.

    A bucket that is full again is forgotten: a new one is full. Of more than ``most``, those that were longest not
    asked for are forgotten, which gives their owners a fresh start and nobody else a worse one. Safe between threads.
    """

    def __init__(self, quota: int, *, clock: Callable[[], float] = time.monotonic, most: int = 50_000) -> None:
        if quota < 1 or most < 1:
            raise ValueError("a bucket holds something")
        self._quota = quota
        self._most = most
        self._clock = clock
        self._turn = threading.Lock()
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._levels)

    def take(self, key: str) -> Standing:
        """One token, where there is one; who is refused pays nothing."""
        with self._turn:
            now = self._clock()
            level = self._level(key, now)
            allowed = level >= 1.0 - _ROUNDING
            left = max(0.0, level - 1.0) if allowed else level
            self._keep(key, left, now)
            return self._standing(left, allowed=allowed)

    def give_back(self, key: str) -> None:
        """The token that was taken last."""
        with self._turn:
            now = self._clock()
            self._keep(key, min(self._level(key, now) + 1.0, float(self._quota)), now)

    def _level(self, key: str, now: float) -> float:
        level, since = self._levels.pop(key, (float(self._quota), now))
        return min(float(self._quota), level + (now - since) * self._quota / WINDOW_S)

    def _keep(self, key: str, level: float, now: float) -> None:
        self._levels[key] = (level, now)
        while len(self._levels) > self._most or now - next(iter(self._levels.values()))[1] >= WINDOW_S:
            self._levels.popitem(last=False)

    def _standing(self, level: float, *, allowed: bool) -> Standing:
        second = WINDOW_S / self._quota
        return Standing(
            quota=self._quota,
            remaining=int(level),
            full_s=ceil((self._quota - level) * second),
            wait_s=max(0, ceil((1.0 - level) * second)),
            allowed=allowed,
        )
