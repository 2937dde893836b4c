"""Requests that create something, and the answers they got: the same request again gets the same answer."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import delete, func, select

from claims.actors import Actor
from claims.repository.book import Book
from claims.repository.rows import change_rows, insert_once, rows_of
from claims.tables import idempotency
from model.errors import StorageError


class Standing(StrEnum):
    """What is known of a request's key."""

    FRESH = "fresh"
    RUNNING = "running"
    ANSWERED = "answered"
    OTHER_CONTENT = "other_content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it was given. The body may hold personal data."""

    status: int
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """A key's standing, and the answer where there is one. FRESH: it is this transaction's to answer."""

    standing: Standing
    answer: Answer | None = None


def ask(book: Book, actor: Actor, key: str, fingerprint: str, *, at: datetime) -> Asked:
    """What stands under a key of an actor; ``fingerprint`` is the SHA-256 of what was asked.

    A key that another transaction is at work on is RUNNING, without waiting for it; so is one that was stored
    without an answer so far.
    """
    own = _key(key)
    if not _alone(book, actor, own):
        return Asked(Standing.RUNNING)
    row = {"actor": actor.name, "key_sha256": own, "fingerprint": fingerprint, "made_at": at}
    if insert_once(book.connection, idempotency, row, on=["actor", "key_sha256"]):
        return Asked(Standing.FRESH)
    return _stored(book, actor, own, fingerprint)


def answer(book: Book, actor: Actor, key: str, given: Answer) -> None:
    """The answer, in the transaction that made what it tells of. Raises ``RuntimeError`` where nothing was asked."""
    own = _key(key)
    body = book.sealed(given.body, "idempotency", f"{actor.name}/{own}", "answer")
    values = {"status": given.status, "headers": given.headers, "answer_sealed": body}
    if change_rows(book.connection, idempotency, values, actor=actor.name, key_sha256=own) != 1:
        raise RuntimeError("an answer to nothing that was asked")


def sweep(book: Book, *, before: datetime) -> int:
    """How many keys from before a moment were forgotten."""
    return book.connection.execute(delete(idempotency).where(idempotency.c.made_at < before)).rowcount


def _stored(book: Book, actor: Actor, own: str, fingerprint: str) -> Asked:
    row = rows_of(book.connection, idempotency, actor=actor.name, key_sha256=own).one_or_none()
    if row is None:
        raise StorageError("busy", "a key was forgotten at this moment")
    if row.fingerprint != fingerprint:
        return Asked(Standing.OTHER_CONTENT)
    if row.status is None:
        return Asked(Standing.RUNNING)
    body = book.opened(row.answer_sealed, "idempotency", f"{actor.name}/{own}", "answer")
    return Asked(Standing.ANSWERED, Answer(status=row.status, headers=row.headers, body=body or ""))


def _alone(book: Book, actor: Actor, own: str) -> bool:
    """On PostgreSQL an insert of a key that another transaction holds would wait for it. SQLite has one writer."""
    if book.connection.dialect.name == "sqlite":
        return True
    number = func.hashtextextended(f"quickclaim/idempotency/{actor.name}/{own}", 0)
    return bool(book.connection.execute(select(func.pg_try_advisory_xact_lock(number))).scalar_one())


def _key(key: str) -> str:
    """Keys are the caller's: they may be long, or hold anything."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
