"""Photos of cases: one row for each different file of a case. The files are in the photo store."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Row, and_, bindparam, delete, insert, or_, select

from claims.fraud_case import Position
from claims.repository import observations
from claims.repository.book import Book
from claims.repository.rows import columns_of, notes_json, notes_of, record, rows_of
from claims.tables import materials, offers, payments, photo_bands, photos
from inference.fingerprint import NEAR_DUPLICATE_DISTANCE, near_duplicate
from model.notes import Note

_BANDS: Final = ((51, 13), (38, 13), (25, 13), (12, 13), (0, 12))
"""Shift and width of each; one more than the bits in which near-copies may differ, so one band is the same."""


def _slices(band: int) -> BindParameter[int]:
    """Spelled out: to bind hundreds of numbers costs more than to look them up."""
    return bindparam(f"slices_of_{band}", expanding=True, literal_execute=True)


ALIKE: Final = or_(
    *(and_(photo_bands.c.band == band, photo_bands.c.bits.in_(_slices(band))) for band in range(len(_BANDS)))
)
"""Bands of photos that have a part in common with some hash (``slices_of``)."""
_SAME: Final = or_(
    photos.c.sha256.in_(bindparam("files", expanding=True)), photos.c.id.in_(select(photo_bands.c.photo).where(ALIKE))
)
_ELSEWHERE: Final = (
    select(photos.c.claim, photos.c.position, photos.c.sha256, photos.c.phash)
    .where(photos.c.claim != bindparam("own_claim"), _SAME)
    .order_by(photos.c.id)
)
"""Made once: to spell it anew for each photo took longer than to ask."""

_PLACES: Final = select(photos.c.id, photos.c.sha256, photos.c.position_sealed).where(
    photos.c.claim == bindparam("claim"), photos.c.position_sealed.is_not(None)
)

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
    """A photo of another case that shows the same picture as one that was asked about; ``exact``: it is that file.
    ``position`` counts from 0 within that case."""

    claim: UUID
    position: int
    sha256: str
    phash: int | None
    exact: bool


def add(
    book: Book, there: Sequence[Photo], given: Iterable[Photo], places: Mapping[str, Position] | None = None
) -> tuple[tuple[Photo, bool], ...]:
    """Each of the ``given`` photos as the case has it, and whether it is new. The same file twice is one photo; one
    that could not be used, and now can, is new in its old place. ``places`` is where they were taken, by their own
    word and their SHA-256.

    The caller has locked the case (``claims.locked``) and says what is ``there`` (``of_claim``); the files are in the
    store.
    """
    known, fresh = {photo.sha256: photo for photo in there}, dict[UUID, Photo]()
    answers = []
    for photo in given:
        before = known.get(photo.sha256)
        if before is not None and (before.usable or not photo.usable):
            answers.append((before, False))
            continue
        placed = replace(photo, position=len(known)) if before is None else _instead(photo, before)
        known[placed.sha256] = fresh[placed.id] = placed
        answers.append((placed, True))
    if replaced := [photo.id for photo in there if photo.id in fresh]:
        _remove(book, photos.c.id.in_(replaced))
    _insert(book, fresh.values(), places or {})
    return tuple(answers)


def of_claim(book: Book, claim: UUID) -> tuple[Photo, ...]:
    """The photos of a case in the order in which they came."""
    return tuple(map(_photo, rows_of(book.connection, photos, "position", claim=claim)))


def get(book: Book, claim: UUID, sha256: str) -> Photo | None:
    """One photo of a case by its file."""
    row = rows_of(book.connection, photos, claim=claim, sha256=sha256).one_or_none()
    return None if row is None else _photo(row)


def places(book: Book, claim: UUID) -> Mapping[str, Position]:
    """Where the photos of a case were taken, by their SHA-256; nothing for those that do not say."""
    rows = book.connection.execute(_PLACES, {"claim": claim}).all()
    told = {row.sha256: book.opened(row.position_sealed, "photos", row.id, "position") for row in rows}
    pairs = {sha256: json.loads(text) for sha256, text in told.items() if text is not None}
    return {sha256: Position(latitude=pair[0], longitude=pair[1]) for sha256, pair in pairs.items()}


def is_known(book: Book, sha256: str) -> bool:
    """Whether any row names this file, as a photo or otherwise: what the sweep of the photo store asks."""
    named = (select(column.table.c.id).where(column == sha256).limit(1) for column in _FILES)
    found = any(book.connection.execute(query).first() is not None for query in named)
    return found or observations.is_known(book, sha256)


def elsewhere(book: Book, claim: UUID, own: Mapping[str, Sequence[int]]) -> tuple[Match, ...]:
    """Photos of other cases that are one of the ``own`` files, or a near-copy by any of its hashes, the oldest first.

    ``own`` is by SHA-256: the hashes of each photo and its turned and mirrored copies. None that is near enough is
    overlooked.
    """
    wanted = {phash for phashes in own.values() for phash in phashes}
    rows = book.connection.execute(_ELSEWHERE, {"own_claim": claim, "files": sorted(own), **slices_of(wanted)})
    found = (Match(row.claim, row.position, row.sha256, _phash(row.phash), row.sha256 in own) for row in rows)
    return tuple(match for match in found if match.exact or _near(match.phash, wanted))


def slices_of(hashes: Iterable[int]) -> dict[str, list[int]]:
    """What ``ALIKE`` is asked with: the parts of some hashes."""
    bands = zip(*map(_bands, sorted(set(hashes))), strict=True)
    named = {f"slices_of_{band}": sorted(set(found)) for band, found in enumerate(bands)}
    return named or {f"slices_of_{band}": [] for band in range(len(_BANDS))}


def erase(book: Book, claim: UUID) -> None:
    """The rows of a case's photos and of what was seen on them; files that no row names any more are swept after a
    day."""
    observations.erase(book, claim)
    _remove(book, photos.c.claim == claim)


def _remove(book: Book, which: ColumnElement[bool]) -> None:
    meant = select(photos.c.id).where(which)
    book.connection.execute(delete(photo_bands).where(photo_bands.c.photo.in_(meant)))
    book.connection.execute(delete(photos).where(which))


def _instead(photo: Photo, before: Photo) -> Photo:
    return replace(photo, id=before.id, position=before.position)


def _insert(book: Book, fresh: Collection[Photo], places: Mapping[str, Position]) -> None:
    if not fresh:
        return
    rows = [columns_of(photo, **_stored(book, photo, places.get(photo.sha256))) for photo in fresh]
    book.connection.execute(insert(photos), rows)
    hashes = [(photo.id, photo.phash) for photo in fresh if photo.phash is not None]
    slices = [
        {"photo": photo, "band": band, "bits": bits}
        for photo, phash in hashes
        for band, bits in enumerate(_bands(phash))
    ]
    if slices:
        book.connection.execute(insert(photo_bands), slices)


def _near(phash: int | None, wanted: Iterable[int]) -> bool:
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


def _phash(stored: str | None) -> int | None:
    return None if stored is None else int(stored, 16)


def _photo(row: Row[Any]) -> Photo:
    return record(Photo, row, phash=_phash(row.phash), verdict=notes_of(row.verdict))
