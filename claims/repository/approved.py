"""Price tables and policies that a second person has approved, the last one first."""

from collections.abc import Iterator

from sqlalchemy import select

from claims.repository import proposals as one_by_one
from claims.repository.book import Book
from claims.repository.proposals import Proposal
from claims.tables import proposals
from claims.tables.words import ProposalState


def approved(book: Book) -> Iterator[Proposal]:
    """Read one by one, so that whoever has found enough stops. Raises ``StorageError`` as ``proposals.get``."""
    query = select(proposals.c.id).where(proposals.c.state == ProposalState.APPROVED)
    for found in book.connection.execute(query.order_by(proposals.c.decided_at.desc(), proposals.c.id.desc())).all():
        proposal = one_by_one.get(book, found.id)
        if proposal is not None:
            yield proposal
