"""JPEG through libjpeg-turbo, at reduced scale, with the decoder's own warnings taken seriously.

Pillow and OpenCV show grey where data are missing and say nothing; ``simplejpeg`` in strict mode reports it. A
multi-picture file (MPO, Ultra HDR, motion photo) is its first picture: phones write them for ordinary photos.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from inference.intake.limits import Decoded, IntakeLimits, Pixels, Stored, reduction
from model.errors import PhotoRejected

_EOI = b"\xff\xd9"
_SOS = re.compile(rb"\xff\xda")
_MARKER = re.compile(rb"\xff[^\xff]", re.DOTALL)
_PADDING = re.compile(r"(\d+) extraneous bytes before marker 0xd9")
_FRAMES = {0xC0, 0xC1, 0xC2}
_OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_MAX_SEGMENTS = 2000
_PADDING_SHARE = 0.01
_STRIP = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredJpeg(Stored):
    """``components``: 1 grey, 3 colour, 4 CMYK or YCCK; ``adobe``: CMYK values are stored inverted.

    ``scan`` is the header of the first scan, marker included; ``several_scans``: the picture is not complete after it.
    """

    components: int
    adobe: bool
    scan: bytes = field(repr=False)
    several_scans: bool

    @property
    def bytes_per_pixel(self) -> int:
        """A picture in several scans is held as coefficients of two bytes until the last one; else only a few rows."""
        return 2 * self.components if self.several_scans else 0

    def decode(self, min_side: int) -> Decoded:
        """See ``Stored.decode``. The factor is 1, 2, 4 or 8."""
        factor = reduction(self.width, self.height, min_side)
        if self.components == 4:
            return Decoded(_rgb_of_cmyk(_decode(self, factor, "CMYK"), inverted=self.adobe), factor)
        return Decoded(_decode(self, factor, "RGB"), factor)


def open_jpeg(data: bytes, limits: IntakeLimits) -> StoredJpeg:
    """Read the headers of a baseline or progressive JPEG: 8 bits; grey, colour, CMYK or YCCK."""
    found = _Found()
    for marker, body in _segments(data):
        _take(found, marker, body)
    stored = _stored(data, found)
    limits.check_size(stored.width, stored.height)
    if stored.several_scans:
        _check_scans(data, limits)
    return stored


@dataclass(slots=True)
class _Found:
    frame: bytes = b""
    marker: int = 0
    scan: bytes = b""
    exif: bytes = b""
    adobe: bool = False
    icc: dict[int, bytes] = field(default_factory=dict)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and body of each segment up to and including the first SOS."""
    at = 2
    for _ in range(_MAX_SEGMENTS):
        found = _MARKER.search(data, at)
        if found is None or found.end() + 2 > len(data):
            raise PhotoRejected("truncated", "ends within the headers")
        at = found.end() - 2
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker in {0x00, 0x01} or 0xD0 <= marker <= 0xD8:
            at += 2
            continue
        if marker == 0xD9 or length < 2:
            raise PhotoRejected("corrupt", f"marker {marker:#x} within the headers")
        if at + 2 + length > len(data):
            raise PhotoRejected("truncated", "ends within a header segment")
        yield marker, data[at + 4 : at + 2 + length]
        if marker == 0xDA:
            return
        at += 2 + length
    raise PhotoRejected("corrupt", f"more than {_MAX_SEGMENTS} header segments")


def _take(found: _Found, marker: int, body: bytes) -> None:
    if marker == 0xDA:
        found.scan = body
    elif marker in _FRAMES:
        if found.frame:
            raise PhotoRejected("corrupt", "two frame headers")
        found.frame, found.marker = body, marker
    elif marker in _OTHER_FRAMES:
        raise PhotoRejected("unsupported_format", f"SOF{marker - 0xC0}", format="JPEG (special coding)")
    elif marker == 0xE1 and body.startswith(b"Exif\0\0") and not found.exif:
        found.exif = body[6:]
    elif marker == 0xE2 and body.startswith(b"ICC_PROFILE\0") and len(body) > 14:
        found.icc[body[12]] = body[14:]
    elif marker == 0xEE and body.startswith(b"Adobe"):
        found.adobe = True


