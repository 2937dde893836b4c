"""A process that works off chunks, and this process's end of the pipe to it."""

import gc
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Final, Self

from claims.rescore.case import Chunk
from claims.rescore.engines.cores import Cores, confined
from claims.rescore.work import Done, Work
from claims.rescore.worker import Worker
from model.errors import QuickClaimError

_SPAWN: Final = multiprocessing.get_context("spawn")
_PATIENCE: Final = 5.0
"""Seconds that a hand without work has to leave."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The hand has its rules, and takes chunks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An error that ended a hand. Errors with a code do not travel by themselves: their arguments are another's."""

    kind: type[QuickClaimError] | None
    code: str
    detail: str
    facts: dict[str, object]

    @classmethod
    def of(cls, error: Exception) -> Self:
        """Whatever it was; a fault of ours brings its traceback along."""
        if isinstance(error, QuickClaimError):
            code = error.code.removeprefix(f"{error.prefix}.")
            return cls(kind=type(error), code=code, detail=error.detail, facts=error.facts)
        return cls(kind=None, code="", detail="".join(traceback.format_exception(error)), facts={})

    @property
    def error(self) -> Exception:
        """To raise here."""
        return self.kind(self.code, self.detail, **self.facts) if self.kind else RuntimeError(self.detail)


@dataclass(slots=True, eq=False)
class Hand:
    """``cores``: those that it works on. ``chunk``: what it is at. ``ready`` once it has said so."""

    cores: Cores
    process: SpawnProcess
    pipe: "Connection[Any, Any]"
    chunk: Chunk | None = None
    ready: bool = False

    @classmethod
    def hire(cls, work: Work, cores: Cores) -> Self:
        """A new process; it is not there yet. ``cores``: see ``confined``."""
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(target=_serve, args=(theirs, work), name="rescore", daemon=True)
        with _uninterrupted(), confined(cores):
            process.start()
        theirs.close()
        return cls(cores, process, ours)

    @property
    def idle(self) -> bool:
        """Ready, and without a chunk."""
        return self.ready and self.chunk is None

    def take(self, chunk: Chunk) -> bool:
        """False when it has died."""
        self.chunk = chunk
        with suppress(OSError):
            self.pipe.send(chunk)
            return True
        return False

    def hear(self) -> Done | Ready | Fault | None:
        """What it has to say; waits for it. None when it has died."""
        try:
            told: Done | Ready | Fault = self.pipe.recv()
        except (EOFError, OSError):
            return None
        if isinstance(told, Done):
            self.chunk = None
        self.ready = True
        return told

    def dismiss(self) -> int | None:
        """Its exit status. A hand that is at something is stopped at once: no file is ever half written."""
        self.pipe.close()
        if self.idle:
            self.process.join(_PATIENCE)
        self.process.kill()
        self.process.join()
        return self.process.exitcode


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """A process that is started here does not hear Ctrl-C, not even while it starts: this one decides what it means."""
    resource_tracker.ensure_running()  # it would let signals through again while it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: "Connection[Any, Any]", work: Work) -> None:
    """What a hand does all day. It leaves when nobody is at the other end of the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    with suppress(OSError):  # nobody listens any more
        try:
            worker = Worker(work)
            gc.freeze()  # tables and rules stay as long as the process: nobody needs to look for their end
            pipe.send(Ready())
            for chunk in _given(pipe):
                pipe.send(worker.do(chunk))
        except Exception as error:  # the other end can stop the run
            pipe.send(Fault.of(error))


def _given(pipe: "Connection[Any, Any]") -> Iterator[Chunk]:
    with suppress(EOFError, OSError):
        while True:
            yield pipe.recv()


def _leave_with_parent() -> None:
    """The parent may be killed while this process is at a chunk: nobody wants the rest of it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
