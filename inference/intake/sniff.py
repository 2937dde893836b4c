"""What the bytes are, whatever the file is called."""

import re
from collections.abc import Callable

from model.errors import PhotoRejected

HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2"})
HEIF_SEQUENCE_BRANDS = frozenset({b"hevc", b"hevx", b"hevm", b"hevs", b"msf1", b"avis"})

_PREFIXES: tuple[tuple[bytes, str], ...] = (
    (b"BM", "BMP"),
    (b"8BPS", "PSD"),
    (b"\x00\x00\x01\x00", "ICO"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "GZIP"),
    (b"\x1aE\xdf\xa3", "MKV"),
    (b"FUJIFILMCCD-RAW", "RAW"),
)
_OFFICE = re.compile(rb"word/|xl/|ppt/|mimetypeapplication/")
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_MARKUP = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<(?:\?xml|!doctype|!--|html|svg|head|body)", re.IGNORECASE)
_SMUGGLED = re.compile(rb"<svg[\s>]|<html[\s>]|<script[\s>]|<\?php", re.IGNORECASE)
_HEAD = 1024
_TAIL = 65_557
"""A ZIP's closing record is 22 bytes and a comment of at most 65,535."""


def sniff(data: bytes) -> str:
    """``jpeg``, ``png``, ``webp`` or ``heif``; everything else is rejected by the name of what it is.

    Raises ``photo.unknown_format``, ``photo.unsupported_format``, ``photo.is_document``, ``photo.is_video``,
    ``photo.animated`` or, for a photo that is something else at the same time, ``photo.polyglot``.
    """
    kind = _photo_kind(data)
    if not kind:
        raise _named(data)
    _reject_polyglot(data)
    return kind


def _photo_kind(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        brands = _brands(data)
        if HEIF_SEQUENCE_BRANDS & set(brands[:1]):
            raise PhotoRejected("animated", "HEIF image sequence")
        if b"avif" not in brands and HEIF_BRANDS & set(brands):
            return "heif"
    return ""


def _brands(data: bytes) -> list[bytes]:
    size = min(int.from_bytes(data[:4]), 512, len(data))
    return [data[8:12], *(data[at : at + 4] for at in range(16, size - 3, 4))]


def _named(data: bytes) -> PhotoRejected:
    for name in _NAMERS:
        rejection = name(data)
        if rejection:
            return rejection
    return PhotoRejected("unknown_format")


def _gif(data: bytes) -> PhotoRejected | None:
    if not data.startswith((b"GIF87a", b"GIF89a")):
        return None
    if _gif_has_second_frame(data):
        return PhotoRejected("animated", "GIF")
    return PhotoRejected("unsupported_format", format="GIF")


def _gif_has_second_frame(data: bytes) -> bool:
    """Walk the blocks of a GIF (GIF89a specification, section 20 on) to its second image descriptor."""
    at, frames = 13 + _colour_table(data[10:11]), 0
    while at < len(data) and data[at] in {0x21, 0x2C}:
        frames += data[at] == 0x2C
        if frames > 1:
            return True
        at += 2 if data[at] == 0x21 else 11 + _colour_table(data[at + 9 : at + 10])
        while at < len(data) and data[at]:
            at += data[at] + 1
        at += 1
    return False


def _colour_table(flags: bytes) -> int:
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0


def _tiff(data: bytes) -> PhotoRejected | None:
    if not data.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return None
    order = "little" if data[0] == 0x49 else "big"
    first = int.from_bytes(data[4:8], order)  # type: ignore[arg-type]
    entries = int.from_bytes(data[first : first + 2], order)  # type: ignore[arg-type]
    following = data[first + 2 + 12 * entries :][:4]
    if any(following) and data[2] == 42:
        return PhotoRejected("animated", "TIFF with several pages")
    return PhotoRejected("unsupported_format", format="TIFF")


def _iso_media(data: bytes) -> PhotoRejected | None:
    if data[4:8] not in {b"ftyp", b"moov", b"mdat", b"wide", b"free"}:
        return None
    if data[4:8] == b"ftyp" and b"avif" in _brands(data):
        return PhotoRejected("unsupported_format", format="AVIF")
    return PhotoRejected("is_video")


def _document(data: bytes) -> PhotoRejected | None:
    if b"%PDF-" in data[:_HEAD]:
        return PhotoRejected("is_document", format="PDF")
    if data.startswith(b"\xd0\xcf\x11\xe0") or (data.startswith(b"PK\x03\x04") and _OFFICE.search(data[:8192])):
        return PhotoRejected("is_document", format="Office")
    if _SVG.search(data[:8192]) and _MARKUP.search(data[:_HEAD]):
        return PhotoRejected("unsupported_format", format="SVG")
    if _MARKUP.search(data[:_HEAD]):
        return PhotoRejected("is_document", format="HTML")
    return None


def _other(data: bytes) -> PhotoRejected | None:
    for prefix, name in _PREFIXES:
        if data.startswith(prefix):
            return PhotoRejected("unsupported_format", format=name)
    if data.startswith(b"RIFF") and data[8:12] == b"AVI ":
        return PhotoRejected("is_video")
    return None


_NAMERS: tuple[Callable[[bytes], PhotoRejected | None], ...] = (_gif, _tiff, _iso_media, _document, _other)


def _reject_polyglot(data: bytes) -> None:
    """A photo that other programs open as a document, an archive or a page.

    Motion photos (a video after the picture), further pictures, padding and makers' trailers are left alone.
    """
    if b"%PDF-" in data[:_HEAD]:
        raise PhotoRejected("polyglot", "PDF header", format="PDF")
    tail = data[-_TAIL:]
    at = tail.rfind(b"PK\x05\x06")
    if at >= 0 and _closes_archive(tail[at:]):
        raise PhotoRejected("polyglot", "ZIP directory at the end", format="ZIP")
    markup = _SMUGGLED.search(tail)
    if markup:
        raise PhotoRejected("polyglot", f"{markup[0]!r} near the end", format="HTML/SVG")


def _closes_archive(record: bytes) -> bool:
    # Readers tolerate bytes after the comment, so only the record's own shape is asked for.
    return len(record) >= 22 and record[4:8] == b"\0\0\0\0" and record[8:10] == record[10:12]
