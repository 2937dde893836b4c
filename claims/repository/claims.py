"""The case as a record: opened, found, locked, changed by one at a time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, Row, Select, and_, bindparam, func, or_, select

from claims.facts import CaseFacts
from claims.ids import new_number
from claims.repository.book import Book
from claims.repository.rows import change_rows, columns_of, insert_once, record, rows_of
from claims.review_queue import Lease, Place, is_overdue, queue_at
from claims.review_rules import shipped
from claims.states import CaseState, Owner
from claims.tables import claims, people
from claims.triage import Authority, CaseClass
from model.errors import StorageError

_TRIES = 5
_ONE: Final = select(claims).where(claims.c.id == bindparam("claim"))
_LOCKED, _FREE = (_ONE.with_for_update(skip_locked=skip, key_share=True) for skip in (False, True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A case. ``version`` counts its changes: the ETag. ``facts`` hold no personal data; the notice does.

    ``app`` opened it, None for a customer. ``due_at`` is when the first of its clocks ends. ``upper`` is the upper
    bound of the machine's range, ``amount`` what is offered or was settled; both in ``currency``.
    """

    id: UUID
    number: str = ""
    version: int = 1
    state: CaseState
    came_from: CaseState | None = None
    owner: Owner | None
    region: str
    app: UUID | None = None
    opened_at: datetime
    state_since: datetime
    facts: CaseFacts
    case_class: CaseClass | None = None
    authority: Authority | None = None
    risk: int = 0
    due_at: datetime | None = None
    lease: Lease | None = None
    upper: Decimal | None = None
    amount: Decimal | None = None
    currency: str | None = None
    closed_at: datetime | None = None
    deletion_asked_at: datetime | None = None
    erased_at: datetime | None = None


def add(book: Book, claim: Claim) -> Claim:
    """A new case, with the number that it was given here."""
    for _ in range(_TRIES):
        numbered = replace(claim, number=new_number(), version=1)
        if insert_once(book.connection, claims, _columns(numbered), on=["number"]):
            return numbered
    raise StorageError("unavailable", "no free claim number was found")


def get(book: Book, claim: UUID) -> Claim | None:
    """A case by its id."""
    return _one(rows_of(book.connection, claims, id=claim))


def some(book: Book, ids: Iterable[UUID]) -> dict[UUID, Claim]:
    """Cases by their ids; those that are not there are left out."""
    return {claim.id: claim for claim in _all(book, select(claims).where(claims.c.id.in_(tuple(ids))))}


def by_number(book: Book, number: str) -> Claim | None:
    """A case by the number that people read."""
    return _one(rows_of(book.connection, claims, number=number))


def locked(book: Book, claim: UUID, *, wait: bool = True) -> Claim | None:
    """A case that nobody else changes until this transaction ends.

    None where there is none, and without ``wait`` also where somebody else has it.
    """
    return _one(book.connection.execute(_LOCKED if wait else _FREE, {"claim": claim}))


def save(book: Book, claim: Claim) -> Claim:
    """The changed case under its next version.

    Raises ``StorageError`` ``storage.moved`` when somebody else changed it since it was read.
    """
    after = replace(claim, version=claim.version + 1)
    if change_rows(book.connection, claims, _columns(after), id=claim.id, version=claim.version) != 1:
        raise StorageError("moved", "the case was changed by somebody else", row_version=claim.version)
    return after


def listed(
    book: Book,
    *,
    app: UUID | None = None,
    states: Iterable[CaseState] = (),
    before: UUID | None = None,
    limit: int = 50,
) -> tuple[Claim, ...]:
    """Cases from the newest on, of one app and in some states where given; ``before`` goes on after a page."""
    query = select(claims).order_by(claims.c.id.desc()).limit(limit)
    if app is not None:
        query = query.where(claims.c.app == app)
    if wanted := tuple(states):
        query = query.where(claims.c.state.in_(wanted))
    if before is not None:
        query = query.where(claims.c.id < before)
    return _all(book, query)


def to_review(
    book: Book, person: UUID, *, at: datetime, after: Place | None = None, limit: int = 200, others: bool = False
) -> tuple[Claim, ...]:
    """Cases that wait for a person: those that nobody else works on at ``at``, with ``others`` also the rest, in the
    order of ``claims.review_queue.ordered``; ``after`` goes on after a page."""
    waits = claims.c.owner.in_((Owner.ADJUSTER, Owner.SPECIALIST))
    free = or_(claims.c.holder.is_(None), claims.c.holder == person, claims.c.lease_until <= at)
    stands = (claims.c.queue_at.asc().nulls_last(), claims.c.risk.desc(), claims.c.state_since, claims.c.id)
    order = (_overdue(at).desc(), *stands)
    query = select(claims).where(waits, *(() if others else (free,))).order_by(*order).limit(limit)
    return _all(book, query if after is None else query.where(_behind(after, at)))


def _overdue(at: datetime) -> ColumnElement[bool]:
    return and_(claims.c.due_at.is_not(None), claims.c.due_at < at)


def _behind(place: Place, at: datetime) -> ColumnElement[bool]:
    """As the order is: what is overdue comes first, one without a deadline last."""
    in_time = ~_overdue(at)
    if is_overdue(place.due_at, at):
        return or_(in_time, _stands_behind(place))
    return and_(in_time, _stands_behind(place))


def _stands_behind(place: Place) -> ColumnElement[bool]:
    same_age = and_(claims.c.state_since == place.since, claims.c.id > place.claim)
    younger = or_(claims.c.state_since > place.since, same_age)
    same_time = or_(claims.c.risk < place.risk, and_(claims.c.risk == place.risk, younger))
    stands = queue_at(place.due_at, place.risk, shipped().lead)
    if stands is None:
        return and_(claims.c.queue_at.is_(None), same_time)
    later = or_(claims.c.queue_at > stands, claims.c.queue_at.is_(None))
    return or_(later, and_(claims.c.queue_at == stands, same_time))


def open_regions(book: Book) -> frozenset[str]:
    """Markets that have a case which is not at rest."""
    query = select(claims.c.region).where(claims.c.closed_at.is_(None)).distinct()
    return frozenset(book.connection.execute(query).scalars())


def held(book: Book, person: UUID, *, at: datetime) -> int:
    """How many cases are in a person's hands. Nobody else counts them until this transaction ends."""
    book.connection.execute(select(people.c.id).where(people.c.id == person).with_for_update())
    mine = (claims.c.holder == person, claims.c.lease_until > at)
    return book.connection.execute(select(func.count()).select_from(claims).where(*mine)).scalar_one()


def _one(found: CursorResult[Any]) -> Claim | None:
    row = found.one_or_none()
    return None if row is None else _claim(row)


def _all(book: Book, query: Select[Any]) -> tuple[Claim, ...]:
    return tuple(map(_claim, book.connection.execute(query)))


def _claim(row: Row[Any]) -> Claim:
    held = row.holder is not None
    lease = Lease(holder=row.holder, taken_at=row.taken_at, until=row.lease_until) if held else None
    return record(Claim, row, facts=CaseFacts.of(row.facts), lease=lease)


def _columns(claim: Claim) -> dict[str, Any]:
    lease = claim.lease
    columns = columns_of(
        claim,
        facts=claim.facts.model_dump(mode="json", exclude_defaults=True),
        queue_at=queue_at(claim.due_at, claim.risk, shipped().lead),
        holder=lease and lease.holder,
        taken_at=lease and lease.taken_at,
        lease_until=lease and lease.until,
    )
    del columns["lease"]
    return columns
