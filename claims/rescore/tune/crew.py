"""The chunks of a run to one tally, in this process or in several: tallies add up in any order."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice

from claims.rescore.case import Chunk
from claims.rescore.engines.hand import Fault
from claims.rescore.tune.rules import TuneRules
from claims.rescore.tune.simulate import Simulator
from claims.rescore.tune.tally import Tally
from claims.rescore.work import Work
from model.errors import RescoreError

Progress = Callable[[int], None]
"""Called with the number of rows that are done, after each chunk."""


def simulated(
    work: Work, rules: TuneRules, chunks: Iterable[Chunk], *, processes: int = 0, progress: Progress | None = None
) -> Tally | None:
    """Everything counted; None without any chunk. ``processes`` 0: in this one.

    Raises as ``Simulator``, and ``RescoreError`` ``rescore.worker_died``.
    """
    whole: Tally | None = None
    for tally in _in_many(work, rules, chunks, processes) if processes else _here(work, rules, chunks):
        whole = tally if whole is None else whole + tally
        if progress:
            progress(whole.rows)
    return whole


def _here(work: Work, rules: TuneRules, chunks: Iterable[Chunk]) -> Iterator[Tally]:
    simulator = Simulator(work, rules)
    return map(simulator.tally, chunks)


def _in_many(work: Work, rules: TuneRules, chunks: Iterable[Chunk], processes: int) -> Iterator[Tally]:
    """A few chunks ahead, and not one more."""
    coming, waiting = iter(chunks), deque[Future[Tally | Fault]]()
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn, initializer=_begin, initargs=(work, rules)) as pool:
        try:
            while True:
                waiting.extend(pool.submit(_tally, one) for one in islice(coming, 2 * processes - len(waiting)))
                if not waiting:
                    return
                yield _sound(waiting.popleft().result())
        except BrokenProcessPool as error:
            raise RescoreError("worker_died", "a process of the simulator", chunk=None, status=None) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _sound(told: Tally | Fault) -> Tally:
    if isinstance(told, Fault):
        raise told.error
    return told


_simulator: Simulator | Fault | None = None
"""Of a process of the crew."""


def _begin(work: Work, rules: TuneRules) -> None:
    global _simulator
    try:
        _simulator = Simulator(work, rules)
    except Exception as error:  # an error here would end the pool without a word
        _simulator = Fault.of(error)


def _tally(chunk: Chunk) -> Tally | Fault:
    if not isinstance(_simulator, Simulator):
        return _simulator or Fault.of(RuntimeError("not begun"))
    try:
        return _simulator.tally(chunk)
    except Exception as error:  # the other end can stop the run
        return Fault.of(error)
