"""Complaints that are answered: ``/v1/complaints`` by deadline, ``/v1/claims/{id}/complaints`` of one case."""

from collections.abc import Callable
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.auth.who import CurrentActor
from api.deps import InService, InTexts, Now
from api.documents import DocumentRoute
from api.idempotent import InOnce, once
from api.openapi import CHANGES_CASE, READS_CASE, problems
from api.paging import Most, page
from api.review_views.complaint_asked import Said, Solved, Told, ToldDelay
from api.review_views.complaint_pages import look_for
from api.review_views.complaint_versions import IfMatchComplaint, complaint_answer, require_seen
from api.review_views.places import AfterPlace, complaint_place
from api.review_views.service import StaffComplaintOut, WaitingComplaintOut
from api.versions import shown
from api.working import looking
from claims.desk import complaining, complaint_line
from claims.desk.complaint_line import Complained
from claims.desk.desk import Desk
from claims.repository.idempotency import Answer
from model.texts import Texts

router = APIRouter(prefix="/v1", tags=["service"], route_class=DocumentRoute)

_READS = problems(401, 403, 404, 422, 429, 500, 503)
_ONE = "/claims/{claim_id}/complaints/{complaint_id}"


@router.get("/complaints", operation_id="complaintsInLine", responses=_READS)
async def complaints_in_line(
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    response: Response,
    open: Annotated[bool, Query(description="false: those that were solved, the newest first")] = True,  # noqa: A002
    cursor: AfterPlace = None,
    limit: Most = 50,
) -> list[WaitingComplaintOut]:
    """Complaints of all cases that nobody has solved, by when the next step is due. `Link` leads to the next page.

    They are taken, or answered at once, by the front line; where a clock was missed by the level above, where there is
    one.
    """
    look = look_for(still_open=open, cursor=cursor, limit=limit + 1)
    found = await looking(service.house, actor, at, look)
    response.headers.update({"Cache-Control": "no-store", "Content-Language": texts.language})
    rows = page(found, limit, response, f"/v1/complaints?open={str(open).lower()}", complaint_place)
    return [WaitingComplaintOut.of(one, actor, texts) for one in rows]


@router.post(
    "/complaints/{complaint_id}/take",
    operation_id="takeComplaint",
    response_model=StaffComplaintOut,
    responses=CHANGES_CASE,
)
async def take(
    complaint_id: UUID,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    key: InOnce,
    if_match: IfMatchComplaint = None,
) -> Response:
    """The caller answers this complaint. Never who decided its case."""
    seen = partial(require_seen, complaint_id=complaint_id, if_match=if_match)
    do = partial(complaining.take, complaint_id=complaint_id)
    return (await once(key, service.house, actor, at, _changed(seen, do, texts))).response()


@router.post(
    "/complaints/{complaint_id}/release",
    operation_id="releaseComplaint",
    response_model=StaffComplaintOut,
    responses=CHANGES_CASE,
)
async def release(
    complaint_id: UUID,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    key: InOnce,
    if_match: IfMatchComplaint = None,
) -> Response:
    """Somebody else shall answer it."""
    seen = partial(require_seen, complaint_id=complaint_id, if_match=if_match)
    do = partial(complaining.release, complaint_id=complaint_id)
    return (await once(key, service.house, actor, at, _changed(seen, do, texts))).response()


@router.get("/claims/{claim_id}/complaints", operation_id="listComplaints", responses=_READS)
async def list_complaints(
    claim_id: UUID, actor: CurrentActor, service: InService, texts: InTexts, at: Now, response: Response
) -> list[StaffComplaintOut]:
    """Complaints about a case, for staff who answer them; its customer reads them in the case."""
    found = await looking(service.house, actor, at, partial(complaint_line.complaints_of, claim_id=claim_id))
    response.headers.update({"Cache-Control": "no-store", "Content-Language": texts.language})
    return [StaffComplaintOut.of(one, actor, texts) for one in found]


@router.get(_ONE, operation_id="getComplaint", response_model=StaffComplaintOut, responses=READS_CASE)
async def get_complaint(
    claim_id: UUID,
    complaint_id: UUID,
    request: Request,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
) -> Response:
    """A complaint as it is now, with the `ETag` that whoever takes or answers it sends."""
    look = partial(complaint_line.complaint_of, claim_id=claim_id, complaint_id=complaint_id)
    document = StaffComplaintOut.of(await looking(service.house, actor, at, look), actor, texts)
    return shown(request, document.model_dump_json().encode(), document.version, texts.language)


@router.post(f"{_ONE}/reply", operation_id="replyToComplaint", response_model=StaffComplaintOut, responses=CHANGES_CASE)
async def reply(
    claim_id: UUID,
    complaint_id: UUID,
    asked: Said,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    key: InOnce,
    if_match: IfMatchComplaint = None,
) -> Response:
    """The customer got a first reply. `words` are shown to them in the case."""
    seen = partial(require_seen, claim_id=claim_id, complaint_id=complaint_id, if_match=if_match)
    do = partial(complaining.reply, claim_id=claim_id, complaint_id=complaint_id, words=asked.words)
    return (await once(key, service.house, actor, at, _changed(seen, do, texts))).response()


@router.post(f"{_ONE}/told", operation_id="tellComplaint", response_model=StaffComplaintOut, responses=CHANGES_CASE)
async def tell(
    claim_id: UUID,
    complaint_id: UUID,
    asked: Told,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    key: InOnce,
    if_match: IfMatchComplaint = None,
) -> Response:
    """The customer was told the result; or why it takes longer, and by when they have it, at most the time that every
    level together has to decide. `words` are shown to them in the case.

    As long as it takes longer they are told again: the result, or another time. A time once told stays: another puts
    off none before it, and each that passes without a result was not kept, and counts so."""
    expected_at = asked.expected_at if isinstance(asked, ToldDelay) else None
    seen = partial(require_seen, claim_id=claim_id, complaint_id=complaint_id, if_match=if_match)
    tell_it = partial(complaining.tell, claim_id=claim_id, complaint_id=complaint_id)
    do = partial(tell_it, words=asked.words, expected_at=expected_at)
    return (await once(key, service.house, actor, at, _changed(seen, do, texts))).response()


@router.post(f"{_ONE}/solve", operation_id="solveComplaint", response_model=StaffComplaintOut, responses=CHANGES_CASE)
async def solve(
    claim_id: UUID,
    complaint_id: UUID,
    asked: Solved,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    key: InOnce,
    if_match: IfMatchComplaint = None,
) -> Response:
    """Nothing of it is open. What had not been said before is said with it."""
    seen = partial(require_seen, claim_id=claim_id, complaint_id=complaint_id, if_match=if_match)
    do = partial(complaining.solve, claim_id=claim_id, complaint_id=complaint_id, how=asked.how, words=asked.words)
    return (await once(key, service.house, actor, at, _changed(seen, do, texts))).response()


def _changed(seen: Callable[[Desk], None], do: Callable[[Desk], Complained], texts: Texts) -> Callable[[Desk], Answer]:
    """What was ``seen`` is what is changed, in one transaction."""

    def work(desk: Desk) -> Answer:
        seen(desk)
        return complaint_answer(desk, do(desk), texts)

    return work
