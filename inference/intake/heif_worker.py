"""The process that lets libheif at a stranger's bytes. Run by ``heif.py``; see there for why.

A request is one JSON message and one with the file; the reply is one JSON message, then the EXIF and ICC blocks, then,
when pixels were asked for, the pixels. The process ends when its parent does.
"""

import json
import re
import resource
import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np
import pillow_heif

from inference.intake.raster import to_rgb
from model.errors import PhotoRejected

MEMORY = 1000 * 1024 * 1024
_FAILURES = (OSError, ValueError, SyntaxError, RuntimeError, EOFError, LookupError, TypeError)
_TRUNCATED = re.compile(r"end of (file|data)|truncated|not enough|Extent|exceeds", re.IGNORECASE)
_BOMB = re.compile(r"memory|security limit", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back: ``facts`` as JSON, ``blocks`` as they are."""

    facts: dict[str, object]
    blocks: tuple[bytes, ...] = ()


def main(descriptor: int) -> None:
    """Serve requests on an inherited socket until the other end is closed."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    # Two threads halve the wait for a phone's tiles. What we do not read must not be parsed.
    pillow_heif.options.DECODE_THREADS = 2
    pillow_heif.options.THUMBNAILS = pillow_heif.options.DEPTH_IMAGES = pillow_heif.options.AUX_IMAGES = False
    with Connection(descriptor) as parent:
        while True:
            try:
                request, data = json.loads(parent.recv_bytes()), parent.recv_bytes()
            except EOFError:
                return
            reply = answer(data, request)
            parent.send_bytes(json.dumps(reply.facts | {"blocks": len(reply.blocks)}).encode())
            for block in reply.blocks:
                parent.send_bytes(block)


def answer(data: bytes, request: dict[str, int]) -> Reply:
    """Open the file; decode it when the request names a ``min_side``."""
    try:
        picture = _only_picture(data)
        width, height = picture.size
        facts: dict[str, object] = {"width": width, "height": height}
        blocks = (picture.info.get("exif") or b"", picture.info.get("icc_profile") or b"")
        if "min_side" not in request or width * height > request["max_pixels"]:
            return Reply(facts=facts, blocks=blocks)
        decoded = to_rgb(picture.to_pillow(), request["min_side"])
        facts |= {"factor": decoded.factor, "shape": decoded.pixels.shape}
        return Reply(facts=facts, blocks=(*blocks, np.ascontiguousarray(decoded.pixels).tobytes()))
    except PhotoRejected as problem:
        return Reply(facts={"rejected": problem.code, "detail": problem.detail})
    except (MemoryError, *_FAILURES) as problem:
        return Reply(facts={"rejected": f"photo.{_code(problem)}", "detail": str(problem)})


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
