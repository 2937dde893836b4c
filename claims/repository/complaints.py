"""Complaints of customers: received, replied to, told about, solved. Each step is made once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from claims.actors import Actor
from claims.ids import new_id
from claims.note_json import note_json, note_of
from claims.repository.book import Book
from claims.repository.rows import change_one, opened_record, sealed_columns
from claims.tables import complaints
from model.notes import Note

_PERSONAL: Final = ("text", "answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """``by`` names the actor who made or took it. ``text`` is what the customer said, ``answer`` what was answered in
    words, both None once they were erased; ``solution`` is a code with its facts.

    ``replied_at``: somebody has answered the customer; ``told_at``: the result, or the reason why it takes longer, was
    told; ``solved_at``: nothing is open.
    """

    id: UUID
    claim: UUID
    at: datetime
    by: str
    text: str | None = field(repr=False)
    replied_at: datetime | None = None
    told_at: datetime | None = None
    solved_at: datetime | None = None
    solution: Note | None = None
    answer: str | None = field(default=None, repr=False)


def add(book: Book, claim: UUID, text: str, *, by: Actor, at: datetime) -> Complaint:
    """A new complaint."""
    complaint = Complaint(id=new_id(at), claim=claim, at=at, by=by.name, text=text)
    book.connection.execute(insert(complaints).values(**sealed_columns(book, complaints, complaint, *_PERSONAL)))
    return complaint


def get(book: Book, complaint: UUID) -> Complaint | None:
    """One by its id."""
    row = book.connection.execute(select(complaints).where(complaints.c.id == complaint)).one_or_none()
    return None if row is None else _complaint(book, row)


def of_claim(book: Book, claim: UUID) -> tuple[Complaint, ...]:
    """Every complaint of a case, the first first."""
    query = select(complaints).where(complaints.c.claim == claim).order_by(complaints.c.at, complaints.c.id)
    return tuple(_complaint(book, row) for row in book.connection.execute(query))


def count(book: Book, claims: Iterable[UUID]) -> int:
    """How many complaints some cases have together."""
    query = select(func.count()).select_from(complaints).where(complaints.c.claim.in_(tuple(claims)))
    return int(book.connection.execute(query).scalar_one())


def replied(book: Book, complaint: UUID, *, at: datetime) -> None:
    """The customer got a first reply. Raises ``StorageError`` ``storage.moved`` where that was done."""
    change_one(
        book.connection, complaints, complaints.c.id == complaint, complaints.c.replied_at.is_(None), replied_at=at
    )


def told(book: Book, complaint: UUID, *, at: datetime) -> None:
    """The customer was told the result, or why it takes longer. Raises as ``replied`` does."""
    change_one(book.connection, complaints, complaints.c.id == complaint, complaints.c.told_at.is_(None), told_at=at)


def solved(book: Book, complaint: UUID, solution: Note, *, at: datetime, answer: str | None = None) -> None:
    """Nothing of it is open. Raises as ``replied`` does."""
    change_one(
        book.connection,
        complaints,
        complaints.c.id == complaint,
        complaints.c.solved_at.is_(None),
        solved_at=at,
        solution=note_json(solution),
        answer_sealed=book.sealed(answer, complaints.name, complaint, "answer"),
    )


def erase_words(book: Book, claim: UUID) -> None:
    """What the customer and the staff wrote. Times and codes stay."""
    words = {"text_sealed": None, "answer_sealed": None}
    book.connection.execute(update(complaints).where(complaints.c.claim == claim).values(**words))


def _complaint(book: Book, row: Row[Any]) -> Complaint:
    return opened_record(book, complaints, Complaint, row, *_PERSONAL, solution=row.solution and note_of(row.solution))
