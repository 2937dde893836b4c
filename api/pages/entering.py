"""Coming in and leaving: a customer's link becomes a cookie, a password becomes a session, and both can be put away."""

from datetime import datetime
from functools import partial
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from api.auth import signing_in
from api.auth.browser import PAGE_HEADER, Page, forget_claim, forget_session, keep_claim, keep_session, kept
from api.auth.signing_in import Session
from api.deps import InService, InTexts, Now
from api.documents import Document, DocumentRoute, never_kept
from api.pages.render import page, render
from api.pages.visitors import ItsCustomer, StaffMember, known
from api.routes.session import Credentials
from api.visit import visit_of
from api.working import changing
from claims.desk import sign_in as signing_out
from claims.passwords import SHORTEST
from claims.repository.people import OWN_ISSUER
from model.errors import RequestError, RightsError

CLAIM_S: Final = 180 * 24 * 3600
"""How long a browser keeps a case. The link opens it again."""


def _from_a_page(request: Request) -> None:
    """Nobody signs somebody else in from another site."""
    if request.headers.get(PAGE_HEADER) not in set(Page):
        raise RequestError("cross_site")


router = APIRouter(include_in_schema=False, route_class=DocumentRoute, dependencies=[Depends(never_kept)])
_FromAPage = Depends(_from_a_page)


class ClaimLink(Document):
    """What stands behind the ``#`` of a customer's link."""

    token: Annotated[str, Field(max_length=128, repr=False)]


@router.post("/c/{claim_id}/enter", status_code=204, dependencies=[_FromAPage])
async def enter(
    claim_id: UUID, link: ClaimLink, request: Request, response: Response, service: InService, at: Now
) -> None:
    """The browser keeps the link's token. Raises ``RightsError`` ``token_invalid`` for one that opens another case."""
    caller = await known(request, service, at, link.token)
    if caller is None or caller.actor.claim != claim_id:
        raise RightsError("token_invalid")
    keep_claim(response, request, claim_id, link.token, CLAIM_S)


@router.post("/c/{claim_id}/leave", status_code=204, dependencies=[_FromAPage])
async def leave(claim_id: UUID, request: Request, response: Response) -> None:
    """The browser forgets the case; the link opens it again."""
    forget_claim(response, request, claim_id)


@router.post("/c/{claim_id}/link", dependencies=[_FromAPage])
async def link_again(request: Request, customer: ItsCustomer) -> ClaimLink:
    """What stands behind the ``#`` of the link once more, for a browser that has it: to be sent on or saved.

    Told when somebody asks for it, never part of a page. Raises ``RightsError`` ``who``.
    """
    token = kept(request, Page.CUSTOMER)
    if customer is None or token is None:
        raise RightsError("who")
    return ClaimLink(token=token)


@router.get("/desk/sign-in")
async def sign_in_page(request: Request, texts: InTexts) -> Response:
    """Where staff type their password."""
    return page(render("desk/sign_in.html.j2", request, texts, shortest=SHORTEST), request, texts)


@router.post("/desk/session", status_code=204, dependencies=[_FromAPage])
async def sign_in(request: Request, response: Response, credentials: Credentials, service: InService, at: Now) -> None:
    """As ``POST /v1/session``; the token stays in a cookie."""
    service.limits.login(visit_of(request.scope))
    password = credentials.password.get_secret_value()
    new = credentials.chosen
    session = await signing_in.sign_in_with(credentials.login, password, service.house, service.entrance, at, new=new)
    _keep(response, request, session, at)


@router.post("/desk/session/renew", status_code=204, dependencies=[_FromAPage])
async def renew(request: Request, response: Response, caller: StaffMember, service: InService, at: Now) -> None:
    """A page that is in use goes on, until twelve hours after the password. Raises ``RightsError``."""
    if caller is None or caller.person is None:
        raise RightsError("who")
    if caller.person.issuer != OWN_ISSUER:
        raise RightsError("signed_in_elsewhere")
    _keep(response, request, signing_in.session_of(caller.person, service.entrance, at, caller.signed_in_at), at)


@router.post("/desk/session/end", status_code=204, dependencies=[_FromAPage])
async def sign_out(request: Request, response: Response, caller: StaffMember, service: InService, at: Now) -> None:
    """This browser forgets the session, and every token of this person has ended, as with ``DELETE /v1/session``.

    Who came from an identity provider stays signed in over there; here the browser forgets them.
    """
    forget_session(response, request)
    if caller is not None and caller.person is not None and caller.person.issuer == OWN_ISSUER:
        leave_all = partial(signing_out.leave, person=caller.person.id)
        await changing(service.house, caller.actor, at, leave_all)


def _keep(response: Response, request: Request, session: Session, at: datetime) -> None:
    keep_session(response, request, session.token, int((session.expires_at - at).total_seconds()))
