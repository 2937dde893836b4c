"""The asyncio actor between the process that reads a manifest and those that score: it knows nothing of Ray."""

import asyncio
from collections import Counter


class Feed:
    """The chunks on the way, by their place in the run, pickled. A place that is asked for again gives the same."""

    def __init__(self) -> None:
        self._chunks: dict[int, bytes] = {}
        self._begun: Counter[int] = Counter()
        self._count: int | None = None
        self._changed = asyncio.Condition()

    async def give(self, place: int, chunk: bytes) -> None:
        """One more chunk."""
        async with self._changed:
            self._chunks[place] = chunk
            self._changed.notify_all()

    async def end(self, count: int) -> None:
        """There are ``count`` chunks and no more."""
        async with self._changed:
            self._count = count
            self._changed.notify_all()

    async def at(self, place: int) -> bytes | None:
        """The chunk at a place, once it is there; empty if it is scored already; None after the last."""
        async with self._changed:
            await self._changed.wait_for(lambda: place in self._chunks or place == self._count)
        return self._chunks.get(place)

    async def begin(self, place: int) -> int:
        """How often this chunk was begun, now included."""
        self._begun[place] += 1
        return self._begun[place]

    async def scored(self, place: int) -> None:
        """Nobody needs this chunk any more."""
        self._chunks[place] = b""
        del self._begun[place]
