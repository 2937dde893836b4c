"""What was seen on photos, once for each way of looking: rows that name a blob in the photo store.

Blobs are made anew from the photo where one is gone, so a row promises nothing. They count as files of the store while
a case has the photo.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from claims.ids import new_id
from claims.repository.book import Book
from claims.repository.rows import insert_once
from claims.tables import observations, photos


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was seen on a photo is in the photo store: the SHA-256 of the blob, and of all that decided what is seen."""

    looked_with: str
    blob: str


def keep(book: Book, sha256: str, seen: Kept, *, at: datetime) -> None:
    """The photo's blob for this way of looking; it replaces one that could not be read.

    Whoever keeps several in one transaction does so in the order of ``sha256``, or two could wait for each other.
    """
    row = {"id": new_id(at), "sha256": sha256, "looked_with": seen.looked_with, "blob": seen.blob, "kept_at": at}
    if not insert_once(book.connection, observations, row, on=["sha256", "looked_with"]):
        same = (observations.c.sha256 == sha256, observations.c.looked_with == seen.looked_with)
        book.connection.execute(update(observations).where(*same).values(blob=seen.blob, kept_at=at))


def kept(book: Book, photos_seen: Iterable[str], looked_with: str) -> Mapping[str, str]:
    """The SHA-256 of the blob for each of the photos, by the photo's; nothing for one that nobody looked at so."""
    same = (observations.c.sha256.in_(tuple(photos_seen)), observations.c.looked_with == looked_with)
    query = select(observations.c.sha256, observations.c.blob).where(*same)
    return {row.sha256: row.blob for row in book.connection.execute(query)}


def is_known(book: Book, blob: str) -> bool:
    """Whether a blob belongs to a photo that a case has."""
    query = select(observations.c.id).join(photos, photos.c.sha256 == observations.c.sha256)
    return book.connection.execute(query.where(observations.c.blob == blob).limit(1)).first() is not None


def erase(book: Book, claim: UUID) -> None:
    """What was seen on the photos of a case, but for photos that another case has too. Before its photos go."""
    own = select(photos.c.sha256).where(photos.c.claim == claim)
    others = select(photos.c.sha256).where(photos.c.claim != claim)
    gone = (observations.c.sha256.in_(own), observations.c.sha256.not_in(others))
    book.connection.execute(delete(observations).where(*gone))
