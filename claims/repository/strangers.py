"""Wrong passwords of logins that nobody has, counted as those of people are, so that neither answer tells which exist.

A row for each such login by its blind index, of which the ``MOST`` that were tried last stay: as many processes as
there are agree, and whoever invents logins fills nothing up.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, update

from claims.repository.book import Book
from claims.repository.rows import insert_once
from claims.tables import strangers

MOST: Final = 10_000


def locked_until(book: Book, login: str) -> datetime | None:
    """Until when such a login, in its normal form, is not looked at."""
    query = select(strangers.c.locked_until).where(strangers.c.login_index == book.blind("login", login))
    return book.connection.execute(query).scalar_one_or_none()


def failed(book: Book, login: str, *, at: datetime, most: int = MOST) -> int:
    """Wrong passwords of this login by now; other writers of it wait."""
    index = book.blind("login", login)
    row = {"login_index": index, "failures": 0, "refused_at": at, "locked_until": None}
    if insert_once(book.connection, strangers, row, on=["login_index"]):
        _forget(book, most)
    counted = {"failures": strangers.c.failures + 1, "refused_at": at}
    changed = update(strangers).where(strangers.c.login_index == index).values(**counted)
    return book.connection.execute(changed.returning(strangers.c.failures)).scalar_one_or_none() or 1


def lock(book: Book, login: str, until: datetime | None) -> None:
    """The next password is looked at then."""
    same = strangers.c.login_index == book.blind("login", login)
    book.connection.execute(update(strangers).where(same).values(locked_until=until))


def _forget(book: Book, most: int) -> None:
    """Those that were tried longest ago, beyond ``most``."""
    latest = strangers.c.refused_at.desc(), strangers.c.login_index
    old = select(strangers.c.login_index).order_by(*latest).offset(most)
    book.connection.execute(delete(strangers).where(strangers.c.login_index.in_(old)))
