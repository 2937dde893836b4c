"""What auditors ask for: the log, whether it is whole, whether an estimate is what it was; and what people taught."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.auth.who import CurrentActor
from api.deps import InService, InTexts, Now
from api.documents import DocumentRoute
from api.openapi import problems
from api.review_views.audited import EntryOut, Links, ReplayOut, VerifiedOut
from api.working import changing, looking
from claims.actors import Actor
from claims.desk import auditing
from claims.desk.house import House
from claims.desk.replaying import replayed, what_moved
from claims.examples import as_coco
from model.texts import Texts

router = APIRouter(prefix="/v1", tags=["auditing"], route_class=DocumentRoute)

After = Annotated[int, Query(ge=0, le=10**15, description="goes on after this entry; see the header `Link`")]
Most = Annotated[int, Query(ge=1, le=1000)]
_READS = problems(401, 403, 404, 422, 429, 500, 503)


@router.get("/audit", operation_id="readAudit", responses=_READS)
async def read_audit(
    actor: CurrentActor, service: InService, at: Now, response: Response, after: After = 0, limit: Most = 100
) -> list[EntryOut]:
    """The log in order. `Link` leads to the next page."""
    found = await looking(service.house, actor, at, partial(auditing.entries, after=after, limit=limit))
    return _page([EntryOut.of(entry) for entry in found], "/v1/audit", limit, response)


@router.get("/claims/{claim_id}/audit", operation_id="readAuditOfClaim", responses=_READS)
async def read_audit_of_claim(
    claim_id: UUID,
    actor: CurrentActor,
    service: InService,
    at: Now,
    response: Response,
    after: After = 0,
    limit: Most = 100,
) -> list[EntryOut]:
    """What the log holds of a case, in order; refusals included. `Link` leads to the next page."""
    look = partial(auditing.entries_of, claim_id=claim_id, after=after, limit=limit)
    found = await looking(service.house, actor, at, look)
    return _page([EntryOut.of(entry) for entry in found], f"/v1/claims/{claim_id}/audit", limit, response)


@router.post(
    "/audit/verify", operation_id="verifyAudit", responses=problems(400, 401, 403, 408, 413, 422, 429, 500, 503)
)
async def verify(asked: Links, actor: CurrentActor, service: InService, texts: InTexts, at: Now) -> VerifiedOut:
    """Read the whole log and name what was altered, lost, added or moved. It changes nothing."""
    found = await looking(service.house, actor, at, partial(auditing.verify, given=asked.heads))
    return VerifiedOut.of(found, texts)


@router.get(
    "/claims/{claim_id}/replay/{assessment_id}",
    operation_id="replay",
    responses=problems(401, 403, 404, 409, 422, 429, 500, 503),
)
async def replay(
    claim_id: UUID,
    assessment_id: UUID,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    moved: Annotated[bool, Query(description="say too what today's versions would change")] = False,
) -> ReplayOut:
    """Make a stored estimate again from its photos, facts, day and versions. It waits for its turn, as photos do."""
    work = partial(_replayed, service.house, actor, (claim_id, assessment_id), at, texts, moved=moved)
    with service.door.working(), service.line.place():
        return await service.line.run(work)


@router.get(
    "/examples.coco",
    operation_id="exportExamples",
    response_class=Response,
    responses={
        200: {"description": "`annotations.json` of a COCO set", "content": {"application/json": {}}},
        **problems(401, 403, 422, 429, 500, 503),
    },
)
async def export_examples(
    actor: CurrentActor,
    service: InService,
    at: Now,
    after: Annotated[UUID | None, Query(description="goes on after a page; see the header `Link`")] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 10_000,
) -> Response:
    """What people corrected, as labelled photos for training. Photos are named by their SHA-256; nobody is named."""
    found = await changing(service.house, actor, at, partial(auditing.exported, after=after, limit=limit))
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="annotations.json"'}
    if len(found) == limit:
        headers["Link"] = f'</v1/examples.coco?limit={limit}&after={found[-1][0]}>; rel="next"'
    return Response(as_coco(example for _, example in found), headers=headers, media_type="application/json")


def _page(entries: list[EntryOut], address: str, limit: int, response: Response) -> list[EntryOut]:
    response.headers["Cache-Control"] = "no-store"
    if len(entries) == limit:
        response.headers["Link"] = f'<{address}?limit={limit}&after={entries[-1].seq}>; rel="next"'
    return entries


def _replayed(
    house: House, actor: Actor, which: tuple[UUID, UUID], at: datetime, texts: Texts, *, moved: bool
) -> ReplayOut:
    found = replayed(house, actor, *which, at)
    return ReplayOut.of(found, what_moved(house, actor, *which, at) if moved else None, texts)
