"""How it goes, for staff: offers at once, overrides, promises kept, how long cases wait, how sure the machine is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from claims.actions import Action
from claims.desk.desk import Desk
from claims.desk.overrides import override_rates
from claims.hit_rate import HitRate, Period, hit_rates
from claims.override_rate import OverrideRate
from claims.repository import dashboard, promises
from claims.repository.figures import Share
from model.vocabulary import Part

WEEKS: Final = 12
SAMPLE: Final = 100
"""Assessments of a week whose scores are read, the latest ones."""
LOW: Final = 0.5
"""A damage is seen with little confidence below it."""
AGES: Final = (timedelta(hours=2), timedelta(hours=8), timedelta(days=1), timedelta(days=3))
_WEEK: Final = timedelta(days=7)
_BACK: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Seven days from ``begins`` on. ``mean`` confidence (0..1) and the share ``low`` of ``damages`` that were found in
    the ``sampled`` assessments; None without any."""

    begins: datetime
    offered: Share
    sampled: int
    damages: int
    mean: float | None
    low: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """``weeks`` end now, the earliest first. ``ages``: cases that wait up to each of ``AGES``, and longer. ``promises``
    and ``overrides`` look back ninety days."""

    weeks: tuple[Week, ...]
    ages: tuple[int, ...]
    promises: tuple[HitRate, ...]
    overrides: Mapping[Part | None, OverrideRate]


def dashboard_of(desk: Desk) -> Dashboard:
    """At this moment. Raises ``RightsError`` ``forbidden``."""
    desk.check(Action.READ_FIGURES)
    back = Period(begins=desk.at - _BACK, ends=desk.at)
    return Dashboard(
        weeks=tuple(_week(desk, number) for number in reversed(range(WEEKS))),
        ages=dashboard.waiting_since(desk.book, [desk.at - age for age in AGES]),
        promises=hit_rates(promises.decided(desk.book, back, at=desk.at)),
        overrides=override_rates(desk, back),
    )


def _week(desk: Desk, ago: int) -> Week:
    ends = desk.at - ago * _WEEK
    period = Period(begins=ends - _WEEK, ends=ends)
    found = dashboard.scores(desk.book, period, most=SAMPLE)
    seen = found.confidences
    return Week(
        begins=period.begins,
        offered=dashboard.offered_at_once(desk.book, period),
        sampled=found.assessed,
        damages=len(seen),
        mean=sum(seen) / len(seen) if seen else None,
        low=sum(score < LOW for score in seen) / len(seen) if seen else None,
    )
