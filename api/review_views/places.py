"""Where a page of complaints ended, as an opaque text."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator

from api.review_views import opaque
from claims.repository.complaint_queue import Pending, Place
from claims.utc import as_text, utc


def place_text(last: Pending) -> str:
    """After this complaint."""
    due = last.due_at or last.complaint.at
    return opaque.written(as_text(due), str(last.complaint.id))


def place_of(text: str) -> Place:
    """The place of a text that ``ComplaintPlace`` has let through."""
    due, complaint = opaque.read(text)
    return Place(utc(datetime.fromisoformat(due)), UUID(complaint))


def _checked(text: str) -> str:
    try:
        place_of(text)
    except (ValueError, TypeError, AttributeError, OverflowError) as wrong:
        raise ValueError("no place in the line") from wrong
    return text


ComplaintPlace = Annotated[str, AfterValidator(_checked)]
"""What ``place_text`` made."""
