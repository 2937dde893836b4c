"""HEIC/HEIF. Turning and mirroring (irot, imir) is libheif's.

HEIF is a language of items that refer to one another: a small file can ask for any number of large tiles, and the HEVC
decoder behind it is the one of our decoders with a history of crashes. So libheif runs in a process of its own, which
is kept for the next photo, has a memory limit, and is ended when a photo takes too long.
"""

import atexit
import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import Empty, LifoQueue
from typing import Any, Self

import numpy as np

from inference.intake.limits import Decoded, IntakeLimits, Stored
from model.errors import PhotoRejected

PATIENCE = 4.5
"""Seconds for one photo; 50 megapixels in 14 MB take 2.4 s on one core."""
_SIZE_BOX = re.compile(rb"\x00\x00\x00\x14ispe")
_START = "import sys; sys.path[:] = {path!r}; from inference.intake.heif_worker import main; main({descriptor})"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHeif(Stored):
    """One still picture, coded with HEVC, in one piece or in tiles. Sizes are those of the upright photo."""

    max_pixels: int
    deadline: float

    def decode(self, min_side: int) -> Decoded:
        """See ``Stored.decode``."""
        facts, blocks = _ask(self.data, {"min_side": min_side, "max_pixels": self.max_pixels}, self.deadline)
        if len(blocks) != 3 or (facts["width"], facts["height"]) != (self.width, self.height):
            raise PhotoRejected("corrupt", f"decoded to {facts}")
        return Decoded(np.frombuffer(bytearray(blocks[2]), np.uint8).reshape(facts["shape"]), facts["factor"])


def open_heif(data: bytes, limits: IntakeLimits) -> StoredHeif:
    """Walk the boxes of a HEIF file and find its one picture. Rejects sequences and collections."""
    limits.check_bytes(len(data), heif=True)
    _check_boxes(data)
    for found in _SIZE_BOX.finditer(data, 0, 1 << 20):
        width, height = (int.from_bytes(data[found.end() + at : found.end() + at + 4]) for at in (4, 8))
        if width * height > limits.max_pixels:
            limits.check_size(width, height)
    deadline = time.monotonic() + PATIENCE
    facts, (exif, icc) = _ask(data, {"max_pixels": limits.max_pixels}, deadline)
    width, height = facts["width"], facts["height"]
    limits.check_size(width, height)
    return StoredHeif(
        data=data,
        width=width,
        height=height,
        exif=exif,
        icc=icc,
        max_pixels=limits.max_pixels,
        deadline=deadline,
    )


def _check_boxes(data: bytes) -> None:
    """Walk the top-level boxes: a sequence has a ``moov``; a cut file ends within a box."""
    at = 0
    for _ in range(1000):
        if at >= len(data):
            return
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16])
        if kind == b"moov":
            raise PhotoRejected("animated", "HEIF image sequence")
        if length == 0 or not kind.isalnum():
            return
        if length < 8 or at + length > len(data):
            raise PhotoRejected("truncated", f"box {kind!r} ends beyond the file")
        at += length
    raise PhotoRejected("corrupt", "too many boxes")


def _ask(data: bytes, request: dict[str, int], deadline: float) -> tuple[dict[str, Any], list[bytes]]:
    """One request to a process that nobody else is using. Raises the rejection that it answers with."""
    worker = _free_worker()
    try:
        facts, blocks = worker.ask(data, request, deadline)
    except TimeoutError as problem:
        worker.end()
        raise PhotoRejected("decompression_bomb", f"not decoded within {PATIENCE} s") from problem
    except (OSError, EOFError) as problem:
        worker.end()
        raise PhotoRejected("corrupt", "libheif ended on it") from problem
    _IDLE.put(worker)
    if "rejected" in facts:
        raise PhotoRejected(str(facts["rejected"]).removeprefix("photo."), str(facts["detail"]))
    return facts, blocks


@dataclass(frozen=True, slots=True, eq=False)
class _Worker:
    process: "subprocess.Popen[bytes]"
    connection: Connection

    @classmethod
    def start(cls) -> Self:
        ours, theirs = socket.socketpair()
        with theirs:
            code = _START.format(path=sys.path, descriptor=theirs.fileno())
            # Our own interpreter and our own code; nothing of the request is part of the command.
            # A session of its own: an interrupt at the terminal is ours to answer; it ends when our socket closes.
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-c", code],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        return cls(process, Connection(ours.detach()))

    def ask(self, data: bytes, request: dict[str, int], deadline: float) -> tuple[dict[str, Any], list[bytes]]:
        self.connection.send_bytes(json.dumps(request).encode())
        self.connection.send_bytes(data)
        if not self.connection.poll(max(0.0, deadline - time.monotonic())):
            raise TimeoutError
        facts = json.loads(self.connection.recv_bytes())
        return facts, [self.connection.recv_bytes() for _ in range(facts.pop("blocks"))]

    def end(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.wait()


def _free_worker() -> _Worker:
    with suppress(Empty):
        while True:
            idle = _IDLE.get_nowait()
            if idle.process.poll() is None:
                return idle
            idle.end()
    return _Worker.start()


_IDLE: LifoQueue[_Worker] = LifoQueue()
os.register_at_fork(after_in_child=_IDLE.queue.clear)  # two processes must not talk to one worker


@atexit.register
def _end_all() -> None:
    with suppress(Empty):
        while True:
            _IDLE.get_nowait().end()
