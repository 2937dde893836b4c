"""Who takes which chunk: this process, several of this machine, or a cluster. What comes out is the same."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from claims.rescore.case import Chunk
from claims.rescore.work import Done, Work


class Engine(Protocol):
    """Something that has chunks worked off."""

    def work_off(self, work: Work, chunks: Iterable[Chunk]) -> Iterator[Done]:
        """Every chunk once, the results in any order. ``chunks`` is read lazily, a few ahead; where it ends early, what
        was taken is finished. Raises ``RescoreError`` and ``ModelError`` as ``Worker.do``, and ``rescore.worker_died``
        for a chunk that nobody lives through."""
