"""A customer's data deleted on request. That the retention period is over is the caller's check."""

from dataclasses import replace
from datetime import datetime

from claims.repository import apps, claims, follow_ups, notices, photos, reviews
from claims.repository.book import Book
from claims.repository.claims import Claim


def erase(book: Book, claim: Claim, *, at: datetime) -> Claim:
    """The case without anybody's personal data: no notice, no photos, nothing in anybody's own words, no way in.

    States, amounts, clocks and the audit log stay. Raises ``StorageError`` ``storage.moved`` as ``claims.save`` does.
    """
    erased = claims.save(book, replace(claim, erased_at=at))
    notices.erase(book, claim.id)
    photos.erase(book, claim.id)
    reviews.erase_words(book, claim.id)
    follow_ups.erase_comment(book, claim.id)
    apps.revoke_tokens(book, claim.id, at=at)
    return erased
