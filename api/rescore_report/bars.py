"""Numbers by name as bars below each other, and what moves a sum as bars that begin where the last one ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from api.rescore_report.axis import Axis
from api.rescore_report.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """``start`` and ``length`` are percent of the chart's width. ``kind`` is how it is coloured."""

    name: str
    text: str
    start: float = 0.0
    length: float
    kind: str = ""
    aside: str = ""


def counted(names_and_counts: Iterable[tuple[str, int]], whole: int, words: Words) -> tuple[Bar, ...]:
    """The longest is that with the most; beside each its share of ``whole``."""
    found = list(names_and_counts)
    most = max([n for _, n in found], default=0) or 1
    return tuple(
        Bar(
            name=name,
            text=words.count(n),
            length=round(100 * n / most, 2),
            aside=words.percent(n / whole) if whole else "",
        )
        for name, n in found
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One step of a waterfall; None for ``amount`` where the sum of all before stands."""

    name: str
    amount: Decimal | None
    aside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """``cut``: the amount at which the bars begin; None where they begin at 0."""

    bars: tuple[Bar, ...]
    cut: str | None


def waterfall(begins: Decimal, moves: Sequence[Move], currency: str, words: Words) -> Waterfall:
    """Bars from one sum to the other. The axis leaves the unmoved bottom of the sums away, so that steps are seen."""
    levels = [begins]
    for move in moves:
        levels.append(levels[-1] + (move.amount or 0))
    axis = _axis(levels)
    bars = []
    for move, (before, after) in zip(moves, pairwise(levels), strict=True):
        low, high = axis.at(float(min(before, after))), axis.at(float(max(before, after)))
        if move.amount is None:
            text = words.money(after, currency)
            bars.append(Bar(name=move.name, text=text, length=high, kind="sum", aside=move.aside))
        else:
            kind = "rise" if move.amount > 0 else "fall"
            text, long = words.change(move.amount, currency), round(high - low, 2)
            bars.append(Bar(name=move.name, text=text, start=low, length=long, kind=kind, aside=move.aside))
    cut = words.money(Decimal(str(axis.low)), currency) if axis.low > 0 else None
    return Waterfall(bars=tuple(bars), cut=cut)


def _axis(levels: Sequence[Decimal]) -> Axis:
    low, high = float(min(levels)), float(max(levels))
    spread = high - low or abs(high) or 1.0
    return Axis(min(low, max(0.0, low - spread / 2)) if low > 0 else low, high + spread / 20, spread)
