"""Keys of an app as they are listed: by prefix; the secrets themselves are nowhere."""

from uuid import UUID

from sqlalchemy import select

from claims.repository.apps import AppKey
from claims.repository.book import Book
from claims.repository.rows import record
from claims.tables import app_keys


def of_app(book: Book, app: UUID) -> tuple[AppKey, ...]:
    """In force or not, the oldest first."""
    query = select(app_keys).where(app_keys.c.app == app).order_by(app_keys.c.id)
    return tuple(record(AppKey, row) for row in book.connection.execute(query))
