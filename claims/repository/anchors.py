"""Which links of the audit chain were told to somebody out of the database's reach, where, and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from claims.audit import Head
from claims.repository.book import Book
from claims.repository.rows import insert_once
from claims.tables import audit_anchors
from model.errors import StorageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A link as it was when it was told. ``kept_where`` is a short name, such as ``log`` or ``webhook``."""

    head: Head
    at: datetime
    kept_where: str


def add(book: Book, anchor: Anchor) -> bool:
    """Whether this place did not have it yet.

    Raises ``StorageError`` ``storage.damaged`` where an earlier anchor has another hash for the same entry: the chain
    is not the one that it was.
    """
    same = select(audit_anchors.c.hash).where(audit_anchors.c.seq == anchor.head.seq)
    if set(book.connection.execute(same).scalars()) - {anchor.head.hash}:
        raise StorageError("damaged", f"entry {anchor.head.seq} of the audit log had another hash")
    row = {"seq": anchor.head.seq, "kept_where": anchor.kept_where, "hash": anchor.head.hash, "at": anchor.at}
    return insert_once(book.connection, audit_anchors, row, on=["seq", "kept_where"])


def last(book: Book, kept_where: str) -> Anchor | None:
    """The last that was told there."""
    told = select(audit_anchors).where(audit_anchors.c.kept_where == kept_where)
    row = book.connection.execute(told.order_by(audit_anchors.c.seq.desc()).limit(1)).one_or_none()
    return None if row is None else _anchor(row)


def everyone(book: Book) -> tuple[Anchor, ...]:
    """All anchors in the order of the chain; their heads are what ``audit.verify`` takes."""
    query = select(audit_anchors).order_by(audit_anchors.c.seq, audit_anchors.c.at)
    return tuple(map(_anchor, book.connection.execute(query)))


def _anchor(row: Row[Any]) -> Anchor:
    return Anchor(head=Head(row.seq, row.hash), at=row.at, kept_where=row.kept_where)
