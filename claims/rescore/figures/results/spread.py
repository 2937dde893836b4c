"""Distributions over all cases of a run, as plain values."""

from dataclasses import dataclass

from claims.rescore.figures.results.values import Count, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """``counts[i]`` values lie in [edges[i], edges[i + 1]); the last bin holds its upper edge too.

    ``unknown`` values are missing. Every value lies between the first and the last edge.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    unknown: int = 0

    def __post_init__(self) -> None:
        if len(self.edges) != len(self.counts) + 1:
            raise ValueError("a bin has two edges")


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountSpread:
    """Totals and final amounts of one currency in the same bins: 0, 10, 20, 50, 100 … An amount below 0 counts as 0."""

    currency: str
    total: Histogram
    final: Histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteShare:
    """Share of all cases."""

    route: str
    share: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelScores:
    """Boxes of one label of the network: scores from 0 to 1 in 20 bins."""

    label: str
    scores: Histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDamage:
    """Estimate lines on a part (None: nobody could say which) that hold a kind of damage."""

    part: str | None
    kind: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Distributions:
    """``confidence``: of the least certain damage of a case, 20 bins. ``lines`` and ``damages`` count per case, keys
    ``0`` to ``9`` and ``10+``. ``severities``: of the worst damage of each line. ``reasons``: cases by reason code,
    the most frequent first.
    """

    amounts: tuple[AmountSpread, ...]
    confidence: Histogram
    routes: tuple[RouteShare, ...]
    reasons: tuple[Count, ...]
    lines: tuple[Count, ...]
    damages: tuple[Count, ...]
    part_damages: tuple[PartDamage, ...]
    severities: tuple[Count, ...]
    operations: tuple[Count, ...]
    labels: tuple[LabelScores, ...]
