"""Charts as SVG: places of bars and points, computed here, drawn by ``desk/charts.html.j2``. Each has its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 560
HEIGHT: Final = 180
_TOP: Final = 12
_LEFT: Final = 40
_BOTTOM: Final = 26
_ROW: Final = 28
_LABEL: Final = 170


@dataclass(frozen=True, slots=True)
class Value:
    """A share of 0..1 with its name; ``n`` is what it is a share of. ``value`` is None where there is nothing."""

    name: str
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A value at its place; ``x`` and ``y`` in units of the view box."""

    x: float
    y: float
    of: Value


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the chart and its label."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class LineChart:
    """Values in the order of time; ``pieces`` are the lines between neighbours that both have a value."""

    points: tuple[Point, ...]
    pieces: tuple[str, ...]
    names: tuple[Tick, ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from the left, with its interval as a whisker where there is one."""

    y: float
    length: float
    low: float | None
    high: float | None
    of: Value


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars below each other; ``height`` in units of the view box, ``left`` is where they begin."""

    bars: tuple[Bar, ...]
    height: int
    left: int


def line_chart(values: Sequence[Value]) -> LineChart:
    """From 0 to 1 upwards, the first value on the left."""
    step = (WIDTH - _LEFT - 10) / max(1, len(values) - 1)
    places = [(_LEFT + number * step, value) for number, value in enumerate(values)]
    points = [Point(round(x, 1), _height(value.value), value) for x, value in places if value.value is not None]
    return LineChart(
        points=tuple(points),
        pieces=tuple(_pieces([None if value.value is None else (x, _height(value.value)) for x, value in places])),
        names=tuple(Tick(round(x, 1), value.name) for x, value in places[::3]),
        ticks=tuple(Tick(_height(share), f"{share:.0%}") for share in (0.0, 0.5, 1.0)),
    )


def bar_chart(values: Sequence[Value]) -> BarChart:
    """One bar for each value, from 0 to 1."""
    width = WIDTH - _LABEL - 60

    def long(share: float | None) -> float | None:
        return None if share is None else round(_LABEL + share * width, 1)

    bars = (
        Bar(number * _ROW, round((one.value or 0.0) * width, 1), long(one.low), long(one.high), one)
        for number, one in enumerate(values)
    )
    return BarChart(bars=tuple(bars), height=max(1, len(values)) * _ROW, left=_LABEL)


def counted(names: Sequence[str], counts: Sequence[int]) -> BarChart:
    """Bars of numbers, the longest across the chart."""
    most = max([*counts, 1])
    return bar_chart([Value(name, count / most, count) for name, count in zip(names, counts, strict=True)])


def _height(share: float) -> float:
    return round(_TOP + (1 - share) * (HEIGHT - _TOP - _BOTTOM), 1)


def _pieces(places: Sequence[tuple[float, float] | None]) -> list[str]:
    pieces: list[list[str]] = [[]]
    for place in places:
        if place is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{place[0]:.1f},{place[1]:.1f}")
    return [" ".join(piece) for piece in pieces if len(piece) > 1]
