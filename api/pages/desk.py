"""``/desk``: the queue of cases that wait for a person, narrowed down and a page at a time."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Annotated, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import InService, Now, Service
from api.documents import never_kept
from api.pages.desk_frame import Left, desk_page, left, links_of, refused, to_sign_in, zone_of
from api.pages.visitors import StaffMember
from api.review_views.queued import QueuedOut
from api.staff_texts import StaffTexts
from api.working import looking
from claims.desk.desk import Desk
from claims.desk.queue import InLine
from claims.desk.queue_page import Narrowed, QueuePage, queue_page
from claims.states import CaseState
from model.errors import QuickClaimError, RightsError
from model.texts import Texts

router = APIRouter(include_in_schema=False, dependencies=[Depends(never_kept)])

ON_A_PAGE: Final = 20
_SOMEBODY: Final = "desk_page.case.somebody"


@dataclass(frozen=True, slots=True)
class Row:
    """A case of the queue as a line of a table. ``other`` is a colleague who has it, up to ``until``."""

    case: QueuedOut
    left: Left | None
    zone: ZoneInfo
    other: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to narrow the queue down, and how many cases there are."""

    text: str
    address: str
    count: int
    chosen: bool


@router.get("/desk")
async def queue(
    request: Request,
    caller: StaffMember,
    service: InService,
    texts: StaffTexts,
    at: Now,
    state: CaseState | None = None,
    mine: bool = False,
    overdue: bool = False,
    page: Annotated[int, Query(ge=1, le=100)] = 1,
) -> Response:
    """Overdue cases first, then by deadline less a lead for the risk, and in whose hands each of them is."""
    if caller is None:
        return to_sign_in(request)
    wanted = Narrowed(state=state, mine=mine, overdue=overdue)
    look = partial(_queue, wanted=wanted, page=page)
    try:
        found = await looking(service.house, caller.actor, at, look)
    except QuickClaimError as error:
        links = links_of(service.house.rights, caller.actor.role)
        if isinstance(error, RightsError) and links and links[0].address != "/desk":
            return desk_page("desk/elsewhere.html.j2", request, texts, service, caller)
        return refused(error, request, texts, service, caller)
    pages = max(1, -(-found.found // ON_A_PAGE))
    return desk_page(
        "desk/queue.html.j2",
        request,
        texts,
        service,
        caller,
        rows=[_row(one, found, service, texts, at) for one in found.cases],
        queue=found,
        choices=_choices(found, wanted, texts),
        page=min(page, pages),
        pages=pages,
        before=_address(wanted, page - 1) if page > 1 else None,
        after=_address(wanted, page + 1) if page < pages else None,
    )


def _queue(desk: Desk, wanted: Narrowed, page: int) -> QueuePage:
    return queue_page(desk, wanted, skip=(page - 1) * ON_A_PAGE, limit=ON_A_PAGE)


def _row(one: InLine, queue: QueuePage, service: Service, texts: Texts, at: datetime) -> Row:
    shown = Row(QueuedOut.of(one, texts), left(one.claim.due_at, at, texts), zone_of(service, one.claim.region))
    lease = one.claim.lease
    if lease is None or one.mine or not lease.in_force(at):
        return shown
    return replace(shown, other=queue.names.get(lease.holder, texts.sentences[_SOMEBODY]), until=lease.until)


def _choices(found: QueuePage, wanted: Narrowed, texts: Texts) -> list[Choice]:
    said = texts.sentences
    everything, mine, overdue = Narrowed(), Narrowed(mine=True), Narrowed(overdue=True)
    ways = [
        (said["desk_page.queue.all"], everything, found.waiting),
        (said["desk_page.queue.mine"], mine, found.mine),
        (said["desk_page.queue.overdue"], overdue, found.overdue),
        *((texts.name(state), Narrowed(state=state), count) for state, count in found.by_state.items()),
    ]
    return [Choice(text, _address(way, 1), count, way == wanted) for text, way, count in ways]


def _address(wanted: Narrowed, page: int) -> str:
    asked = {"state": wanted.state, "mine": wanted.mine and "true", "overdue": wanted.overdue and "true"}
    query = urlencode({name: value for name, value in {**asked, "page": page if page > 1 else None}.items() if value})
    return f"/desk?{query}" if query else "/desk"
