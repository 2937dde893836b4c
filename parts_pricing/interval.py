"""The low-high range around an estimate, meant as P10-P90. Formula and reasons: docs/decisions/0002."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from typing import Final

from parts_pricing.money import ZERO

Z90: Final = 1.2816
"""90 % quantile of the standard normal distribution: half-widths in the profile are Z90 standard deviations."""
STEP_CERTAIN: Final = 0.10
STEP_ASSUMED: Final = 0.25
"""Probability that the true severity is one step worse (or milder), when it was seen and when it was assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """What is uncertain about one line, as amounts.

    ``worse`` and ``milder``: what the part would cost with all severities one step up or down. ``existence``: the
    probability that there is damage at all. ``prices`` is the half-width of the part price, shared by the whole
    table; ``work`` the half-width of hours and paint, its own. ``alternatives`` are changes of the total when an
    ambiguous damage is on another candidate part. ``open_high`` is cost that may come on top and is not in ``total``.
    """

    total: Decimal
    worse: Decimal
    milder: Decimal
    existence: float
    assumed: bool
    prices: Decimal
    work: Decimal
    alternatives: tuple[Decimal, ...] = ()
    open_high: Decimal = ZERO

    @property
    def step(self) -> float:
        """Standard deviation of a severity step per unit of its cost."""
        return sqrt(STEP_ASSUMED if self.assumed else STEP_CERTAIN)

    @property
    def up(self) -> float:
        """Standard deviation upwards: severity and work."""
        return _norm(self.step * float(max(ZERO, self.worse - self.total)), float(self.work) / Z90)

    @property
    def down(self) -> float:
        """Standard deviation downwards: severity, work, and the chance that nothing is damaged."""
        milder = self.step * float(max(ZERO, self.total - self.milder))
        missing = sqrt(max(0.0, 1.0 - self.existence)) * float(self.total)
        return _norm(milder, missing, float(self.work) / Z90)

    @property
    def dearer(self) -> Decimal:
        """How much more the dearest candidate costs."""
        return max((ZERO, *self.alternatives))

    @property
    def cheaper(self) -> Decimal:
        """How much less the cheapest candidate costs."""
        return -min((ZERO, *self.alternatives))


def bounds(total: Decimal, lines: Sequence[Uncertain]) -> tuple[Decimal, Decimal]:
    """Low and high of a total, unrounded; ``0 <= low <= total <= high``.

    Independent parts (severity, work, existence) add as squares over the lines; part prices of one table err together,
    so they add as they are. Ambiguity is not averaged: the high bound holds the dearest candidates in full.
    """
    prices = float(sum((line.prices for line in lines), ZERO)) / Z90
    up = Z90 * _norm(prices, *(line.up for line in lines))
    down = Z90 * _norm(prices, *(line.down for line in lines))
    dearer = sum((line.dearer for line in lines), ZERO)
    cheaper = sum((line.cheaper for line in lines), ZERO)
    open_high = sum((line.open_high for line in lines), ZERO)
    low = max(ZERO, total - cheaper - Decimal(repr(down)))
    return low, total + dearer + open_high + Decimal(repr(up))


def _norm(*values: float) -> float:
    return sqrt(sum(value * value for value in values))
