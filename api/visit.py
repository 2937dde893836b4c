"""What is known of one request while it is answered; it travels in the ASGI scope."""

from dataclasses import dataclass, field
from typing import cast
from uuid import uuid4

from starlette.types import Scope

from api.proxies import Origin
from api.rate import Standing
from claims.actors import ActorKind

_KEY = "quickclaim.visit"


@dataclass(slots=True, kw_only=True)
class Visit:
    """``actor`` is the kind of whoever asks, once that is known: never who. ``standings`` by the name of the limit."""

    request_id: str
    origin: Origin
    actor: ActorKind | None = None
    standings: dict[str, Standing] = field(default_factory=dict)


def begin(scope: Scope, visit: Visit) -> None:
    """The guard knows it first."""
    scope[_KEY] = visit
    scope["quickclaim.request_id"] = visit.request_id


def visit_of(scope: Scope) -> Visit:
    """Of a request; a fresh one where no guard stands in front."""
    return cast(Visit, scope.get(_KEY) or Visit(request_id=uuid4().hex, origin=Origin(address="")))
