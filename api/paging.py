"""Pages of a list: how long one is, where the next begins, and its address in the header ``Link`` (RFC 8288)."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Query, Response

T = TypeVar("T")

_GOES_ON = "goes on after a page; see the header `Link`"

AfterRow = Annotated[UUID | None, Query(description=_GOES_ON)]
"""The id of the last row of a page."""
Most = Annotated[int, Query(ge=1, le=100)]
"""Rows of a page."""


def page(found: Sequence[T], limit: int, response: Response, address: str, place: Callable[[T], object]) -> Sequence[T]:
    """The first ``limit`` of what was found; one more than that was looked for, and tells whether a page follows.

    ``address`` is that of the list with what narrows it down, ``place`` says where a page ended that ends with a row.
    """
    if len(found) > limit:
        joined = "&" if "?" in address else "?"
        after = f"{address}{joined}limit={limit}&cursor={place(found[limit - 1])}"
        response.headers["Link"] = f'<{after}>; rel="next"'
    return found[:limit]
