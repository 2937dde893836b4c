"""The customer's pages: a damage is reported, then one page follows the case (``docs/decisions/0010``)."""

from functools import partial
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from api.choices import Choices
from api.deps import InService, InTexts, Now
from api.pages.customer_case import case_page
from api.pages.render import WEB, page, render
from api.pages.visitors import ItsCustomer
from api.working import looking
from claims.facts import Cause
from inference.intake.limits import IntakeLimits

router = APIRouter(include_in_schema=False)

QUESTIONS: Final = {
    "alone": {
        "single_party": True,
        "injury": False,
        "third_party_property": False,
        "driver_licensed": True,
        "driver_sober": True,
        "place.highway": False,
    },
    "sound": {
        "drivable": True,
        "airbag_deployed": False,
        "fluid_leak": False,
        "misaligned_gaps": False,
        "underbody_or_charge_port": False,
    },
}
"""What is asked about the accident and about the car, each with the answer of most customers: they give it at once."""


@router.api_route("/report", methods=["GET", "HEAD"])
async def report(request: Request, service: InService, texts: InTexts) -> Response:
    """What happened, in a minute."""
    body = render(
        "customer/report.html.j2",
        request,
        texts,
        causes=tuple(Cause),
        questions=QUESTIONS,
        region=service.settings.region,
        classes=Choices.of(service.eyes.rulebook).classes.get(service.settings.region, ()),
    )
    return page(body, request, texts)


@router.api_route("/c/{claim_id}", methods=["GET", "HEAD"])
async def case(
    claim_id: UUID, request: Request, customer: ItsCustomer, service: InService, texts: InTexts, at: Now
) -> Response:
    """The case for who has its link, once they have proven whose it is where that was asked. Everybody else reads the
    same, whether there is such a case or not."""
    if customer is None:
        body = render("customer/enter.html.j2", request, texts, claim_id=claim_id)
        return page(body, request, texts, status=404)
    if not customer.proven:
        return page(render("customer/prove.html.j2", request, texts, claim_id=claim_id), request, texts)
    shown = await looking(service.house, customer, at, partial(case_page, claim_id=claim_id, texts=texts))
    body = render(
        "customer/case.html.j2", request, texts, case=shown, claim=shown.claim, most_bytes=IntakeLimits().max_bytes
    )
    return page(body, request, texts)


@router.api_route("/offline", methods=["GET", "HEAD"])
async def offline(request: Request, texts: InTexts) -> Response:
    """What a browser keeps for the time without network."""
    return page(render("customer/offline.html.j2", request, texts), request, texts)


@router.api_route("/worker.js", methods=["GET", "HEAD"])
async def worker() -> Response:
    """The service worker, at an address from which it may serve all pages."""
    file = WEB / "static" / "js" / "customer" / "worker.js"
    return FileResponse(file, media_type="text/javascript", headers={"Cache-Control": "no-cache"})
