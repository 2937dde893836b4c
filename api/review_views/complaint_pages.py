"""Pages of complaints: of those that are open, or of those that were solved."""

from collections.abc import Callable
from functools import partial

from api.review_views.places import place_of
from claims.desk import complaint_line
from claims.desk.complaint_line import Complained
from claims.desk.desk import Desk


def look_for(*, still_open: bool, cursor: str | None, limit: int) -> Callable[[Desk], tuple[Complained, ...]]:
    """Those that nobody has solved, by deadline; else those that were, the newest first."""
    place = place_of(cursor)
    if still_open:
        return partial(complaint_line.waiting, after=place, limit=limit)
    return partial(complaint_line.solved, before=None if place is None else place.id, limit=limit)
