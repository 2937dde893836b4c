"""``/desk/complaints`` and ``/desk/calls``: what customers wait to hear, by when it is due."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response

from api.deps import InService, Now, Service
from api.documents import never_kept
from api.pages.desk_frame import Left, desk_page, left, refused, to_sign_in, zone_of
from api.pages.visitors import StaffMember
from api.review_views.complaint_pages import look_for
from api.review_views.places import AfterPlace, call_place, complaint_place, place_of
from api.review_views.service import CallOut, StaffComplaintOut
from api.staff_texts import StaffTexts
from api.working import looking
from claims.actors import Actor
from claims.desk import calling
from claims.desk.calling import Due
from claims.desk.complaining import Solution
from claims.desk.complaint_line import Complained
from model.errors import QuickClaimError
from model.texts import Texts

T = TypeVar("T")

router = APIRouter(include_in_schema=False, dependencies=[Depends(never_kept)])

ON_A_PAGE: Final = 50
_AHEAD: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint as a card; its words are shown to who answers it."""

    one: StaffComplaintOut
    left: Left | None
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Call:
    """A call as a row."""

    one: CallOut
    left: Left | None
    zone: ZoneInfo


@router.get("/desk/complaints")
async def complaints(
    request: Request,
    caller: StaffMember,
    service: InService,
    texts: StaffTexts,
    at: Now,
    open: bool = True,  # noqa: A002
    cursor: AfterPlace = None,
) -> Response:
    """Those that nobody has solved, by deadline; with ``open=false`` those that were, the newest first."""
    if caller is None:
        return to_sign_in(request)
    look = look_for(still_open=open, cursor=cursor, limit=ON_A_PAGE + 1)
    try:
        found = await looking(service.house, caller.actor, at, look)
    except QuickClaimError as error:
        return refused(error, request, texts, service, caller)
    return desk_page(
        "desk/complaints.html.j2",
        request,
        texts,
        service,
        caller,
        cards=[_complaint(one, caller.actor, service, texts, at) for one in found[:ON_A_PAGE]],
        open=open,
        solutions=tuple(Solution),
        after=_after(found, f"/desk/complaints?open={str(open).lower()}&", complaint_place),
    )


@router.get("/desk/calls")
async def calls(
    request: Request, caller: StaffMember, service: InService, texts: StaffTexts, at: Now, cursor: AfterPlace = None
) -> Response:
    """Those that nobody has made and that are due by tomorrow."""
    if caller is None:
        return to_sign_in(request)
    look = partial(calling.due_calls, until=at + _AHEAD, after=place_of(cursor), limit=ON_A_PAGE + 1)
    try:
        found = await looking(service.house, caller.actor, at, look)
    except QuickClaimError as error:
        return refused(error, request, texts, service, caller)
    rows = [_call(one, service, texts, at) for one in found[:ON_A_PAGE]]
    after = _after(found, "/desk/calls?", call_place)
    return desk_page("desk/calls.html.j2", request, texts, service, caller, rows=rows, after=after)


def _after(found: Sequence[T], address: str, place: Callable[[T], str]) -> str | None:
    """The address of the next page; one row more than a page was looked for."""
    return f"{address}cursor={place(found[ON_A_PAGE - 1])}" if len(found) > ON_A_PAGE else None


def _complaint(found: Complained, actor: Actor, service: Service, texts: Texts, at: datetime) -> Complaint:
    one = StaffComplaintOut.of(found, actor, texts)
    return Complaint(one, left(one.due_at, at, texts), zone_of(service, found.claim.region))


def _call(due: Due, service: Service, texts: Texts, at: datetime) -> Call:
    one = CallOut.of(due, texts)
    return Call(one, left(one.due_at, at, texts), zone_of(service, due.claim.region))
