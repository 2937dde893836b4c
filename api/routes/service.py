"""Complaints that are answered, and calls that are made: ``/v1/claims/{id}/complaints`` and ``/v1/follow-ups``."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.auth.who import CurrentActor
from api.deps import InService, InTexts, Now
from api.documents import DocumentRoute
from api.idempotent import InOnce, once
from api.openapi import problems
from api.review_views.service import CallOut, OfCase, Solved, StaffComplaintOut
from api.working import changing, looking
from claims.desk import calling, complaining
from claims.desk.complaining import Complained
from claims.desk.desk import Desk
from claims.repository.idempotency import Answer
from model.texts import Texts

router = APIRouter(prefix="/v1", tags=["service"], route_class=DocumentRoute)

_READS = problems(401, 403, 404, 422, 429, 500, 503)
_CHANGES = problems(400, 401, 403, 404, 408, 409, 412, 413, 422, 429, 500, 503)
_ONE = "/claims/{claim_id}/complaints/{complaint_id}"


@router.get("/claims/{claim_id}/complaints", operation_id="listComplaints", responses=_READS)
async def list_complaints(
    claim_id: UUID, actor: CurrentActor, service: InService, texts: InTexts, at: Now, response: Response
) -> list[StaffComplaintOut]:
    """Complaints about a case, for staff who answer them."""
    found = await looking(service.house, actor, at, partial(complaining.complaints_of, claim_id=claim_id))
    response.headers.update({"Cache-Control": "no-store", "Content-Language": texts.language})
    return [StaffComplaintOut.of(one, texts) for one in found]


@router.post(f"{_ONE}/reply", operation_id="replyToComplaint", response_model=StaffComplaintOut, responses=_CHANGES)
async def reply(
    claim_id: UUID,
    complaint_id: UUID,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    key: InOnce,
) -> Response:
    """The customer got a first reply."""
    work = _answered(partial(complaining.reply, claim_id=claim_id, complaint_id=complaint_id), texts)
    return (await once(key, service.house, actor, at, work)).response()


@router.post(f"{_ONE}/told", operation_id="tellComplaint", response_model=StaffComplaintOut, responses=_CHANGES)
async def tell(
    claim_id: UUID,
    complaint_id: UUID,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    key: InOnce,
) -> Response:
    """The customer was told the result, or why it takes longer."""
    work = _answered(partial(complaining.tell, claim_id=claim_id, complaint_id=complaint_id), texts)
    return (await once(key, service.house, actor, at, work)).response()


@router.post(f"{_ONE}/solve", operation_id="solveComplaint", response_model=StaffComplaintOut, responses=_CHANGES)
async def solve(
    claim_id: UUID,
    complaint_id: UUID,
    asked: Solved,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    key: InOnce,
) -> Response:
    """Nothing of it is open. What had not been said before is said with it."""
    do = partial(complaining.solve, claim_id=claim_id, complaint_id=complaint_id, how=asked.how, words=asked.words)
    return (await once(key, service.house, actor, at, _answered(do, texts))).response()


@router.get("/follow-ups", operation_id="listFollowUps", responses=_READS)
async def list_follow_ups(
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    response: Response,
    days: Annotated[int, Query(ge=0, le=366, description="due within so many days; 0: due by now")] = 1,
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
) -> list[CallOut]:
    """Calls that nobody has made, the first due first."""
    look = partial(calling.due_calls, until=at + timedelta(days=days), limit=limit)
    found = await looking(service.house, actor, at, look)
    response.headers.update({"Cache-Control": "no-store", "Content-Language": texts.language})
    return [CallOut.of(due, texts) for due in found]


@router.post("/follow-ups/{call_id}/done", operation_id="followedUp", status_code=204, responses=_CHANGES)
async def followed_up(call_id: UUID, asked: OfCase, actor: CurrentActor, service: InService, at: Now) -> None:
    """The call was made."""
    await changing(service.house, actor, at, partial(calling.called, claim_id=asked.claim, call_id=call_id))


def _answered(do: Callable[[Desk], Complained], texts: Texts) -> Callable[[Desk], Answer]:
    def work(desk: Desk) -> Answer:
        document = StaffComplaintOut.of(do(desk).complaint, texts)
        return Answer(status=200, headers={"Content-Language": texts.language}, body=document.model_dump_json())

    return work
