"""``/v1/reviews``: cases that wait for a person are found, taken, read, corrected. Decisions are in ``decisions``."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.answers import told
from api.auth.who import CurrentActor
from api.claim_views.shown import ClaimOut
from api.deps import InService, InTexts, Now
from api.documents import DocumentRoute
from api.idempotent import InOnce, once
from api.openapi import CHANGES_CASE, problems
from api.review_views.answer import review_answer
from api.review_views.asked import Corrections
from api.review_views.queued import Place, QueuedOut, page, review_address
from api.review_views.review import ReviewOut
from api.review_views.versions import IfMatchReview, seen_by
from api.staff_texts import StaffTexts
from api.working import changing, looking
from claims.desk import noting
from claims.desk import queue as line
from claims.desk.desk import Desk
from claims.desk.reviewing import correct
from claims.repository.idempotency import Answer
from model.texts import Texts

router = APIRouter(prefix="/v1/reviews", tags=["reviews"], route_class=DocumentRoute)


@router.get("", operation_id="listReviews", responses=problems(401, 403, 422, 429, 500, 503))
async def list_reviews(
    actor: CurrentActor,
    service: InService,
    texts: StaffTexts,
    at: Now,
    response: Response,
    cursor: Annotated[Place | None, Query(max_length=400, description="goes on after a page; see `Link`")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> list[QueuedOut]:
    """Cases that nobody else works on, overdue ones first, then by deadline less the lead of a risk."""
    found = await looking(service.house, actor, at, partial(page, after=cursor, limit=limit))
    response.headers.update({"Cache-Control": "no-store", "Content-Language": texts.language})
    if found.after is not None:
        response.headers["Link"] = f'</v1/reviews?limit={limit}&cursor={found.after}>; rel="next"'
    return [QueuedOut.of(one, texts) for one in found.cases]


@router.post(
    "/next",
    operation_id="nextReview",
    response_model=ClaimOut,
    responses={204: {"description": "No case waits that the caller may decide"}, **CHANGES_CASE},
)
async def next_review(actor: CurrentActor, service: InService, texts: InTexts, at: Now, key: InOnce) -> Response:
    """The most urgent case that nobody holds and that the caller may decide, now theirs for a while.

    `Location` leads to its review.
    """

    def work(desk: Desk) -> Answer:
        taken = line.claim_next(desk)
        return Answer(status=204, body="") if taken is None else _taken(desk, taken.id, texts)

    return (await once(key, service.house, actor, at, work)).response()


@router.post("/{claim_id}/take", operation_id="takeReview", response_model=ClaimOut, responses=CHANGES_CASE)
async def take(
    claim_id: UUID, actor: CurrentActor, service: InService, texts: InTexts, at: Now, key: InOnce
) -> Response:
    """This case, now the caller's for a while. One that is theirs already stays as it is."""

    def work(desk: Desk) -> Answer:
        line.take(desk, claim_id)
        return _taken(desk, claim_id, texts)

    return (await once(key, service.house, actor, at, work)).response()


@router.post("/{claim_id}/extend", operation_id="extendReview", response_model=ClaimOut, responses=CHANGES_CASE)
async def extend(
    claim_id: UUID, actor: CurrentActor, service: InService, texts: InTexts, at: Now, key: InOnce
) -> Response:
    """The caller is still at it: a full term from now on."""

    def work(desk: Desk) -> Answer:
        line.extend(desk, claim_id)
        return _taken(desk, claim_id, texts)

    return (await once(key, service.house, actor, at, work)).response()


@router.post("/{claim_id}/release", operation_id="releaseReview", response_model=ClaimOut, responses=CHANGES_CASE)
async def release(
    claim_id: UUID, actor: CurrentActor, service: InService, texts: InTexts, at: Now, key: InOnce
) -> Response:
    """The case goes back into the queue; what was corrected stays."""

    def work(desk: Desk) -> Answer:
        line.release(desk, claim_id)
        return told(desk, claim_id, texts)

    return (await once(key, service.house, actor, at, work)).response()


@router.get(
    "/{claim_id}",
    operation_id="getReview",
    response_model=ReviewOut,
    responses={
        304: {"description": "Nothing has changed since the `ETag` of `If-None-Match`"},
        **problems(401, 403, 404, 409, 422, 429, 500, 503),
    },
)
async def get_review(
    claim_id: UUID, request: Request, actor: CurrentActor, service: InService, texts: InTexts, at: Now
) -> Response:
    """The estimate as people have made it so far, the machine's value beside every person's, and all that is known.

    Who is shown personal data in full is noted, once an hour.
    """
    answer, unnoted = await looking(service.house, actor, at, partial(_reviewed, claim_id=claim_id, texts=texts))
    known = [item.strip().removeprefix("W/") for item in request.headers.get("if-none-match", "").split(",")]
    headers = {**answer.headers, "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie, Accept-Language"}
    if answer.headers["ETag"] in known or "*" in known:
        del headers["Content-Language"]
        return Response(None, 304, headers)
    if unnoted:
        await changing(service.house, actor, at, partial(noting.note_seen, claim_id=claim_id))
    return Response(answer.body, answer.status, headers, "application/json")


@router.post("/{claim_id}/corrections", operation_id="correctReview", response_model=ReviewOut, responses=CHANGES_CASE)
async def corrections(
    claim_id: UUID,
    asked: Corrections,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    key: InOnce,
    if_match: IfMatchReview = None,
) -> Response:
    """Change lines, add or remove them: all of it or nothing. The machine's value stays beside the person's."""

    def work(desk: Desk) -> Answer:
        corrected = correct(desk, claim_id, asked.changes, seen_by(desk, claim_id, if_match))
        return review_answer(desk, claim_id, texts, corrected)

    return (await once(key, service.house, actor, at, work)).response()


def _reviewed(desk: Desk, claim_id: UUID, texts: Texts) -> tuple[Answer, bool]:
    return review_answer(desk, claim_id, texts), noting.unnoted(desk, claim_id)


def _taken(desk: Desk, claim_id: UUID, texts: Texts) -> Answer:
    return told(desk, claim_id, texts, Location=review_address(claim_id))
