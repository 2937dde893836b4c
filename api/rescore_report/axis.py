"""Places on a chart as shares of its width or height: drawings grow with the page, their letters do not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Self


@dataclass(frozen=True, slots=True)
class Tick:
    """A place from 0 to 100 and what stands there. ``anchor``: which end of the text is at the place."""

    at: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Axis:
    """Values from ``low`` to ``high``, drawn from 0 to 100. ``step``: from one round value to the next."""

    low: float
    high: float
    step: float

    @classmethod
    def over(cls, values: Iterable[float], *, least: float | None = None, most: float | None = None) -> Self:
        """Round ends around all ``values``, not below ``least`` nor above ``most``."""
        known = list(values) or [0.0, 1.0]
        low, high = min(known), max(known)
        if high - low < 1e-9:
            low, high = low - 0.05, high + 0.05
        step = _round_step((high - low) / 4)
        low, high = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
        low = low if least is None else max(low, least)
        high = high if most is None else min(high, most)
        return cls(low, high, step)

    def at(self, value: float) -> float:
        """0 to 100; what lies outside stands at the end."""
        share = (value - self.low) / (self.high - self.low)
        return round(100 * min(max(share, 0.0), 1.0), 2)

    def ticks(self, written: Callable[[float], str]) -> tuple[Tick, ...]:
        """The round values."""
        count = round((self.high - self.low) / self.step)
        values = [self.low + number * (self.high - self.low) / max(count, 1) for number in range(count + 1)]
        return tuple(Tick(self.at(value), written(value)) for value in values)


def anchor_of(at: float) -> str:
    """A text at an edge begins or ends there."""
    return "start" if at < 8 else "end" if at > 92 else "middle"


def _round_step(rough: float) -> float:
    """1, 2 or 5 times a power of ten, at least ``rough``."""
    power = 10.0 ** floor(log10(rough))
    return float(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough - 1e-12))
