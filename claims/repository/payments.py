"""Money on its way to a customer: one payment at a time for a case, and one that arrives for an offer."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, exists, or_, select, update

from claims.repository.book import Book
from claims.repository.places import later
from claims.repository.rows import change_one, insert_once, next_position, opened_record, sealed_columns
from claims.states import CaseState, Owner
from claims.tables import claims, payments
from claims.tables.words import ReturnReason
from model.errors import StorageError

_PERSONAL: Final = ("proof",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A transfer: started, and then paid or returned. ``amount`` in ``currency``; ``started_by`` names the actor.

    ``proof`` is the transfer's reference, ``proof_sha256`` the file of its receipt in the photo store.
    """

    id: UUID
    claim: UUID
    position: int = 0
    offer: UUID
    amount: Decimal
    currency: str
    started_at: datetime
    started_by: str
    returned_at: datetime | None = None
    return_reason: ReturnReason | None = None
    paid_at: datetime | None = None
    proof: str | None = field(default=None, repr=False)
    proof_sha256: str | None = None


def start(book: Book, payment: Payment) -> Payment:
    """The money goes out. The caller has locked the case and checked that the offer was accepted.

    Raises ``StorageError`` ``storage.moved`` while another payment of the case is under way, and where this offer was
    paid before.
    """
    placed = replace(payment, position=next_position(book.connection, payments, payment.claim))
    if not insert_once(book.connection, payments, sealed_columns(book, payments, placed, *_PERSONAL)):
        raise StorageError("moved", "it is being paid, or was paid before")
    return placed


def returned(book: Book, payment: Payment, reason: ReturnReason, *, at: datetime) -> Payment:
    """The money came back: it may be sent again. Raises ``StorageError`` ``storage.moved`` for one that has ended."""
    _change(book, payment, returned_at=at, return_reason=reason)
    return replace(payment, returned_at=at, return_reason=reason)


def paid(book: Book, payment: Payment, *, proof: str, at: datetime, proof_sha256: str | None = None) -> Payment:
    """The money arrived. Raises ``StorageError`` ``storage.moved`` for a payment that has ended."""
    sealed = book.sealed(proof, payments.name, payment.id, "proof")
    _change(book, payment, paid_at=at, proof_sealed=sealed, proof_sha256=proof_sha256)
    return replace(payment, paid_at=at, proof=proof, proof_sha256=proof_sha256)


def open_of(book: Book, claim: UUID) -> Payment | None:
    """The payment under way."""
    row = book.connection.execute(_of(claim).where(*_OPEN)).one_or_none()
    return None if row is None else _payment(book, row)


def went_out(book: Book, claim: UUID) -> bool:
    """Whether money of the case is on its way or has arrived, and has not come back."""
    stayed = select(payments.c.id).where(payments.c.claim == claim, payments.c.returned_at.is_(None)).limit(1)
    return book.connection.execute(stayed).first() is not None


def of_claim(book: Book, claim: UUID, *, after: UUID | None = None, limit: int | None = None) -> tuple[Payment, ...]:
    """Every payment of a case, the first first, or ``limit`` of them; ``after`` goes on after a page."""
    query = _of(claim).limit(limit)
    if after is not None:
        query = query.where(later(payments, payments.c.position, after))
    return tuple(_payment(book, row) for row in book.connection.execute(query))


def waiting(book: Book, *, came_back: bool, after: UUID | None = None, limit: int = 100) -> tuple[Payment, ...]:
    """Payments of all cases under way, or those that came back and were not sent again in a case that is in payment.

    The first started first; ``after`` goes on after a page.
    """
    query = select(payments).order_by(payments.c.id).limit(limit).where(*(_came_back() if came_back else _OPEN))
    if after is not None:
        query = query.where(payments.c.id > after)
    return tuple(_payment(book, row) for row in book.connection.execute(query))


def erase_words(book: Book, claim: UUID) -> None:
    """References and receipts of transfers. Amounts and times stay."""
    words = {"proof_sealed": None, "proof_sha256": None}
    book.connection.execute(update(payments).where(payments.c.claim == claim).values(**words))


_OPEN: Final = (payments.c.returned_at.is_(None), payments.c.paid_at.is_(None))


def _came_back() -> tuple[ColumnElement[bool], ...]:
    """An owner narrows the cases down by an index; one that was escalated out of payment is in payment all the same."""
    later, pending = payments.alias(), CaseState.PENDING_PAYMENT
    sent_again = exists().where(later.c.claim == payments.c.claim, later.c.position > payments.c.position)
    owned = claims.c.owner.in_((Owner.PAYMENTS, Owner.SPECIALIST))
    in_payment = select(claims.c.id).where(owned, or_(claims.c.state == pending, claims.c.came_from == pending))
    return (payments.c.returned_at.is_not(None), ~sent_again, payments.c.claim.in_(in_payment))


def _of(claim: UUID) -> Select[Any]:
    return select(payments).where(payments.c.claim == claim).order_by(payments.c.position)


def _change(book: Book, payment: Payment, **values: object) -> None:
    change_one(book.connection, payments, payments.c.id == payment.id, *_OPEN, **values)


def _payment(book: Book, row: Row[Any]) -> Payment:
    return opened_record(book, payments, Payment, row, *_PERSONAL)
