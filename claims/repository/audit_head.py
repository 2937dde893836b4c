"""The last link of the audit log under its seal: only who has the log's key can say where the log ends."""

import hmac
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select, update

from claims.audit import GENESIS, Head, seal_of
from claims.repository.book import Book
from claims.tables import audit_head, moves
from model.errors import StorageError

_log = logging.getLogger(__name__)

_LOCKED: Final = select(audit_head).with_for_update()


@dataclass(frozen=True, slots=True)
class Kept:
    """The head as it is stored; ``seal`` is None where nobody has sealed it."""

    head: Head
    seal: str | None


def kept(book: Book) -> Kept | None:
    """As it stands; None where somebody has taken the row away."""
    return _kept(book.connection.execute(select(audit_head)).one_or_none())


def locked(book: Book) -> Kept:
    """For the next entry. Raises ``StorageError`` ``storage.damaged`` where there is none."""
    found = _kept(book.connection.execute(_LOCKED).one_or_none())
    if found is None:
        raise StorageError("damaged", "the head of the audit log is missing")
    return found


def is_sealed(book: Book, found: Kept) -> bool:
    """Whether the head is where the service left it. A log without entries bears no seal."""
    if found.seal is None:
        return found.head == GENESIS
    return hmac.compare_digest(found.seal.encode(), seal_of(found.head, book.secrets.audit).encode())


def advance(book: Book, before: Kept, head: Head, *, at: datetime) -> None:
    """The log goes on, and ends at ``head``.

    Whatever happened to the log, work goes on: but a head that was not ours is never sealed as if it were, so that
    ``verify`` tells it from then on.
    """
    sound = is_sealed(book, before) and not (before.seal is None and _is_older(book, at))
    if not sound:
        _log.error("the head of the audit log is not the one that was written; run quickclaim audit verify")
    seal = seal_of(head, book.secrets.audit) if sound else before.seal
    book.connection.execute(update(audit_head), {"seq": head.seq, "hash": head.hash, "seal": seal})


def seal(book: Book) -> None:
    """Of a log that has none; the caller has found it whole."""
    book.connection.execute(update(audit_head), {"seal": seal_of(locked(book).head, book.secrets.audit)})


def _is_older(book: Book, at: datetime) -> bool:
    """Whether cases were moved before a log that is about to begin: then it has begun before."""
    return book.connection.execute(select(moves.c.id).where(moves.c.at < at).limit(1)).first() is not None


def _kept(row: Row[Any] | None) -> Kept | None:
    return None if row is None else Kept(Head(row.seq, row.hash), row.seal)
