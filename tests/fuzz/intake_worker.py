"""Reads photos from standard input in a process of its own, so that a crash or a hang is seen from outside.

Request: min_side and length as two little-endian uint32, then the bytes. Reply: one JSON line. The processes that
decode HEIF for this one are counted with it.
"""

import json
import os
import resource
import struct
import sys
import time
from pathlib import Path

import numpy as np

from inference.fingerprint import perceptual_hash
from inference.images import IntakeLimits, Photo, read_photo
from inference.intake.heif_process import WORKERS
from model.errors import PhotoRejected

ADDRESS_SPACE = 3 << 30


def read(data: bytes, min_side: int) -> str:
    """``ok`` or the code of the rejection; anything else that is raised ends the process and so the test."""
    try:
        photo = read_photo(data, name="fuzz", limits=IntakeLimits(), min_side=min_side)
    except PhotoRejected as rejection:
        return rejection.code
    check(photo, min_side)
    return "ok"


def check(photo: Photo, min_side: int) -> None:
    """What every accepted photo promises."""
    height, width = photo.pixels.shape[:2]
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.flags.c_contiguous
    assert photo.width * photo.height <= IntakeLimits().max_pixels
    assert max(height, width) >= min(min_side, max(photo.width, photo.height))
    assert 0 <= width * photo.scale - photo.width < photo.scale
    assert perceptual_hash(photo.pixels) >= 0


def children() -> tuple[float, float]:
    """Processor seconds of all children until now; peak memory in MiB, of those that ended or of those that wait."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds, peak = ended.ru_utime + ended.ru_stime, 0.0
    for process in WORKERS.processes():
        folder = Path(f"/proc/{process.pid}")
        user, system = (folder / "stat").read_text().rpartition(")")[2].split()[11:13]
        seconds += (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
        peak += peak_mebibytes(folder)
    return seconds, max(peak, ended.ru_maxrss / 1024)


def peak_mebibytes(process: Path) -> float:
    """Peak memory of a living process; ``ru_maxrss`` would count that of its parent at the fork."""
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024


def main() -> None:
    """Serve until standard input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    while request := sys.stdin.buffer.read(8):
        min_side, length = struct.unpack("<II", request)
        data = sys.stdin.buffer.read(length)
        # Of the processor: the wall clock of a busy machine says nothing about the input.
        start, children_start = time.process_time(), children()[0]
        outcome = read(data, min_side)
        seconds = time.process_time() - start
        children_seconds, children_peak = children()
        own_peak = peak_mebibytes(Path("/proc/self"))
        reply = {
            "outcome": outcome,
            "seconds": seconds + children_seconds - children_start,
            "children_seconds": children_seconds - children_start,
            "mebibytes": own_peak + children_peak,
            "children_mebibytes": children_peak,
        }
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
