"""What routes ask for: the parts of the running service, the moment of the request, and the language."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Final, cast

from fastapi import Depends, Request

from api.auth.entrance import Entrance
from api.clock import Clock
from api.door import Door
from api.language import language_of
from api.line import Line, Uploads
from api.rate_limits import RateLimits
from api.readiness import Readiness
from api.remembered import Remembered
from api.settings import Settings
from api.stopping import Stopping
from api.telemetry.metrics import Metrics
from claims.desk.house import House
from claims.follow_up import Aspect, Satisfaction
from claims.hit_rate import HitRate, Period
from claims.observe import Eyes
from claims.repository.book import Books
from model.texts import Texts

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What one process holds from start-up to its end. ``promises`` and ``scores`` are public figures, by days back."""

    settings: Settings
    house: House
    entrance: Entrance
    clock: Clock
    line: Line
    small: Line
    door: Door
    uploads: Uploads
    limits: RateLimits
    readiness: Readiness
    metrics: Metrics
    stopping: Stopping
    promises: "Remembered[int, tuple[Period, tuple[HitRate, ...]]]" = field(default_factory=lambda: Remembered(_MINUTE))
    scores: "Remembered[int, tuple[Period, dict[Aspect, Satisfaction]]]" = field(
        default_factory=lambda: Remembered(_MINUTE)
    )

    @property
    def eyes(self) -> Eyes:
        """The detector and the rulebook."""
        return self.house.eyes

    @property
    def books(self) -> Books:
        """The database."""
        return self.house.books


def service(request: Request) -> Service:
    """The running service."""
    return cast(Service, request.app.state.service)


def texts(request: Request) -> Texts:
    """The sentences of the language that the request asks for."""
    return Texts.load(language_of(request))


InService = Annotated[Service, Depends(service)]
InTexts = Annotated[Texts, Depends(texts)]


def moment(service: InService) -> datetime:
    """When this request is dealt with: one moment for all of it."""
    return service.clock()


Now = Annotated[datetime, Depends(moment)]
