"""A customer's data deleted on request. That the retention period is over is the caller's check."""

from dataclasses import replace
from datetime import datetime

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
