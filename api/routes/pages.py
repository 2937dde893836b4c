"""The start page, the form on it, and the list of problems. Pages work without scripts."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.choices import Choices
from api.deps import InService, InTexts, Service
from api.errors import RETRY_AFTER_S, STATUS, Problem
from api.estimating import quick_estimate
from api.report.html import report
from api.upload import Upload
from claims.assess import Assessment
from claims.facts import Cause
from model.errors import QuickClaimError
from model.notes import Note
from model.texts import LANGUAGES, Texts

WEB = Path(__file__).parents[2] / "web"
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
async def start(request: Request, service: InService, texts: InTexts) -> Response:
    """What this is, and the form."""
    return _start_page(request, service, texts)


@router.post("/quick-estimate")
async def estimate(request: Request, service: InService, texts: InTexts) -> Response:
    """The same as ``POST /v1/quick-estimate``, answered with the report as a page."""

    def tell(assessment: Assessment, upload: Upload, day: date) -> str:
        return report(assessment, upload.photos, language=texts.language, on=day)

    try:
        page = await quick_estimate(request, service, tell)
    except QuickClaimError as error:
        if error.code not in STATUS:
            raise
        return _start_page(request, service, texts, Problem.of(error, request))
    return _page(page, texts, headers={"Content-Security-Policy": REPORT_CSP})


@router.api_route("/problems", methods=["GET", "HEAD"])
async def problems(request: Request, texts: InTexts) -> Response:
    """What the ``type`` of a problem points to."""
    return _page(_render("problems.html.j2", request, texts, statuses=STATUS), texts)


@dataclass(frozen=True, slots=True)
class _Words:
    """The sentences of a page, by code; a name that no text has is shown as it is."""

    texts: Texts

    def __call__(self, code: str, **facts: object) -> str:
        return self.texts.say(Note(code, facts))

    def name(self, kind: str, value: str) -> str:
        return self.texts.sentences.get(f"page.{kind}_name.{value}", value)


def _start_page(request: Request, service: Service, texts: Texts, problem: Problem | None = None) -> Response:
    body = _render(
        "start.html.j2",
        request,
        texts,
        choices=Choices.of(service.eyes.rulebook),
        settings=service.settings,
        asked=ASKED,
        causes=tuple(Cause),
        base=str(request.base_url),
        problem=problem,
    )
    headers = {"Retry-After": str(RETRY_AFTER_S)} if problem and problem.status == 503 else {}
    return _page(body, texts, problem.status if problem else 200, headers)


def _page(body: str, texts: Texts, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    own = {"Content-Language": texts.language, "Vary": "Accept-Language", "Cache-Control": "no-store"}
    return HTMLResponse(body, status, {**own, **(headers or {})})


def _render(name: str, request: Request, texts: Texts, **values: Any) -> str:
    other = next(language for language in LANGUAGES if language != texts.language)
    return (
        _templates()
        .get_template(name)
        .render(say=_Words(texts), language=texts.language, other=other, path=request.url.path, **values)
    )


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(WEB / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
