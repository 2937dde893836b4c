"""Histograms: columns beside each other, a second series as steps over them."""

from collections.abc import Callable
from dataclasses import dataclass

from api.rescore_report.axis import Tick, anchor_of
from claims.rescore.figures.results.spread import Histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Percent of the chart's width and height. ``step``: the height of the second series."""

    x: float
    width: float
    height: float
    step: float | None
    name: str
    n: int
    other: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Bins are drawn equally wide. ``unknown`` values are in no bin. ``n`` and ``other``: values in bins."""

    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    unknown: int
    n: int
    other: int | None


def columns(
    first: Histogram, written: Callable[[float], str], *, every: int, second: Histogram | None = None
) -> Columns | None:
    """None without any value. Heights are shares of each series, so that two of different size can be compared.

    ``every``: how many bins lie between two texts below. ``second`` has the bins of ``first``.
    """
    bins, whole, other = len(first.counts), sum(first.counts), sum(second.counts) if second else 0
    if not bins or not whole:
        return None
    shares = [n / whole for n in first.counts]
    others = [n / other for n in second.counts] if second and other else [None] * bins
    highest = max([*shares, *(share for share in others if share is not None)])
    wide = 100 / bins
    found = [
        Column(
            x=round(number * wide, 3),
            width=round(wide, 3),
            height=round(100 * shares[number] / highest, 2),
            step=None if others[number] is None else round(100 * (others[number] or 0.0) / highest, 2),
            name=f"{written(first.edges[number])}–{written(first.edges[number + 1])}",
            n=first.counts[number],
            other=second.counts[number] if second and other else None,
        )
        for number in range(bins)
    ]
    ticks = [
        Tick(round(at * wide, 2), written(first.edges[at]), anchor_of(at * wide)) for at in range(0, bins + 1, every)
    ]
    return Columns(columns=tuple(found), ticks=tuple(ticks), unknown=first.unknown, n=whole, other=other or None)
