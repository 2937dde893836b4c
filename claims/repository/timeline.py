"""The life of a case as it went: every move, who made it, why, in the order in which they were made."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select, update

from claims.note_json import note_json, note_of
from claims.repository.book import Book
from claims.repository.rows import insert_next, opened_record, rows_of, sealed_columns
from claims.states import CaseState, Node, Role
from claims.tables import moves
from model.errors import StorageError
from model.notes import Note

_PERSONAL: Final = ("reason_text",)
_LAST: Final = (
    select(moves)
    .where(moves.c.claim == bindparam("claim"), moves.c.move == bindparam("move"))
    .order_by(moves.c.position.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One move. ``position`` counts from 0 within the case; ``before`` is None where the case was opened.

    ``by`` names the actor. ``reason`` is a code with its facts, ``reason_text`` what a person wrote, None once it was
    erased. ``node`` is the notification that was reached; ``steps_back``: the customer sees an earlier state again.
    """

    id: UUID
    claim: UUID
    position: int = 0
    at: datetime
    move: str
    before: CaseState | None
    after: CaseState
    role: Role
    by: str
    node: Node | None = None
    reason: Note | None = None
    reason_text: str | None = field(default=None, repr=False)
    steps_back: bool = False


def add(book: Book, step: Step) -> Step:
    """The step in its place. The caller has locked the case.

    Raises ``StorageError`` ``storage.moved`` when somebody else moved it without a lock.
    """
    row = sealed_columns(book, moves, step, *_PERSONAL, reason=step.reason and note_json(step.reason))
    position = insert_next(book.connection, moves, row, on=["claim", "position"])
    if position is None:
        raise StorageError("moved", "the case was moved by somebody else")
    return replace(step, position=position)


def of_claim(book: Book, claim: UUID) -> tuple[Step, ...]:
    """The whole life of a case, the first step first."""
    return tuple(_step(book, row) for row in rows_of(book.connection, moves, "position", claim=claim))


def last_of(book: Book, claim: UUID, move: str) -> Step | None:
    """The last time that a move was made, None where it never was."""
    row = book.connection.execute(_LAST, {"claim": claim, "move": move}).one_or_none()
    return None if row is None else _step(book, row)


def moved_by(book: Book, cases: Iterable[UUID], names: Iterable[str], *, by: str) -> frozenset[UUID]:
    """Those of ``cases`` in which the actor called ``by`` has made one of some moves."""
    made = (moves.c.claim.in_(tuple(cases)), moves.c.move.in_(tuple(names)), moves.c.by == by)
    return frozenset(book.connection.execute(select(moves.c.claim).where(*made)).scalars())


def count(book: Book, claim: UUID, move: str) -> int:
    """How often a move was made."""
    query = select(func.count()).select_from(moves).where(moves.c.claim == claim, moves.c.move == move)
    return int(book.connection.execute(query).scalar_one())


def erase_words(book: Book, claim: UUID) -> None:
    """What people wrote. Moves, times and codes stay."""
    book.connection.execute(update(moves).where(moves.c.claim == claim).values(reason_text_sealed=None))


def _step(book: Book, row: Row[Any]) -> Step:
    return opened_record(book, moves, Step, row, *_PERSONAL, reason=row.reason and note_of(row.reason))
