"""What auditors look at: the log as it is stored, whether it is whole, and what corrections teach."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from claims.actions import Action
from claims.audit import Entry, Head, Thing, ThingKind
from claims.audit_check import Fault, FaultKind
from claims.desk.desk import Desk, thing_of
from claims.examples import Example
from claims.repository import anchors, audit, audit_head, claims, reviews
from claims.repository.book import Book, Books
from model.errors import RightsError


@dataclass(frozen=True, slots=True)
class Verified:
    """``entries`` were read and compared with ``links``, kept outside of the log; without faults it is whole."""

    entries: int
    links: int
    faults: tuple[Fault, ...]


def entries(desk: Desk, *, after: int, limit: int) -> tuple[Entry, ...]:
    """The log after an entry, in order. Raises ``RightsError`` ``forbidden``."""
    desk.check(Action.READ_AUDIT)
    return tuple(islice(audit.entries(desk.book, after=after), limit))


def entries_of(desk: Desk, claim_id: UUID, *, after: int, limit: int) -> tuple[Entry, ...]:
    """What the log holds of a case. Raises ``RightsError``: ``forbidden``, ``not_found``."""
    desk.check(Action.READ_AUDIT)
    if claims.get(desk.book, claim_id) is None:
        raise RightsError("not_found", Action.READ_AUDIT, action=Action.READ_AUDIT, role=desk.actor.role)
    return audit.about(desk.book, thing_of(claim_id), after=after, limit=limit)


def verify(desk: Desk, given: Sequence[Head] = ()) -> Verified:
    """The whole log, as ``checked``. ``given`` are links that the caller kept. Raises ``RightsError`` ``forbidden``."""
    desk.check(Action.VERIFY_AUDIT)
    return checked(desk.house.books, desk.book, given)


def checked(books: Books, book: Book, given: Sequence[Head] = ()) -> Verified:
    """The whole log, read once, beside the links of the table, of the file of anchors and those that are ``given``.

    ``book`` is a transaction that has read nothing yet: the file is read before, so that no link in it is younger than
    what the transaction sees. Raises ``StorageError`` ``storage.damaged`` for a file of anchors that cannot be read.
    """
    outside = books.anchors.heads() if books.anchors else ()
    links = {*outside, *(one.head for one in anchors.everyone(book)), *given}
    faults = audit.verify(book, anchors=tuple(links))
    return Verified(entries=audit.length(book), links=len(links), faults=faults)


def seal(books: Books) -> None:
    """The end of a log that was written before ends were sealed, if it is whole beside every anchor. ``verify`` tells
    one that is not."""
    with books.writing() as book:
        if {fault.kind for fault in checked(books, book).faults} == {FaultKind.UNSEALED}:
            audit_head.seal(book)


def exported(desk: Desk, *, after: UUID | None, limit: int) -> tuple[tuple[UUID, Example], ...]:
    """What corrections teach, with the id of each example; the log notes that it was handed out.

    Raises ``RightsError`` ``forbidden``.
    """
    desk.check(Action.EXPORT_EXAMPLES)
    found = reviews.examples_after(desk.book, after=after, limit=limit)
    desk.audit(Action.EXPORT_EXAMPLES, Thing(ThingKind.SERVICE), items=len(found))
    return found
