"""The figures of a run as plain values. Every share and mean stands with its n and its 95 % interval.

Amounts are Decimals in the currency named beside them and are never added across currencies. Shares are parts of 1.
How each figure is defined, in a table: docs/batch-figures.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from claims.rescore.figures.results.look import WorthALook
from claims.rescore.figures.results.money import MoneyMoved
from claims.rescore.figures.results.months import Drift
from claims.rescore.figures.results.quality import Quality
from claims.rescore.figures.results.spread import Distributions
from claims.rescore.figures.results.values import Mean, Share

FORM: Final = 1
"""Of ``figures.json``: raised when a figure changes its name, its place or its meaning."""
SMALL: Final = 30
"""Groups of fewer cases are flagged: their intervals are wide, and those of the bootstrap too narrow."""


class By(StrEnum):
    """What cases are grouped by. Every case is in one group, but ``part``: there it is in the group of each part that
    its estimate or its final bill names."""

    PART = "part"
    VEHICLE_CLASS = "vehicle_class"
    REGION = "region"
    MONTH = "month"
    ROUTE = "route"
    PRICED = "priced"
    """``whole``: everything in the estimate has a price; ``so_far``: something has none, so the total is a least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the figures are made with.

    ``floors``: the least difference that counts, by currency, in its units; ``floor`` for the others. A total is *off*
    when it differs from the final amount by more than the floor and by more than ``tolerance`` of the final amount.
    ``draws`` of the bootstrap; at most ``looks`` cases worth a look, and ``movers`` of each currency.
    """

    floor: Decimal = Decimal(50)
    floors: Mapping[str, Decimal] | None = None
    tolerance: Decimal = Decimal("0.1")
    draws: int = 1000
    looks: int = 50
    movers: int = 20

    def floor_of(self, currency: str) -> Decimal:
        """The least difference that counts in this currency."""
        return (self.floors or {}).get(currency, self.floor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Cases of one currency whose final amount is known: ``n`` of them, what was estimated and what it was in the end.

    ``bias`` is Σ(estimate − final) / Σ final: above 0 we estimate too much. ``error`` is the mean of
    |estimate − final|, in the currency.
    """

    currency: str
    n: int
    estimated: Decimal
    final: Decimal
    bias: Mean
    error: Mean


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFigures:
    """Lines of cases whose final lines are known, compared on (part, side, operation); each line is matched once.

    ``matched`` of ``estimated`` lines is the precision, of ``final`` lines the recall; F1 is
    2 · matched / (estimated + final). A line whose part or side nobody could say matches nothing. n counts cases.
    """

    estimated: int
    final: int
    matched: int
    precision: Mean
    recall: Mean
    f1: Mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """How right a group of cases is.

    ``within_10``, ``within_20``: |estimate − final| is at most 10 %, 20 % of the final amount. ``coverage``: the final
    amount lies in [low, high]. n of these: cases with a final amount. ``within_10_estimated``: the first, among
    those of them whose estimate is above 0. ``supplement_rate``: the final bill holds a line that the estimate did
    not; where its lines are unknown, it is above the estimate by more than the floor and the tolerance of the
    estimate. ``supplement_share``: of those with a supplement, the mean of (final − estimate, at least 0) /
    estimate. ``straight_through``: share of instant offers among all cases. ``straight_through_error``: share of
    *off* totals among the instant offers with a final amount; its interval is Clopper-Pearson's, all others are
    Wilson's.

    By part the unit of the amounts is a part of a car instead of a case (docs/batch-figures.md).
    """

    cases: int
    within_10: Share
    within_20: Share
    within_10_estimated: Share
    coverage: Share
    amounts: tuple[Amounts, ...]
    lines: LineFigures
    supplement_rate: Share
    supplement_share: Mean
    straight_through: Share
    straight_through_error: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Cases that share ``key``; None where nobody said. ``small``: fewer than 30 cases."""

    key: str | None
    small: bool
    measures: Measures


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All figures of a run. ``money_moved`` is None where no case brings an earlier estimate."""

    form: int = FORM
    settings: Settings
    overall: Measures
    by: Mapping[By, tuple[Group, ...]]
    money_moved: MoneyMoved | None
    worth_a_look: tuple[WorthALook, ...]
    distributions: Distributions
    drift: Drift
    quality: Quality
