"""Figures of groups of cases below each other, each with its interval, on one axis: a forest plot."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.rescore_report.axis import Axis, Tick
from api.rescore_report.words import Cell, Style, Words
from claims.rescore.figures.results.values import Mean, Share

_ENDS: Final = {Style.SHARE: (0.0, 1.0), Style.SIGNED: (None, None), Style.AMOUNT: (0.0, None)}
_SMALLEST, _LARGEST = 3.0, 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A group and its figure."""

    name: str
    figure: Share | Mean


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """Places are percent of the chart's width, None without a figure. ``radius``, in px, grows with n."""

    name: str
    cell: Cell
    x: float | None
    low: float | None
    high: float | None
    radius: float
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """``reference`` is where all cases together stand, ``zero`` where nothing is too much or too little."""

    title: str
    rows: tuple[ForestRow, ...]
    ticks: tuple[Tick, ...]
    reference: float | None
    zero: float | None


def forest(
    title: str,
    whole: Entry | None,
    entries: Sequence[Entry],
    words: Words,
    *,
    style: Style = Style.SHARE,
    currency: str = "",
) -> Forest | None:
    """The chart, ``whole`` on top; None where no group has a figure."""
    tops = [whole] if whole else []
    if not any(entry.figure.value is not None for entry in entries):
        return None
    least, most = _ENDS[style]
    values = [end for entry in (*tops, *entries) for end in _span(entry.figure)]
    axis = Axis.over([*values, 0.0] if style is Style.SIGNED else values, least=least, most=most)
    largest = max([entry.figure.n for entry in entries], default=1)
    rows = [_row(entry, axis, largest, words.figure(entry.figure, style, currency)) for entry in entries]
    return Forest(
        title=title,
        rows=(*(_row(top, axis, 0, words.figure(top.figure, style, currency)) for top in tops), *rows),
        ticks=_at_most(5, axis.ticks(lambda value: words.short(value, style))),
        reference=next((axis.at(top.figure.value) for top in tops if top.figure.value is not None), None),
        zero=axis.at(0.0) if style is Style.SIGNED else None,
    )


def _span(figure: Share | Mean) -> list[float]:
    return [value for value in (figure.low, figure.value, figure.high) if value is not None]


def _row(entry: Entry, axis: Axis, largest: int, cell: Cell) -> ForestRow:
    """``largest`` n of the groups; 0 for all cases together."""
    figure = entry.figure
    weight = (figure.n / largest) ** 0.5 if largest else 1.0
    x, low, high = (None if at is None else axis.at(at) for at in (figure.value, figure.low, figure.high))
    return ForestRow(
        name=entry.name,
        cell=cell,
        x=x,
        low=low,
        high=high,
        radius=round(_SMALLEST + (_LARGEST - _SMALLEST) * weight, 1),
        whole=not largest,
    )


def _at_most(most: int, ticks: tuple[Tick, ...]) -> tuple[Tick, ...]:
    """Every other one where there is no room for all."""
    return ticks if len(ticks) <= most else ticks[::2]
