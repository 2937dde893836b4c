"""Price tables and policies that wait for a second person."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from claims.repository.book import Book
from claims.repository.rows import columns_of, ids_json, ids_of, record
from claims.tables import proposals
from claims.tables.words import ProposalKind, ProposalState
from model.errors import StorageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One of them. ``name`` is the version it would have, ``row_version`` counts changes of the row: the ETag.

    ``proposer_line``: who could act with the proposer's account then (``Person.line``).
    """

    id: UUID
    kind: ProposalKind
    state: ProposalState = ProposalState.WAITING
    name: str
    content: str = field(repr=False)
    row_version: int = 1
    proposed_at: datetime
    proposer: UUID
    proposer_line: frozenset[UUID] = frozenset()
    decided_at: datetime | None = None
    decider: UUID | None = None
    reason: str | None = field(default=None, repr=False)

    @property
    def content_sha256(self) -> str:
        """What the audit entry names."""
        return sha256(self.content.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A proposal without its content, which may be long."""

    id: UUID
    kind: ProposalKind
    state: ProposalState
    name: str
    content_sha256: str
    proposed_at: datetime
    proposer: UUID
    decided_at: datetime | None
    decider: UUID | None
    reason: str | None = field(repr=False)


def add(book: Book, proposal: Proposal) -> None:
    """A new one, which waits."""
    line = ids_json(proposal.proposer_line)
    values = columns_of(proposal, content_sha256=proposal.content_sha256, proposer_line=line)
    values.pop("reason")
    book.connection.execute(insert(proposals).values(**values))


def get(book: Book, proposal: UUID) -> Proposal | None:
    """One by its id. Raises ``StorageError`` ``storage.damaged`` where its content is not what was proposed."""
    row = book.connection.execute(select(proposals).where(proposals.c.id == proposal)).one_or_none()
    return None if row is None else _proposal(book, row)


def listed(
    book: Book, states: Iterable[ProposalState], *, after: UUID | None = None, limit: int = 50
) -> tuple[Listed, ...]:
    """Those in some states, the oldest first; ``after`` goes on after a page."""
    columns = [column for column in proposals.c if column.name not in {"content", "row_version"}]
    query = select(*columns).where(proposals.c.state.in_(tuple(states))).order_by(proposals.c.id).limit(limit)
    if after is not None:
        query = query.where(proposals.c.id > after)
    return tuple(record(Listed, row, reason=_reason(book, row)) for row in book.connection.execute(query))


def last_approved(book: Book) -> tuple[int, datetime | None]:
    """How many were approved, and when the last was: both differ after one more."""
    query = select(func.count(), func.max(proposals.c.decided_at)).where(proposals.c.state == ProposalState.APPROVED)
    row = book.connection.execute(query).one()
    return row[0], row[1]


def decide(
    book: Book, proposal: Proposal, state: ProposalState, *, by: UUID, at: datetime, reason: str | None = None
) -> None:
    """Approved, refused or taken back. That it is another person is the caller's check (``claims.rights``).

    Raises ``StorageError`` ``storage.moved`` when somebody else has decided since it was read.
    """
    waits = (proposals.c.id == proposal.id, proposals.c.state == ProposalState.WAITING)
    values = {
        "state": state,
        "decider": by,
        "decided_at": at,
        "row_version": proposal.row_version + 1,
        "reason_sealed": book.sealed(reason, "proposals", proposal.id, "reason"),
    }
    same = proposals.c.row_version == proposal.row_version
    if book.connection.execute(update(proposals).where(*waits, same).values(**values)).rowcount != 1:
        raise StorageError("moved", "the proposal was decided by somebody else", row_version=proposal.row_version)


def _proposal(book: Book, row: Row[Any]) -> Proposal:
    found = record(Proposal, row, reason=_reason(book, row), proposer_line=ids_of(row.proposer_line))
    if found.content_sha256 != row.content_sha256:
        raise StorageError("damaged", "a proposal's content is not what was proposed")
    return found


def _reason(book: Book, row: Row[Any]) -> str | None:
    return book.opened(row.reason_sealed, "proposals", row.id, "reason")
