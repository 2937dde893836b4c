"""``/v1/stats/overrides``: how often people see it otherwise than the machine."""

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from api.auth.who import CurrentActor
from api.deps import InService, InTexts, Now
from api.openapi import problems
from api.working import looking
from claims.desk.overrides import override_rates
from claims.hit_rate import Period
from model.notes import Note
from model.vocabulary import Part

router = APIRouter(prefix="/v1/stats", tags=["statistics"])


class OverrideOut(BaseModel):
    """`overridden` of `n` lines of the machine; the true rate lies between `low` and `high` with 95 % (Wilson).

    `part` is null for lines of which the machine did not know the part.
    """

    model_config = ConfigDict(frozen=True)

    part: Part | None
    text: str
    n: int
    overridden: int
    rate: float
    low: float
    high: float


class OverridesOut(BaseModel):
    """Of estimates that people settled from `begins` up to, but without, `ends`."""

    model_config = ConfigDict(frozen=True)

    begins: datetime
    ends: datetime
    parts: list[OverrideOut]


@router.get("/overrides", operation_id="overrides", responses=problems(401, 403, 422, 429, 500, 503))
async def overrides(
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    response: Response,
    days: Annotated[int, Query(ge=1, le=366, description="how far to look back, in days")] = 90,
) -> OverridesOut:
    """How often a person changed or took out a line of the machine, by part, with n."""
    period = Period(begins=at - timedelta(days=days), ends=at)
    rates = await looking(service.house, actor, at, partial(override_rates, period=period))
    response.headers.update({"Cache-Control": "no-store", "Content-Language": texts.language})
    parts = [
        OverrideOut(
            part=part,
            text=texts.say(Note(f"name.part.{part or 'unknown'}")),
            n=rate.n,
            overridden=rate.overridden,
            rate=rate.rate,
            low=rate.low,
            high=rate.high,
        )
        for part, rate in rates.items()
    ]
    return OverridesOut(begins=period.begins, ends=period.ends, parts=parts)
