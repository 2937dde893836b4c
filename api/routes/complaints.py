"""Complaints that are answered: ``/v1/complaints`` by deadline, ``/v1/claims/{id}/complaints`` of one case."""

from collections.abc import Callable
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.auth.who import CurrentActor
from api.deps import InService, InTexts, Now
from api.documents import DocumentRoute
from api.idempotent import InOnce, once
from api.openapi import problems
from api.review_views.places import ComplaintPlace, place_of, place_text
from api.review_views.service import Said, Solved, StaffComplaintOut, WaitingComplaintOut
from api.working import looking
from claims.desk import complaining, complaint_line
from claims.desk.complaint_line import Complained
from claims.desk.desk import Desk
from claims.repository.idempotency import Answer
from model.texts import Texts

router = APIRouter(prefix="/v1", tags=["service"], route_class=DocumentRoute)

_READS = problems(401, 403, 404, 422, 429, 500, 503)
_CHANGES = problems(400, 401, 403, 404, 408, 409, 412, 413, 422, 429, 500, 503)
_ONE = "/claims/{claim_id}/complaints/{complaint_id}"


@router.get("/complaints", operation_id="complaintsInLine", responses=_READS)
async def complaints_in_line(
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    response: Response,
    open: Annotated[bool, Query(description="false: those that were solved, the newest first")] = True,  # noqa: A002
    cursor: Annotated[
        ComplaintPlace | None, Query(max_length=200, description="goes on after a page; see `Link`")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> list[WaitingComplaintOut]:
    """Complaints of all cases that nobody has solved, by when the next step is due. `Link` leads to the next page.

    They are taken, or answered at once, by the front line; where a clock was missed by the level above.
    """
    look = _page(open, cursor, limit + 1)
    found = await looking(service.house, actor, at, look)
    response.headers.update({"Cache-Control": "no-store", "Content-Language": texts.language})
    if len(found) > limit:
        after = place_text(found[limit - 1].pending)
        response.headers["Link"] = f'</v1/complaints?open={str(open).lower()}&limit={limit}&cursor={after}>; rel="next"'
    return [WaitingComplaintOut.of(one, actor, texts) for one in found[:limit]]


@router.post(
    "/complaints/{complaint_id}/take",
    operation_id="takeComplaint",
    response_model=StaffComplaintOut,
    responses=_CHANGES,
)
async def take(
    complaint_id: UUID, actor: CurrentActor, service: InService, texts: InTexts, at: Now, key: InOnce
) -> Response:
    """The caller answers this complaint. Never who decided its case."""
    work = _shown(partial(complaining.take, complaint_id=complaint_id), texts)
    return (await once(key, service.house, actor, at, work)).response()


@router.post(
    "/complaints/{complaint_id}/release",
    operation_id="releaseComplaint",
    response_model=StaffComplaintOut,
    responses=_CHANGES,
)
async def release(
    complaint_id: UUID, actor: CurrentActor, service: InService, texts: InTexts, at: Now, key: InOnce
) -> Response:
    """Somebody else shall answer it."""
    work = _shown(partial(complaining.release, complaint_id=complaint_id), texts)
    return (await once(key, service.house, actor, at, work)).response()


@router.get("/claims/{claim_id}/complaints", operation_id="listComplaints", responses=_READS)
async def list_complaints(
    claim_id: UUID, actor: CurrentActor, service: InService, texts: InTexts, at: Now, response: Response
) -> list[StaffComplaintOut]:
    """Complaints about a case, for staff who answer them; its customer reads them in the case."""
    found = await looking(service.house, actor, at, partial(complaint_line.complaints_of, claim_id=claim_id))
    response.headers.update({"Cache-Control": "no-store", "Content-Language": texts.language})
    return [StaffComplaintOut.of(one, actor, texts) for one in found]


@router.post(f"{_ONE}/reply", operation_id="replyToComplaint", response_model=StaffComplaintOut, responses=_CHANGES)
async def reply(
    claim_id: UUID,
    complaint_id: UUID,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    key: InOnce,
    asked: Said | None = None,
) -> Response:
    """The customer got a first reply. `words` are shown to them in the case."""
    do = partial(complaining.reply, claim_id=claim_id, complaint_id=complaint_id, words=_words(asked))
    return (await once(key, service.house, actor, at, _shown(do, texts))).response()


@router.post(f"{_ONE}/told", operation_id="tellComplaint", response_model=StaffComplaintOut, responses=_CHANGES)
async def tell(
    claim_id: UUID,
    complaint_id: UUID,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    key: InOnce,
    asked: Said | None = None,
) -> Response:
    """The customer was told the result, or why it takes longer. `words` are shown to them in the case."""
    do = partial(complaining.tell, claim_id=claim_id, complaint_id=complaint_id, words=_words(asked))
    return (await once(key, service.house, actor, at, _shown(do, texts))).response()


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
    return (await once(key, service.house, actor, at, _shown(do, texts))).response()


def _page(open_: bool, cursor: str | None, most: int) -> Callable[[Desk], tuple[Complained, ...]]:
    place = None if cursor is None else place_of(cursor)
    if open_:
        return partial(complaint_line.waiting, after=place, limit=most)
    return partial(complaint_line.solved, before=None if place is None else place.id, limit=most)


def _words(asked: Said | None) -> str | None:
    return None if asked is None else asked.words


def _shown(do: Callable[[Desk], Complained], texts: Texts) -> Callable[[Desk], Answer]:
    def work(desk: Desk) -> Answer:
        document = StaffComplaintOut.of(do(desk), desk.actor, texts)
        return Answer(status=200, headers={"Content-Language": texts.language}, body=document.model_dump_json())

    return work
