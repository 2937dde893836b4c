"""Figures of groups of cases below each other, each with its interval, on one axis: a forest plot."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.rescore_report.axis import Axis, Tick
from api.rescore_report.words import Cell, Style, Words
from claims.rescore.figures.results.values import Mean, Share

_ENDS: Final = {Style.SHARE: (0.0, 1.0), Style.SIGNED: (-1.0, 2.0), Style.AMOUNT: (0.0, None)}
"""What an axis spans at most: one wild interval must not press all others into one spot."""
_TICKS, _SIGNED_TICKS = 5, 4
_SMALLEST, _LARGEST = 3.0, 7.0
_NOTHING: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A group and its figure."""

    name: str
    figure: Share | Mean


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """Places are percent of the chart's width, None without a figure or beyond the chart. ``radius``, in px, grows with
    n. ``less``, ``more``: the figure or its interval goes on beyond the left, the right end."""

    name: str
    cell: Cell
    x: float | None
    low: float | None
    high: float | None
    radius: float
    whole: bool
    less: bool
    more: bool


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
    values = [_within(end, least, most) for entry in (*tops, *entries) for end in _span(entry.figure)]
    axis = Axis.over([*values, 0.0] if style is Style.SIGNED else values, least=least, most=most)
    zero = axis.at(0.0) if style is Style.SIGNED else None
    largest = max([entry.figure.n for entry in entries], default=1)
    rows = [_row(entry, axis, largest, words.figure(entry.figure, style, currency)) for entry in entries]
    return Forest(
        title=title,
        rows=(*(_row(top, axis, 0, words.figure(top.figure, style, currency)) for top in tops), *rows),
        ticks=_some(axis.ticks(lambda value: words.short(value, style)), zero),
        reference=next((_place(top.figure.value, axis) for top in tops), None),
        zero=zero,
    )


def _span(figure: Share | Mean) -> list[float]:
    return [value for value in (figure.low, figure.value, figure.high) if value is not None]


def _within(value: float, least: float | None, most: float | None) -> float:
    low = value if least is None else max(value, least)
    return low if most is None else min(low, most)


def _place(value: float | None, axis: Axis) -> float | None:
    """None also for what lies beyond the axis: there it would be drawn as if it were at its end."""
    return None if value is None or _beyond(value, axis) else axis.at(value)


def _beyond(value: float, axis: Axis) -> int:
    """-1 and 1 beyond the ends of the axis, 0 between them."""
    return (value > axis.high + _NOTHING) - (value < axis.low - _NOTHING)


def _row(entry: Entry, axis: Axis, largest: int, cell: Cell) -> ForestRow:
    """``largest`` n of the groups; 0 for all cases together."""
    figure = entry.figure
    weight = (figure.n / largest) ** 0.5 if largest else 1.0
    low, high = (None if at is None else axis.at(at) for at in (figure.low, figure.high))
    beyond = {_beyond(value, axis) for value in _span(figure)}
    return ForestRow(
        name=entry.name,
        cell=cell,
        x=_place(figure.value, axis),
        low=low,
        high=high,
        radius=round(_SMALLEST + (_LARGEST - _SMALLEST) * weight, 1),
        whole=not largest,
        less=-1 in beyond,
        more=1 in beyond,
    )


def _some(ticks: tuple[Tick, ...], zero: float | None) -> tuple[Tick, ...]:
    """Every other one where there is no room for all; signs take room, and 0 among them must be named."""
    if len(ticks) <= (_TICKS if zero is None else _SIGNED_TICKS):
        return ticks
    return ticks[next((place % 2 for place, tick in enumerate(ticks) if tick.at == zero), 0) :: 2]
