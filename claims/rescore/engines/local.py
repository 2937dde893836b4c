"""Several processes of this machine, or this process alone."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import wait
from typing import Final

from claims.rescore.case import Chunk
from claims.rescore.engines.cores import shares
from claims.rescore.engines.hand import Fault, Hand, Ready
from claims.rescore.work import Done, Work
from claims.rescore.worker import Worker
from model.errors import RescoreError

_LIVES: Final = 3
"""Processes that one chunk may cost, and that may die before any is ready."""


@dataclass(frozen=True, slots=True)
class Local:
    """``processes`` 0: everything in this one."""

    processes: int = 0

    def work_off(self, work: Work, chunks: Iterable[Chunk]) -> Iterator[Done]:
        """See ``Engine.work_off``."""
        if not self.processes:
            worker = Worker(work)
            return map(worker.do, chunks)
        return _Crew(work, chunks, self.processes).results()


class _Crew:
    """One chunk in each hand, on cores of its own; a hand that dies is replaced, and its chunk given to another."""

    def __init__(self, work: Work, chunks: Iterable[Chunk], size: int) -> None:
        self._work = work
        self._coming = iter(chunks)
        self._size = size
        self._cores = shares(size)
        self._waiting: deque[Chunk] = deque()
        self._hands: list[Hand] = []
        self._died: Counter[int | None] = Counter()

    def results(self) -> Iterator[Done]:
        """In the order in which they come."""
        try:
            while self._give():
                for hand in self._speaking():
                    if done := self._heard(hand):
                        yield done
        finally:
            for hand in self._hands:
                hand.dismiss()

    def _give(self) -> bool:
        """Every hand that is ready gets a chunk, and there are as many hands as chunks, up to the size; False when all
        is done."""
        for hand in [hand for hand in self._hands if hand.idle]:
            self._fill()
            if self._waiting and not hand.take(self._waiting.popleft()):
                self._bury(hand)
        self._fill()
        busy = sum(hand.chunk is not None for hand in self._hands)
        while len(self._hands) < min(self._size, busy + len(self._waiting)):
            self._hands.append(Hand.hire(self._work, self._cores.pop()))
        return bool(busy or self._waiting)

    def _fill(self) -> None:
        """Read a few chunks ahead, and not one more."""
        self._waiting.extend(islice(self._coming, max(0, self._size - len(self._waiting))))

    def _speaking(self) -> list[Hand]:
        by_pipe = {hand.pipe: hand for hand in self._hands}
        return [by_pipe[pipe] for pipe in wait(list(by_pipe)) if pipe in by_pipe]

    def _heard(self, hand: Hand) -> Done | None:
        told = hand.hear()
        if isinstance(told, Fault):
            raise told.error
        if told is None:
            self._bury(hand)
        if isinstance(told, Ready):
            self._died[None] = 0
        return told if isinstance(told, Done) else None

    def _bury(self, hand: Hand) -> None:
        """Its chunk comes first for whoever is ready next. Raises ``rescore.worker_died`` where too many have died."""
        self._hands.remove(hand)
        self._cores.append(hand.cores)
        status, chunk = hand.dismiss(), hand.chunk
        number = None if chunk is None else chunk.number
        self._died[number] += 1
        if self._died[number] >= _LIVES:
            raise RescoreError("worker_died", f"exit status {status}", chunk=number, status=status)
        if chunk is not None:
            self._waiting.appendleft(chunk)
