"""The log in a real database: no gap and no fork under many writers, no change without its being seen."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from claims import db
from claims.actions import Action
from claims.actors import Actor
from claims.audit import GENESIS, Head, Thing, ThingKind
from claims.audit_check import Fault, FaultKind
from claims.ids import new_id
from claims.repository import audit, timeline
from claims.repository.book import Books, Secrets
from claims.repository.claims import Claim
from claims.repository.timeline import Step
from claims.states import CaseState, Role
from model.errors import RightsError, StorageError

AT = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)
WRITERS, ENTRIES = 8, 15
OPENED: dict[str, Any] = {"after": CaseState.REPORTED, "role": Role.CUSTOMER, "by": "customer"}


def thing(number: int = 9) -> Thing:
    return Thing(ThingKind.CLAIM, UUID(int=number))


@pytest.fixture
def tell(books: Books, adjuster: Actor) -> Callable[..., None]:
    """``tell(3)``: three entries, each in a transaction of its own."""

    def write(count: int, on: Thing | None = None) -> None:
        for step in range(count):
            with books.writing() as book:
                at = AT + timedelta(microseconds=step)
                facts = {"lines": step, "reasoned": True}
                audit.append(book, at=at, actor=adjuster, action=Action.APPROVE, on=on or thing(), facts=facts)

    return write


def test_many_writers_make_one_chain(books: Books, tell: Callable[..., None]) -> None:
    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(lambda number: tell(ENTRIES, thing(number)), range(WRITERS)))
    with books.reading() as book:
        found = list(audit.entries(book))
        assert [entry.seq for entry in found] == list(range(1, WRITERS * ENTRIES + 1))
        assert audit.verify(book) == ()
        assert audit.head(book) == found[-1].head
        for number in range(WRITERS):
            assert [entry.facts["lines"] for entry in audit.about(book, thing(number))] == list(range(ENTRIES))


def test_what_is_undone_leaves_no_gap(books: Books, tell: Callable[..., None], adjuster: Actor) -> None:
    tell(2)

    def interrupted() -> None:
        with books.writing() as book:
            audit.append(book, at=AT, actor=adjuster, action=Action.APPROVE, on=thing())
            raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        interrupted()
    tell(2)
    with books.reading() as book:
        assert [entry.seq for entry in audit.entries(book)] == [1, 2, 3, 4]
        assert audit.verify(book) == ()


def test_it_begins_empty_and_whole(books: Books) -> None:
    with books.reading() as book:
        assert audit.head(book) == GENESIS
        assert audit.verify(book) == ()


def test_pages_are_joined(books: Books, adjuster: Actor) -> None:
    with books.writing() as book:
        for _ in range(1003):
            audit.append(book, at=AT, actor=adjuster, action=RightsError("not_held"), on=thing())
    with books.reading() as book:
        assert sum(1 for _ in audit.entries(book)) == 1003
        assert audit.verify(book) == ()


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'staff:x'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_it(books: Books, tell: Callable[..., None], change: str) -> None:
    tell(3)
    with pytest.raises(Exception, match="only appended"), books.writing() as book:
        book.connection.execute(text(change))
    with books.reading() as book:
        assert audit.verify(book) == ()


def tamper(books: Books, *statements: str) -> None:
    """As somebody does who owns the database, but not the key."""
    with books.writing() as book:
        if db.is_embedded(books.engine):
            for change in ("update", "delete"):
                book.connection.execute(text(f"DROP TRIGGER audit_no_{change}"))
        else:
            book.connection.execute(text("DROP TRIGGER audit_no_change ON audit"))
        for statement in statements:
            book.connection.execute(text(statement))


@pytest.mark.parametrize(
    ("change", "kind", "seq"),
    [
        ("UPDATE audit SET actor = 'staff:0' WHERE seq = 3", FaultKind.ALTERED, 3),
        ("UPDATE audit SET facts = '{}' WHERE seq = 3", FaultKind.ALTERED, 3),
        ("UPDATE audit SET facts = 'no JSON' WHERE seq = 3", FaultKind.ALTERED, 3),
        ("UPDATE audit SET facts = replace(facts, ',', ', ') WHERE seq = 3", FaultKind.ALTERED, 3),
        ("UPDATE audit SET at = '2026-11-22T08:30:01.000000Z' WHERE seq = 3", FaultKind.ALTERED, 3),
        ("UPDATE audit SET at = 'yesterday' WHERE seq = 3", FaultKind.ALTERED, 3),
        ("UPDATE audit SET at = '2026-11-22T08:30:00.1234Z' WHERE seq = 3", FaultKind.ALTERED, 3),
        ("UPDATE audit SET hash = previous WHERE seq = 3", FaultKind.ALTERED, 3),
        ("DELETE FROM audit WHERE seq = 3", FaultKind.MISSING, 3),
        ("DELETE FROM audit WHERE seq = 6", FaultKind.TRUNCATED, 6),
        ("UPDATE audit SET seq = 60 WHERE seq = 3", FaultKind.MISSING, 3),
        ("UPDATE audit_head SET seq = 5", FaultKind.BEYOND_HEAD, 6),
    ],
)
def test_any_change_is_seen(books: Books, tell: Callable[..., None], change: str, kind: FaultKind, seq: int) -> None:
    tell(6)
    tamper(books, change)
    with books.reading() as book:
        found = audit.verify(book)
    assert (kind, seq) in {(fault.kind, fault.seq) for fault in found}


def cut_off(books: Books, after: int, seal: str = "seal") -> None:
    """The end of the log with its head; ``seal`` is what the head then has for one."""
    with books.reading() as book:
        kept = list(audit.entries(book))[after - 1]
    head = f"UPDATE audit_head SET seq = {after}, hash = '{kept.hash}', seal = {seal}"  # noqa: S608
    tamper(books, f"DELETE FROM audit WHERE seq > {after}", head)  # noqa: S608


@pytest.mark.parametrize("seal", ["seal", "NULL", "hash", "'ü'"])
def test_a_tail_cut_off_with_its_head_is_seen_and_stays_so(
    books: Books, tell: Callable[..., None], caplog: pytest.LogCaptureFixture, seal: str
) -> None:
    tell(6)
    cut_off(books, 4, seal)
    with books.reading() as book:
        assert audit.verify(book) == (Fault(4, FaultKind.UNSEALED, 4),)
        with pytest.raises(StorageError, match=r"storage\.damaged"):
            audit.head(book)
    tell(2)
    assert "quickclaim audit verify" in caplog.text
    with books.reading() as book:
        assert audit.verify(book) == (Fault(6, FaultKind.UNSEALED, 6),)


def test_an_older_state_of_the_whole_log_is_seen_by_an_anchor_alone(books: Books, tell: Callable[..., None]) -> None:
    tell(4)
    with books.reading() as book:
        seal = book.connection.execute(text("SELECT seal FROM audit_head")).scalar_one()
    tell(2)
    with books.reading() as book:
        anchor = audit.head(book)
    cut_off(books, 4, f"'{seal}'")
    with books.reading() as book:
        assert audit.verify(book) == ()
        [fault] = audit.verify(book, anchors=[anchor])
    assert (fault.kind, fault.seq, fault.last) == (FaultKind.TRUNCATED, 5, 6)


def test_a_log_that_begins_after_its_cases_is_never_sealed(
    books: Books, tell: Callable[..., None], add_claim: Callable[..., Claim]
) -> None:
    tell(3)
    move = Step(id=new_id(AT), claim=add_claim().id, at=AT - timedelta(hours=1), move="open", before=None, **OPENED)
    with books.writing() as book:
        timeline.add(book, move)
    gone = f"UPDATE audit_head SET seq = 0, hash = '{GENESIS.hash}', seal = NULL"  # noqa: S608
    tamper(books, "DELETE FROM audit", gone)
    tell(1)
    with books.reading() as book:
        assert audit.verify(book) == (Fault(1, FaultKind.UNSEALED, 1),)


def test_without_a_head_nothing_is_written_and_verifying_says_why(books: Books, tell: Callable[..., None]) -> None:
    tell(2)
    tamper(books, "DELETE FROM audit_head")
    with pytest.raises(StorageError, match=r"storage\.damaged"):
        tell(1)
    with books.reading() as book:
        assert audit.verify(book) == (Fault(2, FaultKind.HEADLESS, 2),)
        assert audit.length(book) == 2


def test_another_key_makes_another_chain(books: Books, tell: Callable[..., None]) -> None:
    tell(2)
    other = Books(books.engine, Secrets(sealer=books.secrets.sealer, index=books.secrets.index, audit=b"x" * 32))
    with other.reading() as book:
        assert {fault.seq for fault in audit.verify(book) if fault.kind is FaultKind.ALTERED} == {1, 2}


def test_an_anchor_of_another_history_is_seen(books: Books, tell: Callable[..., None]) -> None:
    tell(3)
    with books.reading() as book:
        wrong = replace(audit.head(book), seq=2)
        assert {fault.kind for fault in audit.verify(book, anchors=[Head(wrong.seq, wrong.hash)])} == {
            FaultKind.OTHER_HISTORY
        }
