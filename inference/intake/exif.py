"""The few facts of a photo's EXIF block that claims need. Broken EXIF never makes a photo unusable.

A reader of its own, because a general one follows makers' notes, warns on standard error and keeps coordinates.
Layout: TIFF 6.0 section 2, tags: EXIF 2.32 (CIPA DC-008).
"""

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

_ORIENTATION, _MAKE, _MODEL, _SOFTWARE, _DATE_TIME = 0x0112, 0x010F, 0x0110, 0x0131, 0x0132
_EXIF_IFD, _GPS_IFD, _DATE_TIME_ORIGINAL = 0x8769, 0x8825, 0x9003
_GPS_LATITUDE, _GPS_LONGITUDE = 2, 4
_ASCII, _SHORT, _LONG = 2, 3, 4
_MAX_ENTRIES = 500
_DATE = re.compile(r"(\d{4})[:\-/](\d\d)[:\-/](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_ORDERS: Mapping[bytes, Literal["little", "big"]] = {b"II*\0": "little", b"MM\0*": "big"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExifFacts:
    """``orientation`` 1..8 as stored; ``taken_at`` by the camera's clock, without a zone.

    ``has_location`` says that coordinates are present; the coordinates themselves are never kept.
    """

    orientation: int = 1
    taken_at: datetime | None = None
    make: str | None = None
    model: str | None = None
    software: str | None = None
    has_location: bool = False

    @classmethod
    def from_bytes(cls, block: bytes) -> Self:
        """Read a TIFF-structured EXIF block, with or without its ``Exif`` prefix. Never raises."""
        block = block.removeprefix(b"Exif\0\0")
        order = _ORDERS.get(block[:4])
        if order is None:
            return cls()
        main = _Directory(block, order, _number(block, 4, 4, order))
        details = main.below(_EXIF_IFD)
        place = main.below(_GPS_IFD)
        orientation = main.integer(_ORIENTATION)
        return cls(
            orientation=orientation if 1 <= orientation <= 8 else 1,
            taken_at=_moment(details.text(_DATE_TIME_ORIGINAL)) or _moment(main.text(_DATE_TIME)),
            make=main.text(_MAKE),
            model=main.text(_MODEL),
            software=main.text(_SOFTWARE),
            has_location=_GPS_LATITUDE in place.entries and _GPS_LONGITUDE in place.entries,
        )


class _Directory:
    """One IFD: tag → (type, count, position of the value field)."""

    def __init__(self, block: bytes, order: Literal["little", "big"], at: int) -> None:
        self.block, self.order = block, order
        self.entries: dict[int, tuple[int, int, int]] = {}
        for tag, kind, count, value_at in self._read(at):
            self.entries.setdefault(tag, (kind, count, value_at))

    def _read(self, at: int) -> Iterator[tuple[int, int, int, int]]:
        if at < 8:
            return
        mark = "<" if self.order == "little" else ">"
        for entry in range(min(_number(self.block, at, 2, self.order), _MAX_ENTRIES)):
            start = at + 2 + 12 * entry
            if start + 12 > len(self.block):
                return
            tag, kind, count = struct.unpack_from(f"{mark}HHL", self.block, start)
            yield tag, kind, count, start + 8

    def integer(self, tag: int) -> int:
        """The first SHORT or LONG of a tag, 0 when absent or of another type."""
        kind, count, at = self.entries.get(tag, (0, 0, 0))
        size = {_SHORT: 2, _LONG: 4}.get(kind, 0)
        return _number(self.block, at, size, self.order) if size and count else 0

    def text(self, tag: int) -> str | None:
        """Printable characters of an ASCII tag, at most 64; None when there are none."""
        kind, count, at = self.entries.get(tag, (0, 0, 0))
        if kind != _ASCII:
            return None
        start = at if count <= 4 else _number(self.block, at, 4, self.order)
        raw = self.block[start : start + min(count, 256)].split(b"\0")[0].decode("utf-8", "replace")
        return "".join(letter for letter in raw if letter.isprintable()).strip()[:64] or None

    def below(self, tag: int) -> "_Directory":
        """The directory that a tag points to, empty when it points nowhere."""
        return _Directory(self.block, self.order, self.integer(tag))


def _number(block: bytes, at: int, size: int, order: Literal["little", "big"]) -> int:
    return int.from_bytes(block[at : at + size], order)


def _moment(text: str | None) -> datetime | None:
    found = _DATE.match(text or "")
    if not found:
        return None
    year, month, day, hour, minute, second = found.groups()
    try:
        return datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:{second}")
    except ValueError:
        return None
