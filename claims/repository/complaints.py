"""Complaints of customers: received, taken, replied to, told about, solved. Each step is made once, but for telling why
the result takes longer: it is told anew, until there is one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select, update

from claims.actors import Actor
from claims.deadline_rules import Level
from claims.ids import new_id
from claims.note_json import note_json, note_of
from claims.repository.book import Book
from claims.repository.rows import change_one, opened_record, sealed_columns
from claims.tables import complaints
from model.notes import Note

_PERSONAL: Final = ("text", "reply", "result", "answer")
_NEXT: Final = complaints.c.version + 1
_LONGER: Final = and_(complaints.c.expected_at.is_not(None), complaints.c.solved_at.is_(None))
_NO_RESULT: Final = or_(complaints.c.told_at.is_(None), _LONGER)


class ComplaintState(StrEnum):
    """How far a complaint is."""

    RECEIVED = "received"
    REPLIED = "replied"
    DELAYED = "delayed"
    TOLD = "told"
    SOLVED = "solved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """``by`` names the actor who made it, ``holder`` the one who answers it. ``text`` is what the customer said;
    ``reply``, ``result`` and ``answer`` were said to them at each step, where words were said; all that ``result``
    holds, the last at the end. All four are None once they were erased; ``solution`` is a code with its facts.
    ``level``: who deals with it since clocks were missed.

    ``replied_at``: somebody has answered the customer; ``told_at``: the result, or the reason why it takes longer, was
    last told; ``expected_at``: by when they have the result, where it was the reason; ``solved_at``: nothing is open.
    ``version`` counts its changes: the ETag.
    """

    id: UUID
    claim: UUID
    version: int = 1
    at: datetime
    by: str
    text: str | None = field(repr=False)
    replied_at: datetime | None = None
    told_at: datetime | None = None
    expected_at: datetime | None = None
    solved_at: datetime | None = None
    solution: Note | None = None
    reply: str | None = field(default=None, repr=False)
    result: str | None = field(default=None, repr=False)
    answer: str | None = field(default=None, repr=False)
    holder: str | None = None
    level: Level | None = None

    @property
    def state(self) -> ComplaintState:
        """The last step that was made."""
        if self.solved_at is not None:
            return ComplaintState.SOLVED
        if self.told_at is not None:
            return ComplaintState.TOLD if self.expected_at is None else ComplaintState.DELAYED
        return ComplaintState.RECEIVED if self.replied_at is None else ComplaintState.REPLIED


def add(book: Book, claim: UUID, text: str, *, by: Actor, at: datetime) -> Complaint:
    """A new complaint."""
    complaint = Complaint(id=new_id(at), claim=claim, at=at, by=by.name, text=text)
    book.connection.execute(insert(complaints).values(**sealed_columns(book, complaints, complaint, *_PERSONAL)))
    return complaint


def get(book: Book, complaint: UUID) -> Complaint | None:
    """One by its id."""
    row = book.connection.execute(select(complaints).where(complaints.c.id == complaint)).one_or_none()
    return None if row is None else of_row(book, row)


def of_claim(book: Book, claim: UUID) -> tuple[Complaint, ...]:
    """Every complaint of a case, the first first."""
    query = select(complaints).where(complaints.c.claim == claim).order_by(complaints.c.at, complaints.c.id)
    return tuple(of_row(book, row) for row in book.connection.execute(query))


def count(book: Book, claims: Iterable[UUID]) -> int:
    """How many complaints some cases have together."""
    query = select(func.count()).select_from(complaints).where(complaints.c.claim.in_(tuple(claims)))
    return int(book.connection.execute(query).scalar_one())


def hold(book: Book, complaint: Complaint, holder: str | None, *, level: Level | None = None) -> Complaint:
    """In somebody's hands, or in nobody's; ``level`` where it comes to another.

    Raises ``StorageError`` ``storage.moved`` where it was solved, or somebody else has changed it since it was read.
    """
    held = replace(complaint, holder=holder, level=level or complaint.level, version=complaint.version + 1)
    same = (_is(complaint.id), complaints.c.solved_at.is_(None), complaints.c.version == complaint.version)
    change_one(book.connection, complaints, *same, holder=held.holder, level=held.level, version=held.version)
    return held


def replied(book: Book, complaint: UUID, *, at: datetime, words: str | None = None) -> None:
    """The customer got a first reply. Raises ``StorageError`` ``storage.moved`` where that was done."""
    _step(book, complaint, complaints.c.replied_at.is_(None), {"reply": words}, replied_at=at)


def told(
    book: Book, complaint: UUID, *, at: datetime, words: str | None = None, expected_at: datetime | None = None
) -> None:
    """The customer was told the result; or why it takes longer, and by when: then they may be told anew. ``words`` are
    all that was told. Raises as ``replied`` does."""
    _step(book, complaint, _NO_RESULT, {"result": words}, told_at=at, expected_at=expected_at)


def solved(book: Book, complaint: UUID, solution: Note, *, at: datetime, answer: str | None = None) -> None:
    """Nothing of it is open. Raises as ``replied`` does."""
    still, how = complaints.c.solved_at.is_(None), note_json(solution)
    _step(book, complaint, still, {"answer": answer}, solved_at=at, solution=how)


def _step(
    book: Book, complaint: UUID, still: ColumnElement[bool], said: Mapping[str, str | None], **known: object
) -> None:
    """A step that can be made ``still``, what was said with it, and what is known by it."""
    sealed = {f"{name}_sealed": book.sealed(words, complaints.name, complaint, name) for name, words in said.items()}
    change_one(book.connection, complaints, _is(complaint), still, version=_NEXT, **sealed, **known)


def erase_words(book: Book, claim: UUID) -> None:
    """What the customer and the staff wrote. Times and codes stay."""
    words = dict.fromkeys(f"{name}_sealed" for name in _PERSONAL)
    book.connection.execute(update(complaints).where(complaints.c.claim == claim).values(version=_NEXT, **words))


def _is(complaint: UUID) -> ColumnElement[bool]:
    return complaints.c.id == complaint


def of_row(book: Book, row: Row[Any]) -> Complaint:
    """A complaint with its words, of a row of the table."""
    return opened_record(book, complaints, Complaint, row, *_PERSONAL, solution=row.solution and note_of(row.solution))
