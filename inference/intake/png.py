"""PNG: the chunks are walked and their checksums verified before Pillow sees the file."""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from inference.intake.limits import Decoded, IntakeLimits, Stored
from inference.intake.raster import to_rgb
from model.errors import PhotoRejected

_MAX_CHUNKS = 50_000
_MAX_DEFLATE_RATIO = 1032
"""Deflate cannot expand further, so fewer bytes than this cannot fill the picture. Source: zlib technical notes."""
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_ONCE = {b"IHDR", b"PLTE"}
_CRITICAL = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPng(Stored):
    """Every colour type and bit depth; transparent pixels are laid on neutral grey."""

    @property
    def bytes_per_pixel(self) -> int:
        """Pillow's picture of four bytes a pixel, and its copy with averaged or converted colours."""
        return 9

    def decode(self, min_side: int) -> Decoded:
        """See ``Stored.decode``."""
        return _decode(self.data, min_side)


def open_png(data: bytes, limits: IntakeLimits) -> StoredPng:
    """Walk the chunks of a PNG. Rejects an animated one, and one whose data cannot fill the picture."""
    chunks: dict[bytes, bytes] = {}
    packed = 0
    for kind, body in _chunks(data):
        if kind == b"acTL":
            raise PhotoRejected("animated", "APNG")
        if kind in _ONCE and kind in chunks:
            # Readers differ in which of two they obey, so a limit checked on one says nothing about the other.
            raise PhotoRejected("corrupt", f"{kind.decode()} twice")
        if kind == b"IDAT":
            packed += len(body)
        else:
            chunks.setdefault(kind, body)
    stored = _stored(data, chunks)
    limits.check_size(stored.width, stored.height)
    _check_packed(chunks[b"IHDR"], packed)
    return stored


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    for _ in range(_MAX_CHUNKS):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data):
            raise PhotoRejected("truncated", f"chunk {kind!r} ends beyond the file")
        body = data[at + 8 : end - 4]
        if kind in _CRITICAL and zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(data[end - 4 : end]):
            raise PhotoRejected("corrupt", f"checksum of {kind!r}")
        yield kind, body
        if kind == b"IEND":
            return
        at = end
    raise PhotoRejected("corrupt", f"more than {_MAX_CHUNKS} chunks")


def _stored(data: bytes, chunks: dict[bytes, bytes]) -> StoredPng:
    start = chunks.get(b"IHDR", b"")
    if next(iter(chunks), b"") != b"IHDR" or len(start) != 13 or start[9] not in _CHANNELS:
        raise PhotoRejected("corrupt", "IHDR")
    width, height = int.from_bytes(start[:4]), int.from_bytes(start[4:8])
    return StoredPng(data=data, width=width, height=height, exif=chunks.get(b"eXIf", b""), icc=_profile(chunks))


def _profile(chunks: dict[bytes, bytes]) -> bytes:
    """The ICC profile, at most 1 MiB of it: a name, a method byte, then deflated data."""
    _, _, packed = chunks.get(b"iCCP", b"").partition(b"\0")
    try:
        return zlib.decompressobj().decompress(packed[1:], 1 << 20)
    except zlib.error:
        return b""


def _check_packed(start: bytes, packed: int) -> None:
    width, height = int.from_bytes(start[:4]), int.from_bytes(start[4:8])
    unpacked = height * (1 + width * start[8] * _CHANNELS[start[9]] // 8)
    if packed == 0:
        raise PhotoRejected("truncated", "no pixel data")
    if unpacked > packed * _MAX_DEFLATE_RATIO + 1024:
        raise PhotoRejected("truncated", f"{packed} bytes cannot hold {unpacked}")


def _decode(data: bytes, min_side: int) -> Decoded:
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            image.load()
            return to_rgb(image, min_side)
    except Image.DecompressionBombError as problem:
        raise PhotoRejected("decompression_bomb", str(problem)) from problem
    except UnidentifiedImageError as problem:
        raise PhotoRejected("corrupt", "not readable as PNG") from problem
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, LookupError, TypeError) as problem:
        raise PhotoRejected(_code(str(problem)), str(problem)) from problem


def _code(message: str) -> str:
    if "too large" in message or "Too much memory" in message:
        return "decompression_bomb"
    return "truncated" if "truncated" in message or "premature" in message else "corrupt"
