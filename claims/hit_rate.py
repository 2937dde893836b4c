"""How often a promise was kept: the share of clocks met, by kind and set, with n and its interval (M5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from claims.deadline_rules import Audience, ClockKind
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Clocks of a kind and set that were met or missed: ``met`` of ``n``."""

    kind: ClockKind
    audience: Audience
    n: int
    met: int


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


def hit_rates(decided: Iterable[Decided]) -> tuple[HitRate, ...]:
    """One rate for each kind and set of which clocks were decided, in the order of the vocabulary."""
    order = {(kind, audience): place for place, (kind, audience) in enumerate(product(ClockKind, Audience))}
    return tuple(map(_rate, sorted(decided, key=lambda one: order[one.kind, one.audience])))


def _rate(one: Decided) -> HitRate:
    low, high = wilson(one.met, one.n)
    return HitRate(kind=one.kind, audience=one.audience, n=one.n, met=one.met, rate=one.met / one.n, low=low, high=high)
