"""Once a day the last link of the audit log is told outside of the database, where nobody can write it anew."""

import logging
from datetime import datetime, timedelta
from typing import Final

from claims.audit import GENESIS
from claims.repository import anchors, audit
from claims.repository.anchors import Anchor
from claims.repository.book import Books

_log = logging.getLogger(__name__)

IN_LOG: Final = "log"
"""The service's own log, which belongs on another machine."""
_DAILY: Final = timedelta(days=1)


def anchor(books: Books, at: datetime) -> Anchor | None:
    """The head in the table of anchors, then as a line of the log, ``audit anchor SEQ:HASH``; None when it is not due.

    Raises ``StorageError`` ``storage.damaged`` where an earlier anchor tells another hash of the same entry.
    """
    with books.writing() as book:
        head = audit.head(book)
        told = [one.at for one in anchors.everyone(book) if one.kept_where == IN_LOG]
        if head == GENESIS or (told and at - max(told) < _DAILY):
            return None
        made = Anchor(head=head, at=at, kept_where=IN_LOG)
        if not anchors.add(book, made):
            return None
    _log.info("audit anchor %d:%s", head.seq, head.hash)
    return made
