"""Photos of cases: one row for each different file of a case. The files are in the photo store."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, or_, select

from claims.repository.book import Book
from claims.repository.rows import columns_of, insert_once, notes_json, notes_of, record
from claims.tables import photo_bands, photos
from inference.fingerprint import NEAR_DUPLICATE_DISTANCE, near_duplicate
from model.notes import Note

_BANDS: Final = ((51, 13), (38, 13), (25, 13), (12, 13), (0, 12))
"""Shift and width of each; one more than the bits in which near-copies may differ, so one band is the same."""


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


def add(book: Book, photo: Photo) -> tuple[Photo, bool]:
    """The photo of the case, and whether it is new. The same file twice is one photo.

    The caller has locked the case (``claims.locked``); the file is in the store.
    """
    mine = photos.c.claim == photo.claim
    there = book.connection.execute(select(photos).where(mine, photos.c.sha256 == photo.sha256)).one_or_none()
    if there is not None:
        return _photo(there), False
    highest = book.connection.execute(select(func.max(photos.c.position)).where(mine)).scalar_one()
    placed = columns_of(photo, position=0 if highest is None else highest + 1, **_stored(photo))
    insert_once(book.connection, photos, placed, on=["id"])
    if photo.phash is not None:
        rows = [{"photo": photo.id, "band": band, "bits": bits} for band, bits in enumerate(_bands(photo.phash))]
        book.connection.execute(insert(photo_bands), rows)
    return of_claim(book, photo.claim)[-1], True


def of_claim(book: Book, claim: UUID) -> tuple[Photo, ...]:
    """The photos of a case in the order in which they came."""
    query = select(photos).where(photos.c.claim == claim).order_by(photos.c.position)
    return tuple(map(_photo, book.connection.execute(query)))


def get(book: Book, claim: UUID, sha256: str) -> Photo | None:
    """One photo of a case by its file."""
    query = select(photos).where(photos.c.claim == claim, photos.c.sha256 == sha256)
    row = book.connection.execute(query).one_or_none()
    return None if row is None else _photo(row)


def is_known(book: Book, sha256: str) -> bool:
    """Whether any case has this file: what the sweep of the photo store asks."""
    return book.connection.execute(select(photos.c.id).where(photos.c.sha256 == sha256).limit(1)).first() is not None


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
    """The rows of a case's photos; files that no row names any more are swept after a day."""
    own = select(photos.c.id).where(photos.c.claim == claim)
    book.connection.execute(delete(photo_bands).where(photo_bands.c.photo.in_(own)))
    book.connection.execute(delete(photos).where(photos.c.claim == claim))


def _near(phash: int | None, wanted: tuple[int, ...]) -> bool:
    return phash is not None and any(near_duplicate(phash, one) for one in wanted)


def _bands(phash: int) -> tuple[int, ...]:
    if len(_BANDS) <= NEAR_DUPLICATE_DISTANCE:
        raise ValueError("too few bands: a near-copy could have none of them in common")
    return tuple(phash >> shift & (1 << width) - 1 for shift, width in _BANDS)


def _stored(photo: Photo) -> dict[str, Any]:
    return {
        "phash": None if photo.phash is None else f"{photo.phash:016x}",
        "verdict": notes_json(photo.verdict),
    }


def _photo(row: Row[Any]) -> Photo:
    phash = None if row.phash is None else int(row.phash, 16)
    return record(Photo, row, phash=phash, verdict=notes_of(row.verdict))
