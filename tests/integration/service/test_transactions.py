"""One piece of work is one transaction: whole or not at all, one writer of a claim at a time, nothing lost."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from uuid import UUID

import pytest
from sqlalchemy import text

from claims import db
from claims.repository import claims
from claims.repository.book import Book, Books
from claims.repository.claims import Claim
from claims.states import CaseState
from model.errors import StorageError

WRITERS, TURNS = 8, 10


def test_what_is_raised_in_a_block_undoes_it(books: Books, a_claim: Callable[..., Claim]) -> None:
    claim = a_claim()

    def interrupted() -> None:
        with books.writing() as book:
            assert claims.get(book, claims.add(book, claim).id)
            raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        interrupted()
    with books.reading() as book:
        assert claims.get(book, claim.id) is None


def test_a_reader_cannot_write(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim()
    with pytest.raises(StorageError) as refusal, books.reading() as book:
        claims.save(book, replace(claim, risk=9))
    assert refusal.value.code == "storage.unwritable"
    with books.writing() as book:  # the same connection of the pool writes again
        assert claims.save(book, replace(claim, risk=9)).version == 2


def test_a_reader_sees_one_moment(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim()
    with books.reading() as before:
        assert claims.get(before, claim.id) == claim
        with books.writing() as book:
            claims.save(book, replace(claim, risk=5))
        assert claims.get(before, claim.id) == claim
    with books.reading() as after:
        found = claims.get(after, claim.id)
        assert found is not None
        assert (found.risk, found.version) == (5, 2)


def test_the_second_of_two_who_read_the_same_is_told(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim()
    with books.writing() as book:
        claims.save(book, replace(claim, risk=1))
    with pytest.raises(StorageError) as refusal, books.writing() as book:
        claims.save(book, replace(claim, state=CaseState.WITHDRAWN))
    assert refusal.value.code == "storage.moved"
    assert refusal.value.facts == {"row_version": 1}
    with books.reading() as book:
        found = claims.get(book, claim.id)
        assert found is not None
        assert (found.risk, found.state) == (1, CaseState.REPORTED)


def test_writers_of_one_claim_take_turns(books: Books, add_claim: Callable[..., Claim]) -> None:
    """Each reads, thinks and writes; without the lock most would be told that it moved."""
    claim = add_claim()

    def work(_: int) -> None:
        for _ in range(TURNS):
            with books.writing() as book:
                found = claims.locked(book, claim.id)
                assert found is not None
                claims.save(book, replace(found, risk=found.risk + 1))

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(work, range(WRITERS)))
    with books.reading() as book:
        found = claims.get(book, claim.id)
        assert found is not None
        assert (found.risk, found.version) == (WRITERS * TURNS, WRITERS * TURNS + 1)


def holding(books: Books, claim: UUID, held: Event, free: Event) -> None:
    with books.writing() as book:
        assert claims.locked(book, claim)
        held.set()
        assert free.wait(30)


def test_who_waits_too_long_is_told(open_books: Callable[..., Books], add_claim: Callable[..., Claim]) -> None:
    claim, held, free = add_claim(), Event(), Event()
    impatient = open_books(wait_s=0.3)
    with ThreadPoolExecutor(1) as threads:
        holder = threads.submit(holding, open_books(), claim.id, held, free)
        assert held.wait(30)
        with pytest.raises(StorageError) as refusal, impatient.writing() as book:
            claims.locked(book, claim.id)
        free.set()
        holder.result()
    assert refusal.value.code == "storage.busy"


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_writers_of_one_process_wait_in_line_and_not_for_ever(open_books: Callable[..., Books]) -> None:
    impatient = open_books(wait_s=0.3)
    with impatient.writing(), pytest.raises(StorageError) as refusal, impatient.writing():
        pass
    assert refusal.value.code == "storage.busy"
    with impatient.writing():  # whoever gave up did not take the turn along
        pass


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_who_does_not_wait_takes_another(
    open_books: Callable[..., Books], books: Books, add_claim: Callable[..., Claim]
) -> None:
    """SQLite has one writer: nobody else can hold a row there."""
    first, second, held, free = add_claim(), add_claim(), Event(), Event()
    with ThreadPoolExecutor(1) as threads:
        holder = threads.submit(holding, open_books(), first.id, held, free)
        assert held.wait(30)
        with books.writing() as book:
            assert claims.locked(book, first.id, wait=False) is None
            assert claims.locked(book, second.id, wait=False) == second
            assert claims.get(book, first.id) == first  # reading does not wait
        free.set()
        holder.result()


def test_no_connection_left_is_busy(open_books: Callable[..., Books]) -> None:
    few = open_books(wait_s=0.2)
    engine = db.open_engine(db.Database(url=few.engine.url.render_as_string(False), connections=1, wait_s=0.2))
    with db.reading(engine), pytest.raises(StorageError) as refusal, db.reading(engine):
        pass
    engine.dispose()
    assert refusal.value.code == "storage.busy"


def test_errors_do_not_say_what_was_to_be_stored(books: Books) -> None:
    wrong = text("INSERT INTO rule_texts (sha256, nothing_like_it) VALUES (:secret, 1)")
    with pytest.raises(Exception, match=r"storage\.not_upgraded|nothing_like_it") as error, books.writing() as book:
        book.connection.execute(wrong, {"secret": "13812345678"})
    shown: BaseException | None = error.value
    while shown is not None:
        assert "13812345678" not in str(shown)
        shown = shown.__cause__


def test_rows_refer_to_rows_that_exist(books: Books, a_claim: Callable[..., Claim]) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"), books.writing() as book:
        claims.add(book, a_claim(app=UUID(int=1)))


def test_sqlite_is_set_for_a_power_cut(migrated_file: Path) -> None:
    engine = db.open_engine(db.Database(url=f"sqlite:///{migrated_file}"))
    with db.writing(engine) as connection:
        told = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    engine.dispose()
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    database = db.Database.in_folder(tmp_path)
    (tmp_path / db.FILE).write_bytes(b"not a database, but as long as one" * 100)
    engine = db.open_engine(database)
    with pytest.raises(StorageError) as refusal, db.reading(engine) as connection:
        connection.execute(text("SELECT 1 FROM claims"))
    engine.dispose()
    assert refusal.value.code == "storage.damaged"
    assert isinstance(refusal.value.__cause__.orig, sqlite3.DatabaseError)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://a:secret@host/b", "sqlite://", "sqlite:///:memory:", "sqlite:///a?mode=ro"]
)
def test_an_address_that_cannot_be_used(url: str) -> None:
    with pytest.raises(StorageError) as refusal:
        db.open_engine(db.Database(url=url))
    assert refusal.value.code == "storage.url_invalid"
    assert "secret" not in str(refusal.value)


def test_a_server_that_is_not_there() -> None:
    database = db.Database(url="postgresql://me:secret@/cases?host=/nonexistent", wait_s=2)
    engine = db.open_engine(database)
    with pytest.raises(StorageError) as refusal, db.reading(engine):
        pass
    assert refusal.value.code == "storage.unavailable"
    assert "secret" not in repr(database) + str(refusal.value)


def test_a_book_shows_nothing(books: Books) -> None:
    with books.reading() as book:
        assert isinstance(book, Book)
        assert repr(book).startswith("Book(secrets=Secrets(sealer=Sealer(")
        assert "audit" not in repr(book)
