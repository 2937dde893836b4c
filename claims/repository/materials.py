"""What a customer has handed in. Documents are sealed files in the photo store; a photo of the case may be a shot."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete

from claims.actors import Actor
from claims.ids import new_id
from claims.materials import Material
from claims.repository.book import Book
from claims.repository.rows import columns_of, insert_once, record, rows_of
from claims.tables import materials


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A file that serves as a material; ``sha256`` is None for what somebody saw without keeping it.

    ``added_by`` names the actor.
    """

    id: UUID
    claim: UUID
    material: Material
    sha256: str | None
    media_type: str | None = None
    added_at: datetime
    added_by: str


def add(
    book: Book,
    claim: UUID,
    material: Material,
    sha256: str | None,
    *,
    by: Actor,
    at: datetime,
    media_type: str | None = None,
) -> bool:
    """Whether it is new: the same file twice is one. The file is in the store."""
    received = Received(
        id=new_id(at),
        claim=claim,
        material=material,
        sha256=sha256,
        media_type=media_type,
        added_at=at,
        added_by=by.name,
    )
    return insert_once(book.connection, materials, columns_of(received))


def there(book: Book, claim: UUID) -> frozenset[Material]:
    """What a case has at least one of."""
    return frozenset(received.material for received in of_claim(book, claim))


def of_claim(book: Book, claim: UUID) -> tuple[Received, ...]:
    """All that was handed in, the first first."""
    return tuple(record(Received, row) for row in rows_of(book.connection, materials, "added_at", "id", claim=claim))


def erase(book: Book, claim: UUID) -> None:
    """The rows of a case's documents; files that no row names any more are swept after a day."""
    book.connection.execute(delete(materials).where(materials.c.claim == claim))
