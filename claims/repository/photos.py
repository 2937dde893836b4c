"""Photos of cases: one row for each different file of a case. The files are in the photo store."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, insert, or_, select

from claims.fraud_case import Position
from claims.repository import observations
from claims.repository.book import Book
from claims.repository.rows import columns_of, insert_once, next_position, notes_json, notes_of, record
from claims.tables import materials, offers, payments, photo_bands, photos
from inference.fingerprint import NEAR_DUPLICATE_DISTANCE, near_duplicate
from model.notes import Note

_BANDS: Final = ((51, 13), (38, 13), (25, 13), (12, 13), (0, 12))
"""Shift and width of each; one more than the bits in which near-copies may differ, so one band is the same."""

_FILES: Final = (photos.c.sha256, materials.c.sha256, offers.c.signature_sha256, payments.c.proof_sha256)
"""Every column that names a file of the photo store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """One file of a case. ``size`` in bytes, ``width`` and ``height`` in px of the upright photo.

    ``phash`` is its perceptual hash of 64 bits; both are None for a file that cannot be read. ``verdict`` says why a
    photo is not ``usable``, or what is wrong with it all the same. ``position`` counts from 0 within the case.
    """

    id: UUID
    claim: UUID
    sha256: str
    position: int = 0
    added_at: datetime
    added_by: str
    size: int
    media_type: str
    width: int | None = None
    height: int | None = None
    taken_at: datetime | None = None
    phash: int | None = None
    usable: bool
    verdict: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A photo of another case that shows the same picture; ``exact``: it is the same file."""

    photo: Photo = field(repr=False)
    exact: bool


def add(book: Book, photo: Photo, place: Position | None = None) -> tuple[Photo, bool]:
    """The photo of the case, and whether it is new. The same file twice is one photo; one that could not be used, and
    now can, is new in its old place. ``place`` is where it was taken, by its own word.

    The caller has locked the case (``claims.locked``); the file is in the store.
    """
    there = get(book, photo.claim, photo.sha256)
    if there is not None and (there.usable or not photo.usable):
        return there, False
    if there is None:
        placed = replace(photo, position=next_position(book.connection, photos, photo.claim))
    else:
        placed = replace(photo, id=there.id, position=there.position)
        _remove(book, photos.c.id == there.id)
    insert_once(book.connection, photos, columns_of(placed, **_stored(book, placed, place)), on=["id"])
    if placed.phash is not None:
        rows = [{"photo": placed.id, "band": band, "bits": bits} for band, bits in enumerate(_bands(placed.phash))]
        book.connection.execute(insert(photo_bands), rows)
    return placed, True


def of_claim(book: Book, claim: UUID) -> tuple[Photo, ...]:
    """The photos of a case in the order in which they came."""
    query = select(photos).where(photos.c.claim == claim).order_by(photos.c.position)
    return tuple(map(_photo, book.connection.execute(query)))


def get(book: Book, claim: UUID, sha256: str) -> Photo | None:
    """One photo of a case by its file."""
    query = select(photos).where(photos.c.claim == claim, photos.c.sha256 == sha256)
    row = book.connection.execute(query).one_or_none()
    return None if row is None else _photo(row)


def places(book: Book, claim: UUID) -> Mapping[str, Position]:
    """Where the photos of a case were taken, by their SHA-256; nothing for those that do not say."""
    query = select(photos).where(photos.c.claim == claim, photos.c.position_sealed.is_not(None))
    rows = book.connection.execute(query).all()
    told = {row.sha256: book.opened(row.position_sealed, "photos", row.id, "position") for row in rows}
    pairs = {sha256: json.loads(text) for sha256, text in told.items() if text is not None}
    return {sha256: Position(latitude=pair[0], longitude=pair[1]) for sha256, pair in pairs.items()}


def is_known(book: Book, sha256: str) -> bool:
    """Whether any row names this file, as a photo or otherwise: what the sweep of the photo store asks."""
    named = (select(column.table.c.id).where(column == sha256).limit(1) for column in _FILES)
    found = any(book.connection.execute(query).first() is not None for query in named)
    return found or observations.is_known(book, sha256)


def elsewhere(book: Book, claim: UUID, *, sha256: str, phashes: Iterable[int]) -> tuple[Match, ...]:
    """Photos of other cases that are the same file, or near-copies by any of ``phashes``, the oldest first.

    ``phashes`` are those of the photo and its turned and mirrored copies. None that is near enough is overlooked.
    """
    wanted = tuple(phashes)
    pairs = {(band, bits) for phash in wanted for band, bits in enumerate(_bands(phash))}
    alike = [(photo_bands.c.band == band) & (photo_bands.c.bits == bits) for band, bits in sorted(pairs)]
    near = photos.c.id.in_(select(photo_bands.c.photo).where(or_(*alike))) if alike else photos.c.id.is_(None)
    query = select(photos).where(photos.c.claim != claim, or_(photos.c.sha256 == sha256, near)).order_by(photos.c.id)
    found = (Match(photo, photo.sha256 == sha256) for photo in map(_photo, book.connection.execute(query)))
    return tuple(match for match in found if match.exact or _near(match.photo.phash, wanted))


def erase(book: Book, claim: UUID) -> None:
    """The rows of a case's photos and of what was seen on them; files that no row names any more are swept after a
    day."""
    observations.erase(book, claim)
    _remove(book, photos.c.claim == claim)


def _remove(book: Book, which: ColumnElement[bool]) -> None:
    meant = select(photos.c.id).where(which)
    book.connection.execute(delete(photo_bands).where(photo_bands.c.photo.in_(meant)))
    book.connection.execute(delete(photos).where(which))


def _near(phash: int | None, wanted: tuple[int, ...]) -> bool:
    return phash is not None and any(near_duplicate(phash, one) for one in wanted)


def _bands(phash: int) -> tuple[int, ...]:
    if len(_BANDS) <= NEAR_DUPLICATE_DISTANCE:
        raise ValueError("too few bands: a near-copy could have none of them in common")
    return tuple(phash >> shift & (1 << width) - 1 for shift, width in _BANDS)


def _stored(book: Book, photo: Photo, place: Position | None) -> dict[str, Any]:
    told = None if place is None else json.dumps([place.latitude, place.longitude])
    return {
        "position_sealed": book.sealed(told, "photos", photo.id, "position"),
        "phash": None if photo.phash is None else f"{photo.phash:016x}",
        "verdict": notes_json(photo.verdict),
    }


def _photo(row: Row[Any]) -> Photo:
    phash = None if row.phash is None else int(row.phash, 16)
    return record(Photo, row, phash=phash, verdict=notes_of(row.verdict))
