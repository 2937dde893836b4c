"""Keys of an app as they are listed: by prefix; the secrets themselves are nowhere."""

from uuid import UUID

from sqlalchemy import select

from claims.repository.apps import AppKey
from claims.repository.book import Book
from claims.repository.rows import record
from claims.tables import app_keys


def of_app(book: Book, app: UUID, *, after: UUID | None = None, limit: int | None = None) -> tuple[AppKey, ...]:
    """In force or not, the oldest first; all of them, or ``limit``. ``after`` goes on after a page."""
    query = select(app_keys).where(app_keys.c.app == app).order_by(app_keys.c.id).limit(limit)
    if after is not None:
        query = query.where(app_keys.c.id > after)
    return tuple(record(AppKey, row) for row in book.connection.execute(query))
