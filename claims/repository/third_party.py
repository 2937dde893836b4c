"""Re-assessments by somebody independent: one at a time for a case, with their amount beside ours (M19)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select, update

from claims.actors import Actor
from claims.ids import new_id
from claims.repository.book import Book
from claims.repository.rows import change_one, insert_once, opened_record, sealed_columns
from claims.tables import third_party
from model.errors import StorageError

_PERSONAL: Final = ("reason",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassessment:
    """``asked_by`` and ``answered_by`` name actors; ``reason`` is in the words of who asked, None once erased.

    ``their_amount`` and ``our_amount``, in ``currency``, are known from the answer on.
    """

    id: UUID
    claim: UUID
    asked_at: datetime
    asked_by: str
    reason: str | None = field(repr=False)
    answered_at: datetime | None = None
    answered_by: str | None = None
    their_amount: Decimal | None = None
    our_amount: Decimal | None = None
    currency: str | None = None


def ask(book: Book, claim: UUID, reason: str, *, by: Actor, at: datetime) -> Reassessment:
    """Somebody else shall look. Raises ``StorageError`` ``storage.moved`` while somebody does already."""
    asked = Reassessment(id=new_id(at), claim=claim, asked_at=at, asked_by=by.name, reason=reason)
    if not insert_once(book.connection, third_party, sealed_columns(book, third_party, asked, *_PERSONAL)):
        raise StorageError("moved", "a third party was asked already")
    return asked


def answered(
    book: Book, asked: Reassessment, *, theirs: Decimal, ours: Decimal, currency: str, by: Actor, at: datetime
) -> Reassessment:
    """Both amounts. Raises ``StorageError`` ``storage.moved`` when the answer was taken down before."""
    told = {"their_amount": theirs, "our_amount": ours, "currency": currency}
    waits = (third_party.c.id == asked.id, third_party.c.answered_at.is_(None))
    change_one(book.connection, third_party, *waits, answered_at=at, answered_by=by.name, **told)
    return replace(asked, answered_at=at, answered_by=by.name, their_amount=theirs, our_amount=ours, currency=currency)


def open_of(book: Book, claim: UUID) -> Reassessment | None:
    """The one that has not been answered."""
    waits = (third_party.c.claim == claim, third_party.c.answered_at.is_(None))
    row = book.connection.execute(select(third_party).where(*waits)).one_or_none()
    return None if row is None else _reassessment(book, row)


def of_claim(book: Book, claim: UUID) -> tuple[Reassessment, ...]:
    """Every one of a case, the first asked for first."""
    query = select(third_party).where(third_party.c.claim == claim)
    rows = book.connection.execute(query.order_by(third_party.c.asked_at, third_party.c.id))
    return tuple(_reassessment(book, row) for row in rows)


def erase_words(book: Book, claim: UUID) -> None:
    """Why somebody asked, in their words. Amounts and times stay."""
    book.connection.execute(update(third_party).where(third_party.c.claim == claim).values(reason_sealed=None))


def _reassessment(book: Book, row: Row[Any]) -> Reassessment:
    return opened_record(book, third_party, Reassessment, row, *_PERSONAL)
