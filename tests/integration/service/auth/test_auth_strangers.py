"""Logins that nobody has wait as those of people do, whichever process is asked, and fill nothing up."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from claims.desk.sign_in import LockOut
from claims.repository import strangers
from claims.repository.book import Books
from claims.tables import strangers as table

from .conftest import AT, Site

MINUTE = timedelta(minutes=1)


def failed(books: Books, login: str, minutes: int = 0, most: int = strangers.MOST) -> int:
    with books.writing() as book:
        return strangers.failed(book, login, at=AT + minutes * MINUTE, most=most)


def test_processes_count_together(open_books: Callable[..., Books]) -> None:
    one, other = open_books(), open_books()
    assert [failed(books, "nobody") for books in (one, other, one)] == [1, 2, 3]
    with one.writing() as book:
        strangers.lock(book, "nobody", AT + MINUTE)
    with other.reading() as book:
        assert strangers.locked_until(book, "nobody") == AT + MINUTE
        assert strangers.locked_until(book, "somebody") is None


def test_those_that_were_tried_longest_ago_are_forgotten(books: Books) -> None:
    for minutes, login in enumerate(("a", "b", "c", "a", "d")):
        failed(books, login, minutes, most=3)
    with books.reading() as book:
        assert book.connection.execute(select(func.count()).select_from(table)).scalar_one() == 3
    assert [failed(books, login, 9, most=9) for login in ("a", "c", "d", "b")] == [3, 2, 2, 1]


def test_the_login_stands_in_no_row(books: Books) -> None:
    failed(books, "li.na")
    with books.reading() as book:
        [row] = book.connection.execute(select(table))
    assert "li.na" not in str(tuple(row))


@pytest.mark.parametrize("spelling", ["Nobody", "NOBODY ", "ｎｏｂｏｄｙ"])
def test_a_login_that_nobody_has_waits_in_every_spelling(site: Site, spelling: str) -> None:
    free = LockOut().free
    codes = [site.sign_in(login).json()["code"] for login in ["nobody"] * (free + 1)]
    assert codes == ["rights.credentials"] * (free + 1)
    locked = site.sign_in(spelling)
    assert (locked.status_code, locked.json()["code"], locked.headers["retry-after"]) == (429, "rights.locked", "30")
    site.clock.turn(seconds=30)
    assert site.sign_in(spelling).json()["code"] == "rights.credentials"
