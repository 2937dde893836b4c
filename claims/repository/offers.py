"""What a case was offered or settled for: at most one open offer at a time, and all that came before it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CursorResult, Row, bindparam, exists, select, update

from claims.repository.book import Book
from claims.repository.rows import (
    change_one,
    insert_once,
    next_position,
    notes_json,
    notes_of,
    opened_record,
    rows_of,
    sealed_columns,
)
from claims.states import Node, Role
from claims.tables import moves, offers
from claims.tables.words import OfferEnd
from model.errors import StorageError
from model.notes import Note

_PERSONAL: Final = ("terms", "signature")
_OPEN: Final = select(offers).where(offers.c.claim == bindparam("claim"), offers.c.ended_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """``amount`` is what would be paid, ``total`` the gross sum of the lines; both in ``currency``.

    ``review_version`` is that of the review of ``assessment``, 0 for the machine's own lines. ``machine``: no person
    decided it. ``terms`` are those that were cited. ``signature`` is what the customer typed, ``signature_sha256`` the
    file of a drawn one. Open until it is ended; what was accepted stays open, for it holds.
    """

    id: UUID
    claim: UUID
    position: int = 0
    assessment: UUID | None
    review_version: int = 0
    amount: Decimal
    total: Decimal
    currency: str
    made_at: datetime
    made_by: str
    role: Role
    machine: bool
    reasons: tuple[Note, ...] = ()
    terms: str | None = field(default=None, repr=False)
    valid_until: datetime | None = None
    accepted_at: datetime | None = None
    signature: str | None = field(default=None, repr=False)
    signature_sha256: str | None = None
    ended_at: datetime | None = None
    ended_why: OfferEnd | None = None

    def in_force(self, at: datetime) -> bool:
        """Whether it can be accepted: open, not accepted yet, and not run out."""
        return self._waits and not self.runs_out(at)

    def runs_out(self, at: datetime) -> bool:
        """Whether its time is over by then, without an answer."""
        return self._waits and self.valid_until is not None and at >= self.valid_until

    @property
    def _waits(self) -> bool:
        return self.ended_at is None and self.accepted_at is None


def make(book: Book, offer: Offer) -> Offer:
    """A new offer in its place; the open one is superseded. The caller has locked the case.

    Raises ``StorageError`` ``storage.moved`` when somebody else made one without a lock.
    """
    open_one = (offers.c.claim == offer.claim, offers.c.ended_at.is_(None))
    superseded = {"ended_at": offer.made_at, "ended_why": OfferEnd.SUPERSEDED}
    book.connection.execute(update(offers).where(*open_one).values(**superseded))
    placed = replace(offer, position=next_position(book.connection, offers, offer.claim))
    row = sealed_columns(book, offers, placed, *_PERSONAL, reasons=notes_json(placed.reasons))
    if not insert_once(book.connection, offers, row):
        raise StorageError("moved", "somebody else made an offer")
    return placed


def open_of(book: Book, claim: UUID) -> Offer | None:
    """The offer that waits for an answer, or that was accepted and holds."""
    return _one(book, book.connection.execute(_OPEN, {"claim": claim}))


def get(book: Book, offer: UUID) -> Offer | None:
    """One by its id."""
    return _one(book, rows_of(book.connection, offers, id=offer))


def of_claim(book: Book, claim: UUID) -> tuple[Offer, ...]:
    """Every offer of a case, the first made first."""
    return tuple(_offer(book, row) for row in rows_of(book.connection, offers, "position", claim=claim))


def accept(
    book: Book, offer: Offer, *, at: datetime, signature: str | None = None, signature_sha256: str | None = None
) -> Offer:
    """The customer's yes. That it is ``in_force`` is the caller's check.

    Raises ``StorageError`` ``storage.moved`` when it was accepted, or ended, since it was read.
    """
    accepted = replace(offer, accepted_at=at, signature=signature, signature_sha256=signature_sha256)
    sealed = book.sealed(signature, offers.name, offer.id, "signature")
    _change(book, offer, accepted_at=at, signature_sealed=sealed, signature_sha256=signature_sha256)
    return accepted


def end(book: Book, offer: Offer, why: OfferEnd, *, at: datetime) -> Offer:
    """It holds no longer. Raises ``StorageError`` ``storage.moved`` as ``accept`` does."""
    _change(book, offer, ended_at=at, ended_why=why)
    return replace(offer, ended_at=at, ended_why=why)


def run_out(book: Book, *, at: datetime, limit: int = 100) -> tuple[Offer, ...]:
    """Open offers that nobody accepted in time, the longest run out first."""
    waits = (offers.c.ended_at.is_(None), offers.c.accepted_at.is_(None), offers.c.valid_until <= at)
    query = select(offers).where(*waits).order_by(offers.c.valid_until, offers.c.id).limit(limit)
    return tuple(_offer(book, row) for row in book.connection.execute(query))


def running_out(book: Book, told: Node, *, at: datetime, until: datetime, limit: int = 100) -> tuple[Offer, ...]:
    """Offers that wait for an answer and run out by ``until``, the first first; not those of which a step of the name
    ``told`` has told since they were made."""
    waits = (offers.c.ended_at.is_(None), offers.c.accepted_at.is_(None))
    soon = (offers.c.valid_until > at, offers.c.valid_until <= until)
    said = exists().where(moves.c.claim == offers.c.claim, moves.c.move == told, moves.c.at >= offers.c.made_at)
    query = select(offers).where(*waits, *soon, ~said).order_by(offers.c.valid_until, offers.c.id).limit(limit)
    return tuple(_offer(book, row) for row in book.connection.execute(query))


def erase_words(book: Book, claim: UUID) -> None:
    """Signatures, and terms in anybody's words. Amounts, codes and times stay."""
    words = {"terms_sealed": None, "signature_sealed": None, "signature_sha256": None}
    book.connection.execute(update(offers).where(offers.c.claim == claim).values(**words))


def _change(book: Book, offer: Offer, **values: object) -> None:
    same = offers.c.accepted_at.is_not_distinct_from(offer.accepted_at)
    change_one(book.connection, offers, offers.c.id == offer.id, offers.c.ended_at.is_(None), same, **values)


def _one(book: Book, found: CursorResult[Any]) -> Offer | None:
    row = found.one_or_none()
    return None if row is None else _offer(book, row)


def _offer(book: Book, row: Row[Any]) -> Offer:
    return opened_record(book, offers, Offer, row, *_PERSONAL, reasons=notes_of(row.reasons))
