"""What routes ask for: ``CurrentActor`` where somebody has to be known, ``MaybeActor`` where nobody need be.

A wrong token is refused on every route that asks, also where none is needed: whoever shows one means to be somebody.
Browsers show one in a cookie; the header ``Authorization`` goes before it.
"""

from datetime import datetime
from functools import partial
from typing import Annotated

from anyio import to_thread
from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from api.auth.browser import kept
from api.auth.recognise import Caller, is_signed, recognise
from api.deps import InService, Now
from api.visit import visit_of
from api.working import in_turn
from claims.actors import Actor, ActorKind
from claims.bearer import verify
from claims.repository.people import Person
from model.errors import RightsError

_BEARER = HTTPBearer(
    scheme_name="token",
    description="A claim's token, an app's key (`qc_…`), or a staff member's token of `POST /v1/session` or of the "
    "identity provider that this installation is set to.",
    auto_error=False,
)


async def _caller(
    request: Request, service: InService, at: Now, _: Annotated[object, Depends(_BEARER)]
) -> Caller | None:
    in_header = shown(request)
    text = kept(request) if in_header is None else in_header
    if text is None:
        return None
    check = partial(verify, text, service.entrance.issuers, at=at)
    told = await to_thread.run_sync(check) if is_signed(text) else text
    caller = await in_turn(partial(recognise, told, service.books, at=at))
    service.limits.know(visit_of(request.scope), caller.actor)
    return caller


def shown(request: Request) -> str | None:
    """The token of the header ``Authorization``; None without one. Raises ``RightsError`` ``token_invalid``."""
    headers = request.headers.getlist("authorization")
    if not headers:
        return None
    scheme, _, token = headers[0].partition(" ")
    if len(headers) > 1 or scheme.lower() != "bearer" or not token.isascii():
        raise RightsError("token_invalid")
    return token.strip(" ")


_MaybeCaller = Annotated[Caller | None, Depends(_caller)]


def _known(caller: _MaybeCaller) -> Caller:
    if caller is None:
        raise RightsError("who")
    return caller


_KnownCaller = Annotated[Caller, Depends(_known)]


def _actor(caller: _KnownCaller) -> Actor:
    return caller.actor


def _maybe_actor(caller: _MaybeCaller) -> Actor | None:
    return None if caller is None else caller.actor


def _person(caller: _KnownCaller) -> Person:
    """Raises ``RightsError`` ``forbidden`` for customers and apps, who have nothing to sign in to."""
    if caller.person is None:
        raise RightsError("forbidden", ActorKind.STAFF)
    return caller.person


def _signed_in_at(caller: _KnownCaller) -> datetime | None:
    return caller.signed_in_at


CurrentActor = Annotated[Actor, Depends(_actor)]
"""Who came in. Raises ``RightsError`` ``rights.who`` when nothing was shown, and as ``recognise`` does."""
MaybeActor = Annotated[Actor | None, Depends(_maybe_actor)]
"""None when nothing was shown."""
CurrentPerson = Annotated[Person, Depends(_person)]
"""One of the staff, as the database had them when this request's token was checked."""
SignedInAt = Annotated[datetime | None, Depends(_signed_in_at)]
"""When the caller typed their password here; None for whoever has none here."""
