"""``/livez``, ``/readyz`` and ``/metrics``: is the process there, can it assess, and how does it fare."""

import hmac

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api.deps import InService, Service
from api.errors import HttpError
from api.openapi import problems
from api.telemetry.metrics import MEDIA_TYPE
from api.visit import visit_of
from model.errors import ServiceError

router = APIRouter(tags=["operation"])


class Alive(BaseModel):
    """The process answers."""

    status: str = "alive"


class Ready(BaseModel):
    """Everything that a case needs is there, and these versions would be used."""

    status: str = "ready"
    versions: dict[str, str]


@router.get("/livez", operation_id="livez", responses=problems(421))
async def livez() -> Alive:
    """The process answers."""
    return Alive()


@router.get("/readyz", operation_id="readyz", responses=problems(421, 503))
async def readyz(service: InService) -> Ready:
    """The detector has just looked at a picture, and what is stored can be read and written.

    Answers count for a few seconds, so asking often costs nothing. A service that is about to stop is not ready.
    """
    if service.stopping.begun:
        raise ServiceError("stopping")
    await service.readiness.require()
    return Ready(versions={"model": service.eyes.version, **service.eyes.rulebook.versions})


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request, service: InService) -> Response:
    """For Prometheus. To anybody else there is nothing at this address."""
    if not _may_read(request, service):
        raise HttpError("not_found")
    content = await to_thread.run_sync(service.metrics.exposition)
    return Response(content, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})


def _may_read(request: Request, service: Service) -> bool:
    """With the token where there is one, else from this computer itself, and not through a proxy on it."""
    token = service.settings.metrics_token
    if token is None:
        return visit_of(request.scope).origin.here
    shown = request.headers.get("authorization", "")
    return hmac.compare_digest(shown.encode(), f"Bearer {token.get_secret_value()}".encode())