def _stored(data: bytes, found: _Found) -> StoredJpeg:
    frame = found.frame
    if len(frame) < 6 or len(frame) < 6 + 3 * frame[5]:
        raise PhotoRejected("corrupt", "no frame header, or a short one")
    if frame[0] != 8 or frame[5] not in {1, 3, 4}:
        detail = f"{frame[0]} bits, {frame[5]} components"
        raise PhotoRejected("unsupported_format", detail, format="JPEG (special coding)")
    return StoredJpeg(
        data=data,
        width=int.from_bytes(frame[3:5]),
        height=int.from_bytes(frame[1:3]),
        exif=found.exif,
        icc=b"".join(found.icc[key] for key in sorted(found.icc)),
        components=frame[5],
        adobe=found.adobe,
        scan=b"\xff\xda" + (len(found.scan) + 2).to_bytes(2) + found.scan,
        several_scans=found.marker == 0xC2 or found.scan[:1] < bytes([frame[5]]),
    )


def _check_scans(data: bytes, limits: IntakeLimits) -> None:
    # Thumbnails and further pictures of a multi-picture file count too: they hold few scans each.
    scans = sum(1 for _ in _SOS.finditer(data))
    if scans > limits.max_scans:
        raise PhotoRejected("decompression_bomb", f"{scans} scans")


def _decode(stored: StoredJpeg, factor: int, colorspace: str) -> Pixels:
    try:
        return _decode_strictly(stored, factor, colorspace)
    except ValueError as problem:
        message = str(problem)
    mended = _mended(stored, message)
    if mended:
        return _decode(mended, factor, colorspace)
    if not _only_padding(message, len(stored.data)):
        raise PhotoRejected("truncated" if "remature end" in message else "corrupt", message)
    try:
        return _decode_strictly(stored, factor, colorspace, strict=False)
    except ValueError as problem:
        raise PhotoRejected("corrupt", str(problem)) from problem


def _mended(stored: StoredJpeg, message: str) -> StoredJpeg | None:
    """Repair what some cameras get wrong, so that strict decoding can say whether anything else is wrong."""
    if message.startswith("Premature end of JPEG file") and not stored.data.endswith(_EOI):
        return replace(stored, data=stored.data + _EOI)
    whole = stored.scan[:-3] + b"\x00\x3f\x00"
    if message.startswith("Invalid SOS parameters") and stored.scan != whole:
        return replace(stored, data=stored.data.replace(stored.scan, whole, 1), scan=whole)
    return None


def _decode_strictly(stored: StoredJpeg, factor: int, colorspace: str, *, strict: bool = True) -> Pixels:
    import simplejpeg

    width, height = -(-stored.width // factor), -(-stored.height // factor)
    pixels: Pixels = simplejpeg.decode_jpeg(
        stored.data, colorspace, min_width=width, min_height=height, min_factor=factor, strict=strict
    )
    if pixels.shape[:2] != (height, width):
        raise PhotoRejected("corrupt", f"decoded to {pixels.shape}, expected {height}x{width}")
    return pixels


def _only_padding(message: str, size: int) -> bool:
    # Only the first warning is reported: before the end marker there can be no other.
    padding = _PADDING.search(message)
    return padding is not None and int(padding[1]) <= size * _PADDING_SHARE


def _rgb_of_cmyk(cmyk: Pixels, *, inverted: bool) -> Pixels:
    """What is left of white when each ink and then black covers its share; in strips to save memory."""
    rgb = np.empty((*cmyk.shape[:2], 3), np.uint8)
    for top in range(0, len(cmyk), _STRIP):
        strip = cmyk[top : top + _STRIP]
        paper = strip.astype(np.uint16) if inverted else 255 - strip.astype(np.uint16)
        rgb[top : top + _STRIP] = (paper[..., :3] * paper[..., 3:] + 127) // 255
    return rgb
