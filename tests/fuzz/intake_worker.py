"""Reads photos from standard input in a process of its own, so that a crash or a hang is seen from outside.

Request: min_side and length as two little-endian uint32, then the bytes. Reply: one JSON line.
"""

import json
import resource
import struct
import sys
import time

import numpy as np

from inference.fingerprint import perceptual_hash
from inference.images import IntakeLimits, Photo, read_photo
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


def main() -> None:
    """Serve until standard input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    while request := sys.stdin.buffer.read(8):
        min_side, length = struct.unpack("<II", request)
        data = sys.stdin.buffer.read(length)
        start = time.process_time()  # of the processor: the wall clock of a busy machine says nothing about the input
        outcome = read(data, min_side)
        seconds = time.process_time() - start
        mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sys.stdout.write(json.dumps({"outcome": outcome, "seconds": seconds, "mebibytes": mebibytes}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
