"""``/livez`` and ``/readyz``: is the process there, and can it assess."""

from fastapi import APIRouter
from pydantic import BaseModel

from api.deps import InService
from api.openapi import problems

router = APIRouter(tags=["operation"])


class Alive(BaseModel):
    """The process answers."""

    status: str = "alive"


class Ready(BaseModel):
    """The detector answers, and these versions would be used."""

    status: str = "ready"
    versions: dict[str, str]


@router.get("/livez", operation_id="livez", responses=problems(421))
async def livez() -> Alive:
    """The process answers."""
    return Alive()


@router.get("/readyz", operation_id="readyz", responses=problems(421, 503))
async def readyz(service: InService) -> Ready:
    """The detector has just looked at a picture. Its answer counts for a while, so asking often costs nothing."""
    await service.readiness.check(service.eyes.detector)
    return Ready(versions={"model": service.eyes.version, **service.eyes.rulebook.versions})
