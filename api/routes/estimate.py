"""``POST /v1/quick-estimate``: photos in, an estimate and a decision out, nothing stored."""

from datetime import date

from fastapi import APIRouter, Request, Response

from api.deps import InService, InTexts
from api.estimating import quick_estimate
from api.openapi import QUICK_ESTIMATE, problems
from api.schemas import AssessmentDocument
from api.upload import Upload
from claims.assess import Assessment

router = APIRouter(prefix="/v1", tags=["estimate"])


@router.post(
    "/quick-estimate",
    operation_id="quickEstimate",
    response_model=AssessmentDocument,
    responses=problems(400, 403, 408, 413, 415, 421, 422, 500, 503),
    openapi_extra=QUICK_ESTIMATE,
)
async def estimate(request: Request, service: InService, texts: InTexts) -> Response:
    """Assess the photos of one case.

    Photos that cannot be used do not fail the request: the document says why. When none can be used, the decision is
    `more_photos` if every fact of the case is stated, and `human_review` otherwise. Nothing is stored. Sentences are
    in English or Chinese, by `Accept-Language`.
    """

    def tell(assessment: Assessment, upload: Upload, day: date) -> str:  # noqa: ARG001
        return AssessmentDocument.of(assessment, texts, on=day).model_dump_json()

    content = await quick_estimate(request, service, tell)
    headers = {"Content-Language": texts.language, "Vary": "Accept-Language", "Cache-Control": "no-store"}
    return Response(content, media_type="application/json", headers=headers)
