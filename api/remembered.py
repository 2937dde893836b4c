"""Answers that count for a while: asked for once, however many ask at the same time."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from anyio import Lock

K = TypeVar("K")
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """The last answer to each question; of more than ``most`` the one that was asked for first is forgotten.

    For one event loop. ``at`` is the moment of whoever asks.
    """

    def __init__(self, lasts: timedelta, *, most: int = 512) -> None:
        self._lasts = lasts
        self._most = most
        self._turn = Lock()
        self._known: dict[K, tuple[datetime, V]] = {}

    async def get(self, question: K, at: datetime, ask: Callable[[], Awaitable[V]]) -> V:
        """What is known, or what ``ask`` answers; others wait for it. Raises what ``ask`` raises, and keeps nothing."""
        async with self._turn:
            found = self._known.get(question)
            if found is not None and timedelta() <= at - found[0] < self._lasts:
                return found[1]
            self._known.pop(question, None)
            answer = await ask()
            self._known[question] = at, answer
            if len(self._known) > self._most:
                del self._known[next(iter(self._known))]
            return answer
