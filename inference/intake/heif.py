"""HEIC/HEIF. Turning and mirroring (irot, imir) is libheif's.

HEIF is a language of items that refer to one another: a small file can ask for any number of large tiles, and the HEVC
decoder behind it is the one of our decoders with a history of crashes. So libheif runs in a process of its own, whose
memory and processor time are limited.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from inference.intake.heif_process import WORKERS, Answer
from inference.intake.limits import Decoded, IntakeLimits, Stored, reduction
from model.errors import PhotoRejected

SECONDS = 4.5
"""Of processor time for one photo, however busy the machine is; 50 megapixels in 14 MB take 2.4 s."""
_SIZE_BOX = re.compile(rb"\x00\x00\x00\x14ispe")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHeif(Stored):
    """One still picture, coded with HEVC, in one piece or in tiles. Sizes are those of the upright photo.

    ``seconds`` of processor time are left for decoding it.
    """

    max_pixels: int
    seconds: float

    @property
    def bytes_per_pixel(self) -> int:
        """In the other process: libheif's planes, and its RGB or RGBA."""
        return 8

    def decode(self, min_side: int) -> Decoded:
        """See ``Stored.decode``."""
        request = {"min_side": min_side, "max_pixels": self.max_pixels}
        answer = _ask(self.data, request, self.max_pixels, self.seconds)
        factor = reduction(self.width, self.height, min_side)
        shape = (-(-self.height // factor), -(-self.width // factor), 3)
        size = (answer.facts.get("width"), answer.facts.get("height"))
        if len(answer.blocks) != 3 or size != (self.width, self.height) or len(answer.blocks[2]) != np.prod(shape):
            raise PhotoRejected("corrupt", f"decoded to {answer.facts}")
        return Decoded(np.frombuffer(answer.blocks[2], np.uint8).reshape(shape), factor)


def open_heif(data: bytes, limits: IntakeLimits) -> StoredHeif:
    """Walk the boxes of a HEIF file and find its one picture. Rejects sequences and collections."""
    limits.check_bytes(len(data), heif=True)
    _check_boxes(data)
    for found in _SIZE_BOX.finditer(data, 0, 1 << 20):
        width, height = (int.from_bytes(data[found.end() + at : found.end() + at + 4]) for at in (4, 8))
        if width * height > limits.max_pixels:
            limits.check_size(width, height)
    answer = _ask(data, {"max_pixels": limits.max_pixels}, limits.max_pixels, SECONDS)
    width, height, exif, icc = _facts(answer)
    limits.check_size(width, height)
    return StoredHeif(
        data=data,
        width=width,
        height=height,
        exif=exif,
        icc=icc,
        max_pixels=limits.max_pixels,
        seconds=SECONDS - answer.seconds,
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


def _ask(data: bytes, request: Mapping[str, float], max_pixels: int, seconds: float) -> Answer:
    """One request to the decoding process. Raises the rejection that it answers with."""
    # What comes back: the metadata, which are part of the file, and RGB.
    answer = WORKERS.ask(data, {**request, "seconds": seconds}, most=2 * len(data) + 3 * max_pixels)
    if "rejected" in answer.facts:
        raise PhotoRejected(str(answer.facts["rejected"]).removeprefix("photo."), str(answer.facts.get("detail")))
    return answer


def _facts(answer: Answer) -> tuple[int, int, bytes, bytes]:
    """Width, height, EXIF and ICC. The process has seen the stranger's bytes, so its answer is checked like them."""
    size: list[Any] = [answer.facts.get("width"), answer.facts.get("height")]
    if len(answer.blocks) != 2 or not all(isinstance(side, int) for side in size):
        raise PhotoRejected("corrupt", f"opened as {answer.facts}")
    return size[0], size[1], bytes(answer.blocks[0]), bytes(answer.blocks[1])
