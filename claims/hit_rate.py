"""How often a promise was kept: the share of clocks met, by kind and set, with n and its interval (M5)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from claims.deadline_rules import Audience, ClockKind
from claims.deadlines import Clock, Outcome
from claims.utc import utc
from model.wilson import wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From ``begins`` up to, but without, ``ends``; in UTC."""

    begins: datetime
    ends: datetime

    def __post_init__(self) -> None:
        if utc(self.begins) >= utc(self.ends):
            raise ValueError("a period ends after it begins")

    def holds(self, moment: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.begins <= moment < self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class HitRate:
    """``met`` of ``n`` clocks, n at least 1; ``low`` to ``high`` is the 95 % interval of Wilson."""

    kind: ClockKind
    audience: Audience
    n: int
    met: int
    rate: float
    low: float
    high: float


def hit_rate(clocks: Iterable[Clock], period: Period, at: datetime) -> tuple[HitRate, ...]:
    """One rate for each kind and set that has a clock due in the period and until ``at``.

    A clock belongs where it is due, not where it ended: those that nobody ever ended count as missed, and early ends of
    clocks still to come do not flatter a month that is not over. Waiting and dropped clocks are undecided.
    """
    decided: Counter[tuple[ClockKind, Audience, Outcome]] = Counter(
        (clock.kind, clock.audience, clock.outcome(at))
        for clock in clocks
        if period.holds(clock.due_at) and clock.due_at <= at
    )
    return tuple(
        _rate(kind, audience, decided[kind, audience, Outcome.MET], n)
        for kind, audience in product(ClockKind, Audience)
        if (n := decided[kind, audience, Outcome.MET] + decided[kind, audience, Outcome.MISSED])
    )


def _rate(kind: ClockKind, audience: Audience, met: int, n: int) -> HitRate:
    low, high = wilson(met, n)
    return HitRate(kind=kind, audience=audience, n=n, met=met, rate=met / n, low=low, high=high)
