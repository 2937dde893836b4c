"""One small chart for each series, the same months from left to right in all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from api.rescore_report.axis import Axis, Tick


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """A value of a month with its interval or range. ``marked``: it stands out; ``few``: fewer than 30 are behind it.
    ``text`` is how it is said."""

    value: float
    low: float | None = None
    high: float | None = None
    marked: bool = False
    few: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """Places in percent of the chart; ``y`` counts downwards."""

    x: float
    y: float
    low: float | None
    high: float | None
    marked: bool
    few: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    """One series. ``lines``: x1, y1, x2, y2 between neighbours; ``limits``: heights of lines across.

    ``wide``: of a bar. ``band``: where months begin that are told apart, and how wide they are.
    ``told``: for each month its value in words, and whether it rests on few.
    """

    title: str
    dots: tuple[Dot, ...]
    lines: tuple[tuple[float, float, float, float], ...]
    names: tuple[Tick, ...]
    ticks: tuple[Tick, ...]
    limits: tuple[float, ...]
    bars: bool
    wide: float
    band: tuple[float, float] | None
    told: tuple[tuple[str, bool] | None, ...]


def small(
    title: str, months: Sequence[str], values: Mapping[str, At], axis: Axis, ticks: Sequence[tuple[float, str]], *,
    limits: Sequence[float] = (), bars: bool = False, apart: Sequence[str] = (),
) -> Small:  # fmt: skip
    """The series ``values`` by month on ``axis``; ``bars`` instead of a line for what begins at 0.

    ``apart``: months beside each other with a ground of their own.
    """
    step = 100 / max(len(months), 1)
    places = {month: round((number + 0.5) * step, 2) for number, month in enumerate(months)}
    dots = {month: _dot(places[month], values[month], axis) for month in months if month in values}
    neighbours = [(dots[one], dots[other]) for one, other in pairwise(months) if one in dots and other in dots]
    begins = [number for number, month in enumerate(months) if month in apart]
    return Small(
        title=title,
        dots=tuple(dots.values()),
        lines=() if bars else tuple((one.x, one.y, other.x, other.y) for one, other in neighbours),
        names=_names(months),
        ticks=tuple(Tick(_down(axis.at(value)), text) for value, text in ticks),
        limits=tuple(_down(axis.at(limit)) for limit in limits),
        bars=bars,
        wide=round(0.7 * step, 2),
        band=(round(begins[0] * step, 2), round(len(begins) * step, 2)) if begins else None,
        told=tuple((values[month].text, values[month].few) if month in values else None for month in months),
    )


def _dot(x: float, at: At, axis: Axis) -> Dot:
    y, low, high = (None if value is None else _down(axis.at(value)) for value in (at.value, at.low, at.high))
    return Dot(x=x, y=y or 0.0, low=low, high=high, marked=at.marked, few=at.few)


def _names(months: Sequence[str]) -> tuple[Tick, ...]:
    """The first and the last month."""
    if len(months) < 2:
        return tuple(Tick(50, month) for month in months)
    return (Tick(0, months[0], "start"), Tick(100, months[-1], "end"))


def _down(at: float) -> float:
    return round(100 - at, 2)
