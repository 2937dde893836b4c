"""Where a page ended of rows that stand in the order of a moment, as an opaque text."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator

from api.review_views import opaque
from claims.desk.calling import Due
from claims.desk.complaint_line import Complained
from claims.repository.places import Place
from claims.utc import as_text, utc


def place_text(at: datetime, row: UUID) -> str:
    """After this row."""
    return opaque.written(as_text(at), str(row))


def place_of(text: str | None) -> Place | None:
    """The place of a text that ``AfterPlace`` has let through."""
    if text is None:
        return None
    at, row = opaque.read(text)
    return Place(utc(datetime.fromisoformat(at)), UUID(row))


def complaint_place(found: Complained) -> str:
    """After this complaint."""
    return place_text(found.pending.due_at or found.complaint.at, found.complaint.id)


def call_place(due: Due) -> str:
    """After this call."""
    return place_text(due.call.follow_up.due_at, due.call.id)


def _checked(text: str) -> str:
    try:
        place_of(text)
    except (ValueError, TypeError, AttributeError, OverflowError) as wrong:
        raise ValueError("no place in the list") from wrong
    return text


AfterPlace = Annotated[
    Annotated[str, AfterValidator(_checked)] | None,
    Query(max_length=200, description="goes on after a page; see the header `Link`"),
]
"""What ``place_text`` made."""
