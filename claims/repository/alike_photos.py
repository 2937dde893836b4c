"""Photos of other cases that may be copies of some: found through the index of the hashes, to be laid on each other."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import numpy as np
from sqlalchemy import Row, Select, bindparam, select

from claims.repository.book import Book
from claims.repository.photos import ALIKE, slices_of
from claims.tables import photo_bands, photos

_THERE: Final = (photos.c.id.in_(select(photo_bands.c.photo).where(ALIKE)), photos.c.claim != bindparam("own_claim"))
_HASHES: Final[Select[Any]] = select(photos.c.phash).where(*_THERE)
"""Some hundreds of rows, of which hardly any is near: read without all that costs more than to find them."""
_LIKELY: Final[Select[Any]] = select(photos.c.claim, photos.c.position, photos.c.sha256, photos.c.phash).where(*_THERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """A photo of another case and the ``photo`` that it may be a copy of, by its SHA-256. ``bits`` of 64 in which their
    nearest hashes differ; ``position`` counts from 0 within the other case."""

    photo: str
    claim: UUID
    position: int
    sha256: str
    phash: int
    bits: int


def likely(
    book: Book, claim: UUID, own: Mapping[str, Sequence[int]], *, but: Collection[str], bits: int, most: int
) -> tuple[Likely, ...]:
    """At most so many, the nearest first; ``own`` is by SHA-256: the hashes of each photo and of its altered copies.
    Files of the SHA-256 in ``but`` are known already.

    Two hashes with no fifth in common are overlooked: a photo has many.
    """
    asked = [(photo, phash) for photo, phashes in own.items() for phash in phashes]
    if not asked:
        return ()
    given = {"own_claim": claim, **slices_of(phash for _, phash in asked)}
    there = {int(text, 16) for text in book.connection.execute(_HASHES, given).scalars()}
    near = _near(sorted(there), asked, bits)
    if not near:
        return ()
    rows = book.connection.execute(_LIKELY, {"own_claim": claim, **slices_of(near)}).all()
    found = [
        _likely(row, *near[phash]) for row in rows if row.sha256 not in but and (phash := int(row.phash, 16)) in near
    ]
    return tuple(sorted(found, key=lambda one: (one.bits, one.claim, one.position))[:most])


def _near(theirs: Sequence[int], asked: Sequence[tuple[str, int]], bits: int) -> dict[int, tuple[str, int]]:
    """Of each hash the photo whose own is nearest, and by how many bits, where that is near enough."""
    hashes = np.array(theirs, dtype=np.uint64), np.array([phash for _, phash in asked], dtype=np.uint64)
    apart = np.bitwise_count(hashes[0][:, None] ^ hashes[1])
    least, nearest = apart.min(axis=1), apart.argmin(axis=1)
    near = map(int, np.flatnonzero(least <= bits))
    return {theirs[place]: (asked[nearest[place]][0], int(least[place])) for place in near}


def _likely(row: Row[Any], photo: str, bits: int) -> Likely:
    return Likely(
        photo=photo,
        claim=row.claim,
        position=row.position,
        sha256=row.sha256,
        phash=int(row.phash, 16),
        bits=bits,
    )
