"""``POST /v1/claims/{id}/assess``: at once where it takes no longer than two seconds, else 202 and a job to look at."""

from datetime import datetime
from functools import partial
from typing import Final, Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from api.answers import told
from api.auth.who import CurrentActor
from api.claim_views.examples import answered, refused
from api.claim_views.parts import claim_address, job_address
from api.claim_views.shown import ClaimOut
from api.deps import InService, InTexts, Now
from api.documents import DocumentRoute
from api.given import Given
from api.idempotent import InOnce, once
from api.openapi import CHANGES_CASE, problems
from api.waiting import OVER, over_within
from api.working import in_turn, looking
from claims.actions import Action
from claims.desk import assessing
from claims.desk.desk import Desk
from claims.repository import jobs
from claims.repository.idempotency import Answer
from claims.repository.jobs import Job
from claims.tables.words import JobState
from model.errors import RightsError

router = APIRouter(prefix="/v1", tags=["claims"], route_class=DocumentRoute)

AT_ONCE_S: Final = 2.0
_BUSY: Final = (
    "Too many cases wait for the machine, or one has waited for too long (`QUICKCLAIM_MAX_WAITING`, "
    "`QUICKCLAIM_MAX_WAIT_S`). Nothing was done, nothing is lost: the photos are kept, and the same request, with the "
    "same key, is welcome when `Retry-After` says."
)
_LATER: Final = "It takes longer. `Location` leads to the job, which is committed and will be done."


class JobOut(BaseModel):
    """Work on a case. Once it is `done`, or `failed` and with a person, the case tells what came of it."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    kind: str
    state: JobState
    claim: UUID
    made_at: datetime
    ended_at: datetime | None
    attempts: int

    @classmethod
    def of(cls, job: Job, claim: UUID) -> Self:
        """Without the worker, and without what went wrong: that is the operators' to know."""
        return cls(
            id=job.id,
            kind=job.kind,
            state=job.state,
            claim=claim,
            made_at=job.made_at,
            ended_at=job.ended_at,
            attempts=job.attempts,
        )


@router.post(
    "/claims/{claim_id}/assess",
    operation_id="assess",
    response_model=ClaimOut,
    responses={
        **CHANGES_CASE,
        **answered(200, "assessed"),
        **answered(202, "waiting", model=JobOut, description=_LATER),
        **refused(CHANGES_CASE, 409, "no_photos"),
        503: {**CHANGES_CASE[503], "description": _BUSY},
    },
)
async def assess(
    claim_id: UUID, actor: CurrentActor, service: InService, texts: InTexts, at: Now, key: InOnce
) -> Response:
    """Have the machine look at the case. What is there is handed in with it, and the insurer's time begins.

    Asking again while it looks gives the same job. 503 `service.busy` while too much waits: ask again.
    """

    def work(desk: Desk) -> Answer:
        job = assessing.ask(desk, claim_id).job
        return Answer(status=202, headers={"Location": job_address(job.id)}, body=_shown(job, claim_id))

    with service.door.assessing():
        await in_turn(partial(service.house.backlog.admit, service.books, at))
        try:
            asked = await once(key, service.house, actor, at, work)
        finally:
            service.house.backlog.came()
        job = JobOut.model_validate_json(asked.answer.body).id
        if not await over_within(service.house, job, AT_ONCE_S):
            return _waiting(asked)
        answer = await looking(service.house, actor, service.clock(), partial(told, claim_id=claim_id, texts=texts))
        return Given(answer, asked.replayed).response()


@router.get("/jobs/{job_id}", operation_id="getJob", response_model=JobOut, responses=problems(401, 403, 404, 422, 500))
async def get_job(job_id: UUID, actor: CurrentActor, service: InService, at: Now, response: Response) -> JobOut:
    """How far a job is. `Link` leads to its case."""
    job = await looking(service.house, actor, at, partial(_job, job_id=job_id))
    response.headers["Cache-Control"] = "no-store"
    response.headers["Link"] = f'<{claim_address(job.claim)}>; rel="about"'
    if job.state not in OVER:
        response.headers["Retry-After"] = "1"
    return job


def _job(desk: Desk, job_id: UUID) -> JobOut:
    found = jobs.get(desk.book, job_id)
    if found is None or found.claim is None:
        raise RightsError("not_found", "no such job")
    desk.seen(found.claim, Action.READ_CLAIM_MASKED)
    return JobOut.of(found, found.claim)


def _shown(job: Job, claim: UUID) -> str:
    return JobOut.of(job, claim).model_dump_json()


def _waiting(asked: Given) -> Response:
    answer = asked.response()
    answer.headers["Retry-After"] = "1"
    return answer
