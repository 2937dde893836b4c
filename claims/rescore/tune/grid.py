"""All settings of the thresholds that are tried, as a grid: one axis a threshold, from strict to loose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Self

from claims.policy import TriagePolicy
from claims.rescore.tune.rules import Settings

Cell = tuple[int, ...]
"""A setting: for each axis the place of its value, 0 the strictest."""
Value = float | int | Decimal

SIMPLE_BELOW: Final = "simple_below_share"
_RISING: Final = frozenset({"max_damaged_panels", "max_repair_hours", SIMPLE_BELOW})
"""Thresholds that are looser the higher they are; the others are looser the lower they are."""

_STEPS: Final = 100
"""Of the path: hundredths of the way from strict to loose."""


@dataclass(frozen=True)
class Grid:
    """Every combination of ``axes`` laid over ``policy``, which draws no random sample: the sample hides no error.

    A looser setting offers whatever a stricter one offers (docs/policy-simulator.md); ``offered`` relies on it.
    """

    policy: TriagePolicy
    axes: Mapping[str, tuple[Value, ...]]
    _made: dict[Cell, TriagePolicy] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, policy: TriagePolicy, settings: Settings) -> Self:
        """The values of ``settings`` with those in force among them."""
        tried = {name: set(getattr(settings, name)) | {_in_force(policy, name)} for name in Settings.model_fields}
        axes = {name: tuple(sorted(values, reverse=name not in _RISING)) for name, values in tried.items()}
        return cls(policy=policy.model_copy(update={"audit_sample_share": 0.0}), axes=axes)

    @property
    def shape(self) -> Cell:
        return tuple(len(values) for values in self.axes.values())

    @property
    def in_force(self) -> Cell:
        """The setting of the policy itself."""
        return tuple(values.index(_in_force(self.policy, name)) for name, values in self.axes.items())

    @property
    def path(self) -> tuple[Cell, ...]:
        """From the strictest to the loosest setting, every threshold moved by the same share of its way: nested."""
        cells = (tuple(round(share * (size - 1) / _STEPS) for size in self.shape) for share in range(_STEPS + 1))
        return tuple(dict.fromkeys(cells))

    def values(self, cell: Cell) -> dict[str, Value]:
        return {name: values[place] for (name, values), place in zip(self.axes.items(), cell, strict=True)}

    def at(self, cell: Cell) -> TriagePolicy:
        """The policy with this setting; made once."""
        if cell not in self._made:
            self._made[cell] = self._laid_over(self.values(cell))
        return self._made[cell]

    def _laid_over(self, values: dict[str, Value]) -> TriagePolicy:
        share = Decimal(values.pop(SIMPLE_BELOW))
        markets = {
            name: market.model_copy(update={"simple_below": market.simple_below * share})
            for name, market in self.policy.markets.items()
        }
        return self.policy.model_copy(update={**values, "markets": markets})


def _in_force(policy: TriagePolicy, name: str) -> Value:
    return Decimal(1) if name == SIMPLE_BELOW else getattr(policy, name)
