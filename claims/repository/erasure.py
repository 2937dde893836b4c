"""A customer's data deleted, on request or by itself. That the retention period is over is the caller's check."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from claims.repository import (
    apps,
    claims,
    complaints,
    follow_ups,
    materials,
    notices,
    offers,
    payments,
    photos,
    reviews,
    third_party,
    timeline,
)
from claims.repository.book import Book
from claims.repository.claims import Claim
from claims.tables import claims as table


def closed(book: Book, region: str, *, before: datetime, limit: int = 100) -> tuple[Claim, ...]:
    """Cases of a market that were closed before a moment and are not erased, the first closed first."""
    old = (table.c.region == region, table.c.closed_at < before, table.c.erased_at.is_(None))
    query = select(table.c.id).where(*old).order_by(table.c.closed_at, table.c.id).limit(limit)
    ids = book.connection.execute(query).scalars().all()
    found = claims.some(book, ids)
    return tuple(found[claim] for claim in ids)


def regions(book: Book) -> tuple[str, ...]:
    """Markets that have a case which is closed and not erased."""
    kept = (table.c.closed_at.is_not(None), table.c.erased_at.is_(None))
    query = select(table.c.region).where(*kept).distinct().order_by(table.c.region)
    return tuple(book.connection.execute(query).scalars())


def erase(book: Book, claim: Claim, *, at: datetime) -> Claim:
    """The case without anybody's personal data: no notice, photos, documents, signatures or own words, and no way in.

    States, amounts, clocks and the audit log stay. Raises ``StorageError`` ``storage.moved`` as ``claims.save`` does.
    """
    erased = claims.save(book, replace(claim, erased_at=at))
    notices.erase(book, claim.id)
    photos.erase(book, claim.id)
    materials.erase(book, claim.id)
    for written in (reviews, timeline, offers, payments, complaints, third_party):
        written.erase_words(book, claim.id)
    follow_ups.erase_comment(book, claim.id)
    apps.revoke_tokens(book, claim.id, at=at)
    return erased
