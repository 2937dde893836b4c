"""WebP: the RIFF chunks are walked before libwebp sees the file.

OpenCV decodes a still picture in one buffer; Pillow's plugin plays it as an animation, which takes three times the
memory (50 megapixels: 457 against 1,152 MiB).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inference.intake.limits import Decoded, IntakeLimits, Pixels, Stored, reduction
from inference.intake.raster import NEUTRAL
from model.errors import PhotoRejected

_MAX_CHUNKS = 1000
_PICTURE = {b"VP8 ", b"VP8L"}
_STRIP = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWebp(Stored):
    """Lossy or lossless, with or without transparency."""

    @property
    def bytes_per_pixel(self) -> int:
        """libwebp's own picture, and OpenCV's."""
        return 9

    def decode(self, min_side: int) -> Decoded:
        """See ``Stored.decode``."""
        factor = reduction(self.width, self.height, min_side)
        return Decoded(_rgb(_shrunk(_decode(self), factor)), factor)


def open_webp(data: bytes, limits: IntakeLimits) -> StoredWebp:
    """Walk the RIFF chunks of a WebP. Rejects an animated one."""
    chunks: dict[bytes, bytes] = {}
    for kind, body in _chunks(data):
        if kind in {b"ANIM", b"ANMF"}:
            raise PhotoRejected("animated", "WebP")
        if kind in _PICTURE and not _PICTURE.isdisjoint(chunks):
            # Readers differ in which of two they obey, so a limit checked on one says nothing about the other.
            raise PhotoRejected("corrupt", "two pictures")
        chunks.setdefault(kind, body)
    width, height = _size(chunks)
    limits.check_size(width, height)
    exif, icc = chunks.get(b"EXIF", b""), chunks.get(b"ICCP", b"")
    return StoredWebp(data=data, width=width, height=height, exif=exif, icc=icc)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise PhotoRejected("truncated", f"RIFF of {end} bytes in a file of {len(data)}")
    at = 12
    for _ in range(_MAX_CHUNKS):
        if at + 8 > end:
            return
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + length > end:
            raise PhotoRejected("truncated", f"chunk {data[at : at + 4]!r} ends beyond the file")
        yield data[at : at + 4], data[at + 8 : at + 8 + length]
        at += 8 + length + (length & 1)
    raise PhotoRejected("corrupt", f"more than {_MAX_CHUNKS} chunks")


def _size(chunks: dict[bytes, bytes]) -> tuple[int, int]:
    """Width and height of the bitstream, which must fill the canvas that ``VP8X`` declares."""
    if b"VP8L" in chunks:
        size = _lossless_size(chunks[b"VP8L"])
    elif b"VP8 " in chunks:
        size = _lossy_size(chunks[b"VP8 "])
    else:
        raise PhotoRejected("truncated", "no picture chunk")
    canvas = chunks.get(b"VP8X")
    if canvas is not None and _canvas_size(canvas) != size:
        raise PhotoRejected("corrupt", f"canvas {_canvas_size(canvas)} around a picture of {size}")
    return size


def _lossy_size(body: bytes) -> tuple[int, int]:
    if len(body) < 10 or body[3:6] != b"\x9d\x01\x2a":
        raise PhotoRejected("corrupt", "VP8 frame header")
    return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF


def _lossless_size(body: bytes) -> tuple[int, int]:
    if len(body) < 5 or body[0] != 0x2F:
        raise PhotoRejected("corrupt", "VP8L header")
    bits = int.from_bytes(body[1:5], "little")
    return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1


def _canvas_size(body: bytes) -> tuple[int, int]:
    if len(body) < 10:
        raise PhotoRejected("corrupt", "VP8X header")
    if body[0] & 0x02:
        raise PhotoRejected("animated", "WebP")
    return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1


def _decode(stored: StoredWebp) -> Pixels:
    """BGR or BGRA."""
    try:
        pixels = cv2.imdecode(np.frombuffer(stored.data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as problem:
        raise PhotoRejected("corrupt", str(problem)) from problem
    if pixels is None or pixels.shape[:2] != (stored.height, stored.width) or pixels.shape[2] not in {3, 4}:
        raise PhotoRejected("corrupt", "libwebp could not decode it")
    return pixels.astype(np.uint8, copy=False)


def _shrunk(pixels: Pixels, factor: int) -> Pixels:
    """Average blocks of ``factor`` squared pixels; the last row and column of blocks may be partial."""
    if factor == 1:
        return pixels
    height, width = pixels.shape[:2]
    padded = cv2.copyMakeBorder(pixels, 0, -height % factor, 0, -width % factor, cv2.BORDER_REPLICATE)
    size = (padded.shape[1] // factor, padded.shape[0] // factor)
    return cv2.resize(padded, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _rgb(pixels: Pixels) -> Pixels:
    """RGB of BGR or BGRA; transparent pixels are laid on neutral grey, in strips to save memory."""
    rgb = np.empty((*pixels.shape[:2], 3), np.uint8)
    for top in range(0, len(pixels), _STRIP):
        strip = pixels[top : top + _STRIP]
        rgb[top : top + _STRIP] = strip[..., 2::-1] if strip.shape[2] == 3 else _on_neutral(strip)
    return rgb


def _on_neutral(strip: Pixels) -> npt.NDArray[np.uint16]:
    alpha = strip[..., 3:].astype(np.uint16)
    blended: npt.NDArray[np.uint16] = strip[..., 2::-1] * alpha + np.array(NEUTRAL, np.uint16) * (255 - alpha)
    return (blended + 127) // 255
