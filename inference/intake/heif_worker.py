"""The process that lets libheif at a stranger's bytes. Run by ``heif.py``; see there for why.

A request says how much processor time (``seconds``) it may take and carries the file; the reply carries the EXIF and
ICC blocks, then, when pixels were asked for, the pixels. Taking more time ends the process with SIGPROF. It also ends
when its parent does, and when it is not asked for a while.
"""

import re
import resource
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

import pillow_heif
from PIL import Image

from inference.intake import wire
from inference.intake.limits import IDLE_S, reduction
from inference.intake.raster import reduced_rgb
from model.errors import PhotoRejected

MEMORY = 640 * 1024 * 1024
_LARGEST = 256 * 1024 * 1024
_STRIP = 256
"""Rows; a multiple of every reduction."""
_FAILURES = (OSError, ValueError, SyntaxError, RuntimeError, EOFError, LookupError, TypeError)
_TRUNCATED = re.compile(r"end of (file|data)|truncated|not enough|Extent|exceeds", re.IGNORECASE)
_BOMB = re.compile(r"memory|security limit", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back: ``facts`` as JSON, ``blocks`` as they are."""

    facts: dict[str, object]
    blocks: tuple[wire.Block, ...] = ()


def main(descriptor: int) -> None:
    """Serve requests on an inherited socket until the other end is closed or asks nothing for ``IDLE_S`` seconds."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    # Two threads halve the wait for a phone's tiles. What we do not read must not be parsed.
    pillow_heif.options.DECODE_THREADS = 2
    pillow_heif.options.THUMBNAILS = pillow_heif.options.DEPTH_IMAGES = pillow_heif.options.AUX_IMAGES = False
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    with socket.socket(fileno=descriptor) as parent, suppress(EOFError, OSError):
        while True:
            request, (data,) = wire.receive(parent, time.monotonic() + IDLE_S, most=_LARGEST)
            facts, blocks = _timed(bytes(data), request)
            wire.send(parent, facts, blocks, time.monotonic() + IDLE_S)


def _timed(data: bytes, request: dict[str, float]) -> tuple[dict[str, object], tuple[wire.Block, ...]]:
    """The answer, with the processor time that it took. The timer counts all threads, also inside libheif."""
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, max(request["seconds"], 1e-6))
    reply = answer(data, request)
    signal.setitimer(signal.ITIMER_PROF, 0)
    return reply.facts | {"seconds": time.process_time() - began}, reply.blocks


def answer(data: bytes, request: dict[str, float]) -> Reply:
    """Open the file; decode it when the request names a ``min_side``."""
    try:
        picture = _only_picture(data)
        width, height = picture.size
        facts: dict[str, object] = {"width": width, "height": height}
        blocks = (picture.info.get("exif") or b"", picture.info.get("icc_profile") or b"")
        if "min_side" not in request or width * height > request["max_pixels"]:
            return Reply(facts=facts, blocks=blocks)
        return Reply(facts=facts, blocks=(*blocks, _pixels(picture, int(request["min_side"]))))
    except PhotoRejected as problem:
        return Reply(facts={"rejected": problem.code, "detail": problem.detail})
    except (MemoryError, *_FAILURES) as problem:
        return Reply(facts={"rejected": f"photo.{_code(problem)}", "detail": str(problem)[:500]})


def _pixels(picture: pillow_heif.HeifImage, min_side: int) -> bytearray:
    """RGB of the reduced picture, made strip by strip: a large photo is not copied as a whole."""
    width, height = picture.size
    factor = reduction(width, height, min_side)
    rows, stride, pixels = memoryview(picture.data), picture.stride, bytearray()
    for top in range(0, height, _STRIP):
        size = (width, min(_STRIP, height - top))
        strip = rows[top * stride : (top + size[1]) * stride]
        image = Image.frombytes(picture.mode, size, strip, "raw", picture.mode, stride)
        pixels += reduced_rgb(image, factor).tobytes()
    return pixels


def _only_picture(data: bytes) -> pillow_heif.HeifImage:
    images = list(pillow_heif.open_heif(data))
    if len(images) != 1:
        raise PhotoRejected("animated" if images else "corrupt", f"HEIF with {len(images)} pictures")
    return images[0]


def _code(problem: Exception) -> str:
    if isinstance(problem, MemoryError) or _BOMB.search(str(problem)):
        return "decompression_bomb"
    return "truncated" if _TRUNCATED.search(str(problem)) else "corrupt"


if __name__ == "__main__":
    main(int(sys.argv[1]))
