"""The processes that decode HEIF for us: started when one is needed, kept for the next photo, ended when idle."""

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from inference.intake import wire
from inference.intake.limits import IDLE_S
from model.errors import PhotoRejected

AT_ONCE = 2
"""Processes at most: each may take much memory, and decodes with two threads."""
PATIENCE = 60.0
"""Seconds of the clock for one answer. Work is bounded by processor time; this is for a process that only waits."""
_START = "import sys; sys.path[:] = {path!r}; from inference.intake.heif_worker import main; main({descriptor})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``facts`` and ``blocks`` as ``heif_worker`` gives them; ``seconds`` of processor time that it took."""

    facts: dict[str, Any]
    blocks: list[bytearray]
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Worker:
    """One process, and our end of the socket to it."""

    process: "subprocess.Popen[bytes]"
    line: socket.socket

    @classmethod
    def start(cls) -> Self:
        """Our own interpreter and our own code; nothing of a request is part of the command.

        A session of its own: an interrupt at the terminal is ours to answer. It ends when our socket closes.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            code = _START.format(path=sys.path, descriptor=theirs.fileno())
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-c", code],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        return cls(process, ours)

    def ask(self, data: bytes, request: Mapping[str, float], most: int, patience: float) -> Answer:
        """One request. Raises ``TimeoutError``, other ``OSError`` or ``EOFError``; the process is then of no use."""
        deadline = time.monotonic() + patience
        wire.send(self.line, request, [data], deadline)
        facts, blocks = wire.receive(self.line, deadline, most=most)
        seconds = facts.get("seconds")
        return Answer(facts=facts, blocks=blocks, seconds=seconds if isinstance(seconds, float) else 0.0)

    def end(self, grace_s: float = 0.0) -> int:
        """End it now, or when it has not ended by itself within the grace. What it ended with, as in ``Popen``."""
        self.line.close()
        with suppress(subprocess.TimeoutExpired):
            return self.process.wait(grace_s)
        self.process.kill()
        return self.process.wait()


class Workers:
    """At most ``at_once`` processes. One that nobody needs for ``IDLE_S`` seconds ends by itself."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self.forget()

    def forget(self) -> None:
        """Let go of every process without a word to it."""
        self._places = threading.BoundedSemaphore(self._at_once)
        self._idle: list[tuple[Worker, float]] = []
        self._lock = threading.Lock()

    def ask(self, data: bytes, request: Mapping[str, float], *, most: int, patience: float = PATIENCE) -> Answer:
        """One request to a process that nobody else is using, as soon as one may be had.

        ``request`` bounds its processor time by ``seconds``; ``most`` bytes may come back. Raises ``photo.too_slow``,
        and ``photo.corrupt`` where the file ended the process.
        """
        with self._places:
            worker = self._free()
            try:
                answer = worker.ask(data, request, most, patience)
            except (OSError, EOFError) as problem:
                raise _verdict(problem, worker) from problem
            except BaseException:
                worker.end()  # in the middle of an answer
                raise
            with self._lock:
                self._idle.append((worker, time.monotonic()))
        return answer

    def _free(self) -> Worker:
        with self._lock:
            while self._idle:
                worker, since = self._idle.pop()
                # Half the time: one that is about to end by itself is not asked any more.
                if worker.process.poll() is None and time.monotonic() - since < IDLE_S / 2:
                    return worker
                worker.end()
        return Worker.start()

    def processes(self) -> list["subprocess.Popen[bytes]"]:
        """Those that wait for a photo."""
        with self._lock:
            return [worker.process for worker, _ in self._idle]

    def end(self) -> None:
        """End those that wait for a photo."""
        with self._lock:
            while self._idle:
                self._idle.pop()[0].end()


def _verdict(problem: OSError | EOFError, worker: Worker) -> PhotoRejected:
    if isinstance(problem, TimeoutError):
        worker.end()
        return PhotoRejected("too_slow", f"no answer within {PATIENCE:.0f} s")
    if worker.end(grace_s=5.0) == -signal.SIGPROF:
        return PhotoRejected("too_slow", "took too much processor time")
    return PhotoRejected("corrupt", "libheif ended on it")


WORKERS = Workers(AT_ONCE)
os.register_at_fork(after_in_child=WORKERS.forget)  # two processes must not talk to one worker
atexit.register(WORKERS.end)
