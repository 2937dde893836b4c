"""What a customer may always ask for: why this amount, everything that is kept, and to be forgotten."""

from functools import partial
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.auth.who import CurrentActor
from api.claim_views.examples import answered
from api.claim_views.explained import ExplanationOut, explanation
from api.claim_views.exported import ExportOut
from api.deps import InService, InTexts, Now
from api.openapi import READS_CASE, problems
from api.versions import shown
from api.working import changing, looking
from claims.desk import leaving
from claims.desk.leaving import Deletion
from model.errors import ClaimError

router = APIRouter(prefix="/v1/claims/{claim_id}", tags=["claims"])


@router.get(
    "/explanation",
    operation_id="explain",
    response_model=ExplanationOut,
    responses={**READS_CASE, **problems(409), **answered(200, "explained")},
)
async def explain(
    claim_id: UUID, request: Request, actor: CurrentActor, service: InService, texts: InTexts, at: Now
) -> Response:
    """Why this amount: what was seen where, the rule, the row and the sum behind every line, and what people changed.

    Nothing personal stands in it: it is for the customer (`in_short` to be read) and for auditors alike.
    """
    document = await looking(service.house, actor, at, partial(explanation, claim_id=claim_id, texts=texts))
    return shown(request, document.model_dump_json().encode(), document.version, texts.language)


@router.get("/export", operation_id="exportClaim", responses=problems(401, 403, 404, 422, 429, 500, 503))
async def export(
    claim_id: UUID, actor: CurrentActor, service: InService, texts: InTexts, at: Now, response: Response
) -> ExportOut:
    """Everything that is kept about the case and its customer, to take along. Photos are fetched by their address."""
    exported = await changing(service.house, actor, at, partial(leaving.export, claim_id=claim_id))
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Disposition"] = f'attachment; filename="{exported.claim.number}.json"'
    return ExportOut.of(exported, texts)


@router.delete(
    "", operation_id="deleteClaim", status_code=204, responses=problems(401, 403, 404, 409, 422, 429, 500, 503)
)
async def delete(claim_id: UUID, actor: CurrentActor, service: InService, at: Now) -> None:
    """Have everything personal deleted. The wish is noted at once, whatever the answer is.

    While the case is open, and for the years that the law has it kept, the answer is 409, with the day.
    """
    done: Deletion = await changing(service.house, actor, at, partial(leaving.ask_deletion, claim_id=claim_id))
    if done.erased:
        return
    if done.kept_until is None:
        raise ClaimError("still_open")
    raise ClaimError("kept", day=done.kept_until.isoformat())
