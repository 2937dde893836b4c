"""Where a page of complaints ended, as an opaque text."""

import base64
import json
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator

from claims.repository.complaint_queue import Pending, Place
from claims.utc import as_text, utc


def place_text(last: Pending) -> str:
    """After this complaint."""
    due = last.due_at or last.complaint.at
    return base64.urlsafe_b64encode(json.dumps([as_text(due), str(last.complaint.id)]).encode()).decode().rstrip("=")


def place_of(text: str) -> Place:
    """The place of a text that ``ComplaintPlace`` has let through."""
    due, complaint = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return Place(utc(datetime.fromisoformat(due)), UUID(complaint))


def _checked(text: str) -> str:
    try:
        place_of(text)
    except (ValueError, TypeError, AttributeError, OverflowError) as wrong:
        raise ValueError("no place in the line") from wrong
    return text


ComplaintPlace = Annotated[str, AfterValidator(_checked)]
"""What ``place_text`` made."""
