"""The audit chain in the database: appended to under the lock of its head, read as it stands, checked as a whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row, func, insert, select

from claims import audit as chain
from claims import audit_check
from claims.actors import Actor
from claims.audit import Entry, Head, Thing
from claims.audit_check import Fault, FaultKind
from claims.audit_facts import Told, Word, word
from claims.repository import audit_head
from claims.repository.book import Book
from claims.tables import audit
from claims.utc import as_text
from model.errors import StorageError

_FORM: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
_UNREADABLE: Final[Any] = {"unreadable": 0.5}
"""A fact that no entry can have, so that one that cannot be read counts as altered."""
_NO_TIME: Final = datetime.fromisoformat("0001-01-01")
"""Without a zone, which no entry is."""
_AT_A_TIME: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an entry will tell. Facts as ``claims.audit.append`` takes them."""

    actor: Actor
    action: Word
    on: Thing
    facts: Mapping[str, object]


def append(
    book: Book, *, at: datetime, actor: Actor, action: Word, on: Thing, facts: Mapping[str, object] | None = None
) -> Entry:
    """The next entry. Every writer of the log waits here until this transaction ends: append last.

    Raises ``SecrecyError`` ``secrecy.fact_refused`` as ``claims.audit.append`` does.
    """
    [entry] = append_all(book, [Said(actor=actor, action=action, on=on, facts=facts or {})], at=at)
    return entry


def append_all(book: Book, said: Sequence[Said], *, at: datetime) -> tuple[Entry, ...]:
    """The next entries, in order, as ``append`` does for one."""
    if not said:
        return ()
    before, entries = audit_head.locked(book), list[Entry]()
    last = before.head
    for one in said:
        entry = chain.append(
            last, at=at, actor=one.actor, action=one.action, on=one.on, facts=one.facts, key=book.secrets.audit
        )
        entries.append(entry)
        last = Head(entry.seq, entry.hash)
    book.connection.execute(insert(audit), list(map(_columns, entries)))
    audit_head.advance(book, before, last, at=at)
    return tuple(entries)


def head(book: Book) -> Head:
    """The last link. Raises ``StorageError`` ``storage.damaged`` where it is missing, or not what was written."""
    found = audit_head.kept(book)
    if found is None or not audit_head.is_sealed(book, found):
        raise StorageError("damaged", "the head of the audit log is missing, or not the one that was written")
    return found.head


def length(book: Book) -> int:
    """The number of the last entry that is there, 0 without any."""
    return book.connection.execute(select(func.max(audit.c.seq))).scalar() or 0


def entries(book: Book, *, after: int = 0) -> Iterator[Entry]:
    """Every entry after a number, as it is stored, a thousand at a time."""
    while True:
        page = select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(_AT_A_TIME)
        rows = book.connection.execute(page).all()
        yield from map(_entry, rows)
        if len(rows) < _AT_A_TIME:
            return
        after = rows[-1].seq


def about(book: Book, thing: Thing, *, after: int = 0, limit: int = 100) -> tuple[Entry, ...]:
    """What happened to one thing, in order."""
    own = select(audit).where(audit.c.object == thing.name, audit.c.seq > after)
    return tuple(map(_entry, book.connection.execute(own.order_by(audit.c.seq).limit(limit))))


def was_noted(book: Book, thing: Thing, *, by: Actor, action: Word, since: datetime) -> bool:
    """Whether there is an entry of this kind after a moment."""
    same = (audit.c.object == thing.name, audit.c.actor == by.name, audit.c.action == word(action))
    found = select(audit.c.seq).where(*same, audit.c.at > as_text(since)).limit(1)
    return book.connection.execute(found).first() is not None


def verify(book: Book, *, anchors: Sequence[Head] = ()) -> tuple[audit_check.Fault, ...]:
    """Every fault of the stored chain; ``anchors`` are links kept elsewhere. In a reading transaction."""
    found = audit_head.kept(book)
    head = found.head if found else None
    faults = audit_check.verify(entries(book), key=book.secrets.audit, head=head, anchors=anchors)
    if found is None:
        return (*faults, Fault(length(book), FaultKind.HEADLESS, length(book)))
    return (
        faults
        if audit_head.is_sealed(book, found)
        else (*faults, Fault(found.head.seq, FaultKind.UNSEALED, found.head.seq))
    )


def _columns(entry: Entry) -> dict[str, object]:
    row = {name: getattr(entry, name) for name in ("seq", "actor", "role", "action", "object", "previous", "hash")}
    return {**row, "at": as_text(entry.at), "facts": chain.facts_text(entry.facts)}


def _entry(row: Row[Any]) -> Entry:
    stored = {name: value for name, value in row._mapping.items() if name not in {"at", "facts"}}
    return Entry(**stored, at=_moment(row.at), facts=_facts(row.facts))


def _moment(text: object) -> datetime:
    """One that is not spelled as it was written counts as altered."""
    try:
        found = datetime.strptime(str(text), _FORM).replace(tzinfo=UTC)
    except ValueError:
        return _NO_TIME
    return found if as_text(found) == text else _NO_TIME


def _facts(text: object) -> Mapping[str, Told]:
    try:
        found = chain.facts_of(str(text))
        same = chain.facts_text(found) == text
    except (ValueError, TypeError, AttributeError, RecursionError):
        return dict(_UNREADABLE)
    return found if same else dict(_UNREADABLE)
