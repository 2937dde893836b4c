"""Calls that are made to customers: ``/v1/follow-ups``, and whom to ring up."""

from datetime import timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.answers import nothing_told
from api.auth.who import CurrentActor
from api.deps import InService, InTexts, Now
from api.documents import DocumentRoute
from api.idempotent import InOnce, once
from api.openapi import problems
from api.paging import page
from api.review_views.places import AfterPlace, call_place, place_of
from api.review_views.service import CallOut, NumberOut, OfCase, WhyCall
from api.working import changing, looking
from claims.desk import calling

router = APIRouter(prefix="/v1", tags=["service"], route_class=DocumentRoute)

_READS = problems(401, 403, 404, 422, 429, 500, 503)
_CHANGES = problems(400, 401, 403, 404, 408, 409, 412, 413, 422, 429, 500, 503)


@router.get("/follow-ups", operation_id="listFollowUps", responses=_READS)
async def list_follow_ups(
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    response: Response,
    days: Annotated[int, Query(ge=0, le=366, description="due within so many days; 0: due by now")] = 1,
    cursor: AfterPlace = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
) -> list[CallOut]:
    """Calls that nobody has made, the first due first. `POST /v1/claims/{id}/call` tells whom to ring up.

    `Link` leads to the next page.
    """
    look = partial(calling.due_calls, until=at + timedelta(days=days), after=place_of(cursor), limit=limit + 1)
    found = await looking(service.house, actor, at, look)
    response.headers.update({"Cache-Control": "no-store", "Content-Language": texts.language})
    rows = page(found, limit, response, f"/v1/follow-ups?days={days}", call_place)
    return [CallOut.of(due, texts) for due in rows]


@router.post("/follow-ups/{call_id}/done", operation_id="followedUp", status_code=204, responses=_CHANGES)
async def followed_up(
    call_id: UUID, asked: OfCase, actor: CurrentActor, service: InService, at: Now, key: InOnce
) -> Response:
    """The call was made."""
    work = nothing_told(partial(calling.called, claim_id=asked.claim, call_id=call_id))
    return (await once(key, service.house, actor, at, work)).response()


@router.post("/claims/{claim_id}/call", operation_id="callCustomer", responses=_CHANGES)
async def call(
    claim_id: UUID, asked: WhyCall, actor: CurrentActor, service: InService, at: Now, response: Response
) -> NumberOut:
    """The customer's telephone number, for staff who have to call: a call, a complaint or an escalation has to be open.

    The log notes each time who was told it, and why.
    """
    response.headers["Cache-Control"] = "no-store"
    found = await changing(service.house, actor, at, partial(calling.number, claim_id=claim_id, why=asked.why))
    return NumberOut.of(found)
