"""What was seen on photos, once for each way of looking: rows that name a blob in the photo store.

Blobs are made anew from the photo where one is gone, so a row promises nothing. They count as files of the store while
a case has the photo.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Executable, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from claims.ids import new_id
from claims.repository.book import Book
from claims.tables import observations, photos


def _keep(insert: Any) -> Executable:
    made = insert(observations)
    newer = {"blob": made.excluded.blob, "kept_at": made.excluded.kept_at}
    kept: Executable = made.on_conflict_do_update(index_elements=["sha256", "looked_with"], set_=newer)
    return kept


_KEPT: Final = select(observations.c.sha256, observations.c.blob).where(
    observations.c.sha256.in_(bindparam("files", expanding=True)), observations.c.looked_with == bindparam("way")
)
_ANY: Final = (
    select(observations.c.sha256, observations.c.blob)
    .where(observations.c.sha256.in_(bindparam("files", expanding=True)))
    .order_by(observations.c.kept_at, observations.c.id)
)
_KEEP: Final = {"sqlite": _keep(sqlite.insert), "postgresql": _keep(postgresql.insert)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was seen on a photo is in the photo store: the SHA-256 of the blob, and of all that decided what is seen."""

    looked_with: str
    blob: str


def keep(book: Book, seen: Mapping[str, Kept], *, at: datetime) -> None:
    """The blob of each photo, by the photo's SHA-256; it replaces one that could not be read."""
    rows = [
        {"id": new_id(at), "sha256": sha256, "looked_with": one.looked_with, "blob": one.blob, "kept_at": at}
        for sha256, one in sorted(seen.items())  # in order, or two transactions could wait for each other
    ]
    if rows:
        book.connection.execute(_KEEP[book.connection.dialect.name], rows)


def kept(book: Book, photos_seen: Iterable[str], looked_with: str) -> Mapping[str, str]:
    """The SHA-256 of the blob for each of the photos, by the photo's; nothing for one that nobody looked at so."""
    rows = book.connection.execute(_KEPT, {"files": list(photos_seen), "way": looked_with})
    return {row.sha256: row.blob for row in rows}


def kept_anyhow(book: Book, photos_seen: Iterable[str]) -> Mapping[str, str]:
    """The same, by whichever way of looking was the last one: a picture is the same to each of them."""
    return {row.sha256: row.blob for row in book.connection.execute(_ANY, {"files": list(photos_seen)})}


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
