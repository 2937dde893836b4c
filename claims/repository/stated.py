"""What an app or the staff stated about cover and money, each time; and what holds of it by now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from claims.actors import Actor
from claims.ids import new_id
from claims.repository.book import Book
from claims.repository.rows import columns_of, insert_once, next_position, record, rows_of
from claims.states import Role
from claims.tables import stated
from model.errors import StorageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """``facts`` as JSON, without personal data; ``by`` names the actor. ``position`` counts from 0 within the case."""

    id: UUID
    claim: UUID
    position: int
    at: datetime
    by: str
    role: Role
    facts: Mapping[str, Any]


def add(book: Book, claim: UUID, facts: Mapping[str, Any], *, by: Actor, at: datetime) -> Statement:
    """One more statement. The caller has locked the case and answers for there being no personal data in it.

    Raises ``TypeError`` for what is no JSON, ``StorageError`` ``storage.moved`` when somebody else stated something
    without a lock.
    """
    statement = Statement(
        id=new_id(at),
        claim=claim,
        position=next_position(book.connection, stated, claim),
        at=at,
        by=by.name,
        role=by.role,
        facts=dict(facts),
    )
    if not insert_once(book.connection, stated, columns_of(statement), on=["claim", "position"]):
        raise StorageError("moved", "somebody else stated something")
    return statement


def of_claim(book: Book, claim: UUID) -> tuple[Statement, ...]:
    """Every statement, the first first."""
    return tuple(record(Statement, row) for row in rows_of(book.connection, stated, "position", claim=claim))


def latest(book: Book, claim: UUID) -> dict[str, Any]:
    """Each fact as it was stated last; what a later statement leaves out stays."""
    merged: dict[str, Any] = {}
    for statement in of_claim(book, claim):
        merged.update(statement.facts)
    return merged
