"""What the pages of the desk have in common: the bar, the way to the sign-in, a refusal as a page, and what is left."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.auth.recognise import Caller
from api.deps import Service
from api.errors import Problem
from api.pages.render import page, render
from claims.actions import Action
from claims.rights import Rights, Scope
from claims.states import Role
from model.errors import QuickClaimError
from model.notes import Note
from model.texts import Texts

_LINKS: Final = (
    ("queue", "/desk", Action.QUEUE_READ),
    ("complaints", "/desk/complaints", Action.ANSWER_COMPLAINT),
    ("calls", "/desk/calls", Action.FOLLOW_UP),
    ("figures", "/desk/figures", Action.READ_FIGURES),
)
_SOON: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Link:
    """A page that the role may see."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Left:
    """How long until a deadline, or past it, in words; ``tone`` is the class of its badge."""

    text: str
    tone: str


def desk_page(
    template: str,
    request: Request,
    texts: Texts,
    service: Service,
    caller: Caller,
    *,
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    """A page with the bar of whoever is signed in."""
    links = links_of(service.house.rights, caller.actor.role)
    body = render(template, request, texts, caller=caller, role=texts.name(caller.actor.role), links=links, **values)
    return page(body, request, texts, status=status)


def links_of(rights: Rights, role: Role) -> tuple[Link, ...]:
    """In the order of the bar."""
    return tuple(Link(name, to) for name, to, right in _LINKS if rights.scope(role, right) is not Scope.NEVER)


def to_sign_in(request: Request) -> Response:
    """Nobody is signed in, or not any more: after the sign-in they come back here."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/desk/sign-in?next={quote(here, safe='')}", 303)


def refused(error: QuickClaimError, request: Request, texts: Texts, service: Service, caller: Caller) -> HTMLResponse:
    """What cannot be shown, and why."""
    problem = Problem.of(error, request)
    return desk_page("desk/refused.html.j2", request, texts, service, caller, status=problem.status, problem=problem)


def zone_of(service: Service, region: str) -> ZoneInfo:
    """The zone of a market, also of one that has left the policy."""
    return service.house.zone(region)


def left(due: datetime | None, at: datetime, texts: Texts) -> Left | None:
    """None where nothing is due."""
    if due is None:
        return None
    span, passed = abs(due - at), due < at
    if span >= timedelta(days=1):
        unit, facts = "days", {"days": span.days, "hours": span.seconds // 3600}
    elif span >= timedelta(hours=1):
        unit, facts = "hours", {"hours": span.seconds // 3600, "minutes": span.seconds // 60 % 60}
    else:
        unit, facts = "minutes", {"minutes": span.seconds // 60}
    text = texts.say(Note(f"desk_page.{'late' if passed else 'left'}.{unit}", facts))
    return Left(text, "bad" if passed else "warn" if span < _SOON else "good")
