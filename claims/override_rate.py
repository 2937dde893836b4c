"""How often people see it otherwise than the machine: a share with n and its interval, of cases and of lines."""

from collections.abc import Iterable
from dataclasses import dataclass

from claims.review_lines import Review
from model.wilson import wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideRate:
    """``overridden`` of ``n``, n at least 1; ``low`` to ``high`` is the 95 % interval of Wilson."""

    n: int
    overridden: int
    rate: float
    low: float
    high: float


def override_rate(reviews: Iterable[Review]) -> OverrideRate | None:
    """Of finished reviews those in which a person changed, added or removed anything. None without any review."""
    return _rate([review.overridden for review in reviews])


def line_override_rate(reviews: Iterable[Review]) -> OverrideRate | None:
    """Of the machine's lines those that a person changed or removed. None without any line.

    What only moved in price with other lines, and what a person added, is no line of the machine that was overridden.
    """
    return _rate([line.overridden for review in reviews for line in review.lines if line.machine is not None])


def _rate(overridden: list[bool]) -> OverrideRate | None:
    n, hits = len(overridden), sum(overridden)
    if n == 0:
        return None
    low, high = wilson(hits, n)
    return OverrideRate(n=n, overridden=hits, rate=hits / n, low=low, high=high)
