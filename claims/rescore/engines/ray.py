"""Ray Data: the chunks of a run go to actors, on a cluster or on this machine. Each writes the files of its chunks.

::

    this process ── chunks ──▶ Feed ──▶ _hand_out ──▶ _Scorer, as many as there are CPUs ── results ──▶ this process

Only a few chunks per scorer are on the way at any time. A scorer that dies is started again, and its chunk goes to the
next one that is free. Every machine needs QuickClaim in the same version at the same place, and reaches the photos and
the folders of ``Work`` under the same names.
"""

import contextlib
import logging
import os
import pickle
import socket
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final

import pyarrow as pa
import ray
import ray.data

from claims.rescore.case import Chunk
from claims.rescore.engines.cores import settle
from claims.rescore.engines.hand import Fault
from claims.rescore.engines.ray_feed import Feed
from claims.rescore.work import Done, Work
from claims.rescore.worker import Worker
from model.errors import RescoreError

AHEAD: Final = 4
"""Chunks on the way per scorer: one in work, others on their way to it and back."""

LIVES: Final = 3
"""Scorers that may die over one chunk before the run stops."""

_STORE_BYTES: Final = 256 * 2**20
"""Ray's shared memory on this machine. Chunks and results pass through it, about 100 KB each, and no photo."""

_PATIENCE_S: Final = 10.0
"""How long a cluster may take to answer at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RayEngine:
    """``address`` of a cluster that runs (``HOST:PORT``, or ``auto``); None: one on this machine, while the run lasts.

    ``cores``: CPUs of one scorer, as many as its detector uses; it keeps to them, where so many of the machine's are
    free. ``workers``: how many scorers, by default as many as the CPUs of the cluster carry when the run begins.
    """

    address: str | None = None
    cores: int = 1
    workers: int | None = None

    def work_off(self, work: Work, chunks: Iterable[Chunk]) -> Iterator[Done]:
        """See ``Engine.work_off``. ``RescoreError`` also ``rescore.no_cluster`` and ``rescore.ray_failed``."""
        try:
            with _cluster(self.address):
                yield from self._on_cluster(work, chunks)
        except ray.exceptions.RayError as error:
            raise RescoreError("ray_failed", str(error), fault=type(error).__name__) from error

    def _on_cluster(self, work: Work, chunks: Iterable[Chunk]) -> Iterator[Done]:
        resources: Callable[[], dict[str, float]] = ray.cluster_resources
        workers = self.workers or max(1, int(resources().get("CPU", 1)) // self.cores)
        feed = ray.remote(num_cpus=0)(Feed).remote()
        giver = _Giver(feed, chunks)
        giver.up_to(AHEAD * workers)
        for returned, told in enumerate(self._results(work, feed, workers), 1):
            done: Done | Fault = pickle.loads(told)  # noqa: S301 - made by _Scorer
            if isinstance(done, Fault):
                raise done.error
            giver.up_to(returned + AHEAD * workers)
            yield done

    def _results(self, work: Work, feed: Any, workers: int) -> Iterator[bytes]:
        """What the scorers say, as it comes."""
        start = ray.data.from_items([0], override_num_blocks=1)
        handed = start.map_batches(partial(_hand_out, feed=feed), batch_format="pyarrow", num_cpus=0)
        scored = handed.map_batches(
            _Scorer,
            fn_constructor_args=(pickle.dumps(work), feed, self.cores),
            batch_size=1,
            batch_format="pyarrow",
            compute=ray.data.ActorPoolStrategy(min_size=1, initial_size=workers, max_size=workers),
            num_cpus=self.cores,
        )
        tables: Iterable[Any] = scored.iter_batches(batch_size=None, prefetch_batches=0, batch_format="pyarrow")
        for table in tables:
            for row in table.to_pylist():
                feed.scored.remote(row["place"])
                yield row["told"]


class _Giver:
    """This process's end of the feed."""

    def __init__(self, feed: Any, chunks: Iterable[Chunk]) -> None:
        self._feed = feed
        self._coming = enumerate(chunks)
        self._given = 0
        self._ended = False

    def up_to(self, count: int) -> None:
        """Let ``count`` chunks of the run be on the way or done, if there are as many."""
        for place, chunk in islice(self._coming, count - self._given):
            self._feed.give.remote(place, pickle.dumps(chunk))
            self._given += 1
        if self._given < count and not self._ended:
            self._feed.end.remote(self._given)
            self._ended = True


def _hand_out(_start: Any, feed: Any) -> Iterator[pa.Table]:
    """A task: every chunk as a table of one row. Begun anew after a fault, it hands out the same in the same order."""
    place = 0
    while (chunk := ray.get(feed.at.remote(place))) is not None:
        yield pa.table({"place": [place], "chunk": [chunk]})
        place += 1


class _Scorer:
    """An actor: one ``Worker``. A fault travels as a value, so that it arrives as what it is."""

    def __init__(self, work: bytes, feed: Any, cores: int) -> None:
        self._cores = settle(cores)
        self._work = work
        self._feed = feed
        self._worker: Worker | None = None

    def __call__(self, table: pa.Table) -> pa.Table:
        """The pickled ``Done`` or ``Fault`` of each chunk that is not scored yet."""
        waiting = [row for row in table.to_pylist() if row["chunk"]]
        told = [self._told(row["place"], row["chunk"]) for row in waiting]
        places = pa.array([row["place"] for row in waiting], pa.int64())
        return pa.table({"place": places, "told": pa.array(told, pa.binary())})

    def _told(self, place: int, content: bytes) -> bytes:
        try:
            return pickle.dumps(self._do(place, pickle.loads(content)))  # noqa: S301 - made by _Giver
        except Exception as error:  # this process's end of the feed stops the run
            return pickle.dumps(Fault.of(error))

    def _do(self, place: int, chunk: Chunk) -> Done:
        if ray.get(self._feed.begin.remote(place)) > LIVES:
            raise RescoreError("worker_died", f"{LIVES} times", chunk=chunk.number, status="?")
        self._worker = self._worker or Worker(pickle.loads(self._work))  # noqa: S301 - made by RayEngine
        return self._worker.do(chunk)


@contextlib.contextmanager
def _cluster(address: str | None) -> Iterator[None]:
    """Connected to a cluster; one of this machine's own lives in a folder of its own, and both go at the end.

    Ray repeats on standard output what its processes say; that is moved to standard error. It sends no statistics.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    with contextlib.redirect_stdout(sys.stderr), contextlib.ExitStack() as stack:
        if address is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True))
            ray.init("local", _temp_dir=folder, object_store_memory=_STORE_BYTES, include_dashboard=False, **quiet)
        else:
            _join(address, quiet)
        stack.callback(ray.shutdown)
        _settle()
        yield


def _join(address: str, quiet: dict[str, Any]) -> None:
    """Ray itself would try a wrong address for five minutes and then end the process."""
    host, _, port = address.rpartition(":")
    try:
        if port.isdigit():
            socket.create_connection((host.removeprefix("ray://").strip("[]"), int(port)), _PATIENCE_S).close()
        ray.init(address, **quiet)
    except (OSError, RuntimeError, ValueError, OverflowError, SystemExit) as error:
        raise RescoreError("no_cluster", str(error), address=address) from error


def _settle() -> None:
    """One chunk a block; no bars beside ours, and faults are told once, by us."""
    context = ray.data.DataContext.get_current()
    context.target_max_block_size = 1
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
