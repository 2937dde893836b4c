"""Where a photo was taken, by its own word: the GPS block of its EXIF. Personal data: sealed at rest, told nowhere.

Read here and not with the other facts of EXIF, so that nothing else ever holds coordinates. Layout: TIFF 6.0 section 2,
tags: EXIF 2.32 (CIPA DC-008) section 4.6.6.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from claims.fraud_case import Position
from inference.intake.heif import open_heif
from inference.intake.jpeg import open_jpeg
from inference.intake.limits import IntakeLimits, Stored
from inference.intake.png import open_png
from inference.intake.sniff import sniff
from inference.intake.webp import open_webp
from model.errors import PhotoRejected

_OPENERS: Final[Mapping[str, Callable[[bytes, IntakeLimits], Stored]]] = {
    "jpeg": open_jpeg,
    "png": open_png,
    "webp": open_webp,
    "heif": open_heif,
}
_GPS_IFD, _LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 0x8825, 1, 2, 3, 4
_ASCII, _LONG, _RATIONAL = 2, 4, 5
_MAX_ENTRIES = 500
_PARTS = (1, 60, 3600)
"""Degrees, minutes, seconds."""

Order = Literal["little", "big"]
_ORDERS: Final[Mapping[bytes, Order]] = {b"II*\0": "little", b"MM\0*": "big"}
Entry = tuple[int, int, bytes]
"""Type, count, and the four bytes that hold the value or say where it is."""


def position_of(content: bytes, limits: IntakeLimits) -> Position | None:
    """None for a file that cannot be read, and where the camera told no place or one that is not on Earth."""
    try:
        stored = _OPENERS[sniff(content)](content, limits)
    except PhotoRejected:
        return None
    return position_in(stored.exif)


def position_in(block: bytes) -> Position | None:
    """The place in a TIFF-structured EXIF block, with or without its ``Exif`` prefix. Never raises."""
    block = block.removeprefix(b"Exif\0\0")
    order = _ORDERS.get(block[:4])
    if order is None:
        return None
    kind, _, pointer = _entries(block, _int(block[4:8], order), order).get(_GPS_IFD, (0, 0, b""))
    if kind != _LONG:
        return None
    gps = _entries(block, _int(pointer, order), order)
    latitude = _degrees(block, gps, _LATITUDE, _LATITUDE_REF, {b"N": 1, b"S": -1}, order)
    longitude = _degrees(block, gps, _LONGITUDE, _LONGITUDE_REF, {b"E": 1, b"W": -1}, order)
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None  # zeros are what cameras write that have no fix yet
    try:
        return Position(latitude=latitude, longitude=longitude)
    except ValueError:
        return None


def _entries(block: bytes, at: int, order: Order) -> dict[int, Entry]:
    """The first entry of each tag of the directory at ``at``; none where that is no place for one."""
    found: dict[int, Entry] = {}
    count = _int(block[at : at + 2], order) if at >= 8 else 0
    for start in range(at + 2, at + 2 + 12 * min(count, _MAX_ENTRIES), 12):
        entry = block[start : start + 12]
        if len(entry) == 12:
            found.setdefault(_int(entry[:2], order), (_int(entry[2:4], order), _int(entry[4:8], order), entry[8:]))
    return found


def _degrees(
    block: bytes, gps: Mapping[int, Entry], tag: int, ref: int, signs: Mapping[bytes, int], order: Order
) -> float | None:
    """An angle of three rationals with its sign; None without either, or with a denominator of zero."""
    nothing = (0, 0, b"")
    (kind, count, pointer), (ref_kind, _, side) = gps.get(tag, nothing), gps.get(ref, nothing)
    sign = signs.get(side[:1]) if ref_kind == _ASCII else None
    at = _int(pointer, order)
    numbers = [_int(block[start : start + 4], order) for start in range(at, at + 24, 4)]
    parts, dividers = numbers[::2], numbers[1::2]
    if kind != _RATIONAL or count != len(_PARTS) or at + 24 > len(block) or sign is None or not all(dividers):
        return None
    return sign * sum(part / divider / unit for part, divider, unit in zip(parts, dividers, _PARTS, strict=True))


def _int(content: bytes, order: Order) -> int:
    return int.from_bytes(content, order)
