"""Whose page it is: a customer by the cookie of a case, one of the staff by the cookie of a session."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from anyio import to_thread
from fastapi import Depends, Request

from api.auth.browser import Page, kept
from api.auth.recognise import Caller, is_signed, recognise
from api.deps import InService, Now, Service
from api.visit import visit_of
from api.working import in_turn
from claims.actors import Actor
from claims.bearer import verify
from model.errors import RightsError


async def _customer(request: Request, service: InService, at: Now, claim_id: UUID) -> Actor | None:
    caller = await _caller(request, service, at, Page.CUSTOMER)
    return caller.actor if caller and caller.actor.claim == claim_id else None


async def _staff(request: Request, service: InService, at: Now) -> Caller | None:
    caller = await _caller(request, service, at, Page.DESK)
    return caller if caller and caller.person else None


async def _caller(request: Request, service: Service, at: datetime, page: Page) -> Caller | None:
    """None for a cookie that has ended: a page says where to come in, where an operation answers with a problem."""
    token = kept(request, page)
    if token is None:
        return None
    return await known(request, service, at, token)


async def known(request: Request, service: Service, at: datetime, token: str) -> Caller | None:
    """Who shows this token; None where it opens nothing (any more)."""
    check = partial(verify, token, service.entrance.issuers, at=at)
    try:
        told = await to_thread.run_sync(check) if is_signed(token) else token
        caller = await in_turn(partial(recognise, told, service.books, at=at))
    except RightsError:
        return None
    service.limits.know(visit_of(request.scope), caller.actor)
    return caller


ItsCustomer = Annotated[Actor | None, Depends(_customer)]
"""The customer of the case ``claim_id`` of the path; None for everybody else."""
StaffMember = Annotated[Caller | None, Depends(_staff)]
"""Who has signed in at the desk."""
