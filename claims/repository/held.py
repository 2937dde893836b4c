"""A person whom nobody else changes until the transaction ends."""

from uuid import UUID

from sqlalchemy import select

from claims.repository.book import Book
from claims.repository.people import Person, get
from claims.tables import people


def held_person(book: Book, person: UUID) -> Person | None:
    """One by its id, as the last change left it. Other writers wait."""
    book.connection.execute(select(people.c.id).where(people.c.id == person).with_for_update())
    return get(book, person)
