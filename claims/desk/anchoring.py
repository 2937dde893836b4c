"""The last link of the audit log is told outside of the database, where nobody can write it anew: at the first entry,
then once an hour while there are entries."""

import logging
from datetime import datetime, timedelta
from typing import Final

from claims.audit import GENESIS
from claims.repository import anchors, audit
from claims.repository.anchors import Anchor
from claims.repository.book import Book, Books

_log = logging.getLogger(__name__)

IN_LOG: Final = "log"
"""The service's own log, which belongs on another machine."""
_HOURLY: Final = timedelta(hours=1)


def anchor(books: Books, at: datetime) -> Anchor | None:
    """The head in the table of anchors, as a line of the log, ``audit anchor SEQ:HASH``, and in the file of anchors.

    None when it is not due. Raises ``StorageError`` ``storage.damaged`` where an earlier anchor tells another hash of
    the same entry, or the head is not the one that was written; ``storage.unwritable`` for the file.
    """
    with books.reading() as book:
        if not _is_due(book, at):
            return None
    with books.writing() as book:
        made = Anchor(head=audit.head(book), at=at, kept_where=IN_LOG)
        if not anchors.add(book, made):
            return None
    _log.info("audit anchor %d:%s", made.head.seq, made.head.hash)
    if books.anchors is not None:
        books.anchors.add(made.head, at)
    return made


def _is_due(book: Book, at: datetime) -> bool:
    head, last = audit.head(book), anchors.last(book, IN_LOG)
    if last is None:
        return head != GENESIS
    return head != last.head and at - last.at >= _HOURLY
