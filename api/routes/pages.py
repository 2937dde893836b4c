"""The start page, the form for an estimate without a case, and the list of problems. They work without scripts."""

from datetime import date

from fastapi import APIRouter, Request, Response

from api.choices import Choices
from api.deps import InService, InTexts, Service
from api.errors import RETRY_AFTER_S, STATUS, Problem
from api.estimating import quick_estimate
from api.pages.render import page, render
from api.report.html import report
from api.upload import Upload
from claims.assess import Assessment
from claims.facts import Cause
from model.errors import QuickClaimError
from model.texts import Texts

ASKED = (
    "single_party",
    "injury",
    "third_party_property",
    "policy_active",
    "plate_matches_policy",
    "drivable",
    "airbag_deployed",
    "fluid_leak",
    "misaligned_gaps",
    "new_energy",
    "underbody_or_charge_port",
    "coverage_red_flag",
)
REPORT_CSP = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""For the report, which carries its own style sheet; its own policy narrows this to the hash of that sheet."""

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
async def start(request: Request, texts: InTexts) -> Response:
    """What this is, and where to begin."""
    return page(render("start.html.j2", request, texts, base=str(request.base_url)), request, texts)


@router.api_route("/quick", methods=["GET", "HEAD"])
async def quick(request: Request, service: InService, texts: InTexts) -> Response:
    """The form for an estimate without a case."""
    return _quick_page(request, service, texts)


@router.post("/quick-estimate")
async def estimate(request: Request, service: InService, texts: InTexts) -> Response:
    """The same as ``POST /v1/quick-estimate``, answered with the report as a page."""

    def tell(assessment: Assessment, upload: Upload, day: date) -> str:
        return report(assessment, upload.photos, language=texts.language, on=day, claims_at="/report")

    try:
        told = await quick_estimate(request, service, tell)
    except QuickClaimError as error:
        if error.code not in STATUS:
            raise
        return _quick_page(request, service, texts, Problem.of(error, request))
    return page(told, request, texts, headers={"Content-Security-Policy": REPORT_CSP})


@router.api_route("/problems", methods=["GET", "HEAD"])
async def problems(request: Request, texts: InTexts) -> Response:
    """What the ``type`` of a problem points to."""
    return page(render("problems.html.j2", request, texts, statuses=STATUS), request, texts)


def _quick_page(request: Request, service: Service, texts: Texts, problem: Problem | None = None) -> Response:
    body = render(
        "quick.html.j2",
        request,
        texts,
        choices=Choices.of(service.eyes.rulebook),
        settings=service.settings,
        asked=ASKED,
        causes=tuple(Cause),
        problem=problem,
    )
    headers = {"Retry-After": str(RETRY_AFTER_S)} if problem and problem.status == 503 else {}
    return page(body, request, texts, status=problem.status if problem else 200, headers=headers)
