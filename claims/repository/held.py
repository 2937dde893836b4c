"""A person, an app or a receiver that nobody else changes until the transaction ends."""

from uuid import UUID

from sqlalchemy import Table, select

from claims import tables
from claims.repository import apps, outbox, people
from claims.repository.apps import App
from claims.repository.book import Book
from claims.repository.outbox import Webhook
from claims.repository.people import Person


def held_person(book: Book, person: UUID) -> Person | None:
    """One by its id, as the last change left it. Other writers wait."""
    _hold(book, tables.people, person)
    return people.get(book, person)


def held_app(book: Book, app: UUID) -> App | None:
    """One by its id, as the last change left it. Other writers wait."""
    _hold(book, tables.apps, app)
    return apps.get(book, app)


def held_webhook(book: Book, webhook: UUID) -> Webhook | None:
    """One by its id, as the last change left it. Other writers wait."""
    _hold(book, tables.webhooks, webhook)
    return outbox.webhook(book, webhook)


def _hold(book: Book, table: Table, one: UUID) -> None:
    """Rows that refer to it can be added meanwhile."""
    book.connection.execute(select(table.c.id).where(table.c.id == one).with_for_update(key_share=True))
