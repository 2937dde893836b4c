"""``/v1/stats``: how well promises are kept and how satisfied customers are, for everybody to see."""

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.auth.who import MaybeActor
from api.deps import InService, InTexts, Now
from api.openapi import ANYBODY, problems
from api.routes.claims import STRANGER
from api.working import looking
from claims.actions import Action
from claims.desk.desk import Desk
from claims.follow_up import Aspect, Satisfaction, satisfaction
from claims.hit_rate import HitRate, Period
from claims.hit_rate import hit_rates as rates_of
from claims.repository import follow_ups, promises
from model.texts import Texts

router = APIRouter(prefix="/v1/stats", tags=["statistics"])

Days = Annotated[int, Query(ge=1, le=366, description="how far to look back, in days")]
_READS = problems(401, 403, 422, 429, 500, 503)
_FRESH = "public, max-age=60"


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class HitRateOut(_Figures):
    """`met` of `n` clocks that were due, as customers were promised them (`audience`: `public`); the true rate lies
    between `low` and `high` with 95 % (Wilson)."""

    kind: str
    audience: str
    text: str
    n: int
    met: int
    rate: float
    low: float
    high: float

    @classmethod
    def of(cls, rate: HitRate, texts: Texts) -> Self:
        """Named in one language."""
        text = f"{texts.name(rate.kind)} · {texts.name(rate.audience)}"
        own = {name: getattr(rate, name) for name in ("n", "met", "rate", "low", "high")}
        return cls(kind=rate.kind, audience=rate.audience, text=text, **own)


class HitRatesOut(_Figures):
    """Clocks that were due from `begins` up to, but without, `ends`."""

    begins: datetime
    ends: datetime
    rates: list[HitRateOut]


class SatisfactionOut(_Figures):
    """`counts` of 1 to 5 points; `satisfied` is the share of 4 and 5, between `low` and `high` with 95 % (Wilson)."""

    aspect: Aspect
    text: str
    n: int
    counts: list[int] = Field(min_length=5, max_length=5)
    mean: float | None
    satisfied: float | None
    low: float
    high: float

    @classmethod
    def of(cls, aspect: Aspect, found: Satisfaction, texts: Texts) -> Self:
        """Named in one language."""
        own = {name: getattr(found, name) for name in ("n", "mean", "satisfied", "low", "high")}
        return cls(aspect=aspect, text=texts.name(aspect), counts=list(found.counts), **own)


class SatisfactionsOut(_Figures):
    """What customers said from `begins` up to, but without, `ends`."""

    begins: datetime
    ends: datetime
    aspects: list[SatisfactionOut]


@router.get("/sla", operation_id="hitRate", responses=_READS, openapi_extra=ANYBODY)
async def hit_rates(
    _: MaybeActor, service: InService, texts: InTexts, at: Now, response: Response, days: Days = 90
) -> HitRatesOut:
    """How often a promise was kept, by kind, with n. Where we want to be faster than was promised, the promise counts.
    Clocks that nobody ever ended count as missed.

    Counted at most once a minute.
    """

    async def count() -> tuple[Period, tuple[HitRate, ...]]:
        period = Period(begins=at - timedelta(days=days), ends=at)
        return period, await looking(service.house, STRANGER, at, partial(_hit_rates, period=period))

    period, rates = await service.promises.get(days, at, count)
    _tell(response, texts)
    return HitRatesOut(begins=period.begins, ends=period.ends, rates=[HitRateOut.of(rate, texts) for rate in rates])


@router.get("/satisfaction", operation_id="satisfaction", responses=_READS, openapi_extra=ANYBODY)
async def satisfied(
    _: MaybeActor, service: InService, texts: InTexts, at: Now, response: Response, days: Days = 90
) -> SatisfactionsOut:
    """What customers say of convenience, communication and the fairness of the amount.

    Counted at most once a minute.
    """

    async def count() -> tuple[Period, dict[Aspect, Satisfaction]]:
        period = Period(begins=at - timedelta(days=days), ends=at)
        return period, await looking(service.house, STRANGER, at, partial(_scores, period=period))

    period, found = await service.scores.get(days, at, count)
    _tell(response, texts)
    aspects = [SatisfactionOut.of(aspect, one, texts) for aspect, one in found.items()]
    return SatisfactionsOut(begins=period.begins, ends=period.ends, aspects=aspects)


def _hit_rates(desk: Desk, period: Period) -> tuple[HitRate, ...]:
    desk.check(Action.STATS_READ)
    return rates_of(promises.published(desk.book, period, at=desk.at))


def _scores(desk: Desk, period: Period) -> dict[Aspect, Satisfaction]:
    desk.check(Action.STATS_READ)
    return satisfaction(follow_ups.scores_between(desk.book, period.begins, period.ends))


def _tell(response: Response, texts: Texts) -> None:
    response.headers.update({"Cache-Control": _FRESH, "Content-Language": texts.language, "Vary": "Accept-Language"})
