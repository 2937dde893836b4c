"""Repair, paint, polish or replace: reviewed rules per part, kind and severity (``data/rules/repair.yaml``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from model.rules_text import read_versioned
from model.vocabulary import DamageKind, Part, Severity
from parts_pricing.catalogue import PriceRow
from parts_pricing.labour import LabourType
from parts_pricing.money import ZERO, round_hours
from parts_pricing.operations import Operation
from parts_pricing.rules_file import Strict, check_sources, read_text, shipped

Sources = Annotated[tuple[str, ...], Field(min_length=1)]
_FILE: Final = "repair.yaml"
Positive = Annotated[Decimal, Field(gt=0)]
RANK = {Operation.POLISH: 0, Operation.PDR: 1, Operation.REFINISH: 2, Operation.REPAIR: 3, Operation.REPLACE: 4}


class Action(Strict):
    """What one severity of one kind of damage gets."""

    do: Literal[Operation.POLISH, Operation.REFINISH, Operation.REPAIR, Operation.REPLACE]
    hours: Severity | None = None
    at_least: Positive | None = None
    review: bool = False
    sources: Sources


class Ladder(Strict):
    """The three severities of one kind of damage."""

    minor: Action
    moderate: Action
    severe: Action

    @model_validator(mode="after")
    def _never_lighter_when_worse(self) -> Self:
        steps = [self.minor, self.moderate, self.severe]
        for (index, milder), worse in zip(enumerate(steps), steps[1:], strict=False):
            if RANK[worse.do] < RANK[milder.do]:
                raise ValueError(f"{worse.do} for worse damage than {milder.do}")
            column, before = worse.hours or list(Severity)[index + 1], milder.hours or list(Severity)[index]
            timed = {worse.do, milder.do} <= {Operation.POLISH, Operation.REPAIR}
            if timed and (column < before or (worse.at_least or ZERO) < (milder.at_least or ZERO)):
                raise ValueError("fewer hours for worse damage")
        return self

    def at(self, severity: Severity) -> Action:
        """The action for a severity."""
        match severity:
            case Severity.MINOR:
                return self.minor
            case Severity.MODERATE:
                return self.moderate
            case Severity.SEVERE:
                return self.severe


class Group(Strict):
    """Parts that are treated alike.

    ``remove_to_paint``: taken off the car for painting. ``driver_assistance``: sensors sit on or behind it.
    ``sheet_metal``: hours follow the damaged area, small dents can be pressed out. ``wears``: betterment may apply.
    """

    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    labour: LabourType = LabourType.BODY
    remove_to_paint: bool = False
    driver_assistance: bool = False
    sheet_metal: bool = False
    wears: bool = False
    scratch: Ladder
    dent: Ladder
    broken: Ladder
    unknown: Ladder

    def ladder(self, kind: DamageKind) -> Ladder:
        """The ladder of a kind of damage."""
        match kind:
            case DamageKind.SCRATCH:
                return self.scratch
            case DamageKind.DENT:
                return self.dent
            case DamageKind.BROKEN:
                return self.broken
            case DamageKind.UNKNOWN:
                return self.unknown


class Economy(Strict):
    """When repairing is no longer worth it: a part, as a share of replacing it; the car, as a share of its value."""

    replace_at: Positive
    review_from: Positive
    review_to: Positive
    total_loss_mention: Positive
    total_loss_review: Positive
    sources: Sources

    @model_validator(mode="after")
    def _band_holds_threshold(self) -> Self:
        if not self.review_from <= self.replace_at <= self.review_to or self.replace_at > 1:
            raise ValueError("the review band must contain replace_at, which is at most 1")
        return self


class AreaHours(Strict):
    """Hours of sheet metal by damaged area in cm² (knowledge of the trade, U5; the fit is ours)."""

    unit_cm2: Positive
    base: Positive
    factor: Positive
    power: Annotated[Decimal, Field(gt=0, le=2)]
    least: Positive
    most: Positive
    materials: Mapping[str, Annotated[Decimal, Field(ge=1)]]
    sources: Sources

    def hours(self, area_cm2: float, material: str) -> Decimal:
        """Hours for a damage of this area, rounded to 0.1. Never falls as the area grows."""
        units = max(0.0, area_cm2) / float(self.unit_cm2)
        raw = self.base + self.factor * Decimal(repr(units ** float(self.power)))
        return round_hours(min(self.most, max(self.least, raw)) * self.materials.get(material, Decimal(1)))


class DentRule(Strict):
    """Which dents may be pressed out without paint."""

    max_area_cm2: Positive
    max_severity: Severity
    sources: Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one damage asks for: the operation, its repair hours, and the rule that said so."""

    operation: Operation
    hours: Decimal
    review: bool
    rule: str
    sources: tuple[str, ...]


class RepairRules(Strict):
    """The whole file. Every part belongs to exactly one group."""

    version: str
    sources: Mapping[str, str]
    economy: Economy
    area_hours: AreaHours
    pdr: DentRule
    groups: Mapping[str, Group]

    @classmethod
    def load(cls, source: Path | Traversable | None = None) -> Self:
        """The rules of a YAML file, the shipped one by default. Raises ``RulesError`` naming what is wrong."""
        source = source or shipped(_FILE)
        return cls.from_yaml(read_text(source), source.name)

    @classmethod
    def from_yaml(cls, text: str, name: str = _FILE) -> Self:
        """The same from a text; errors say ``name``, the file's."""
        rules = read_versioned(cls, text, name)
        check_sources(name, rules, rules.sources)
        return rules

    @model_validator(mode="after")
    def _every_part_once(self) -> Self:
        named = [part for group in self.groups.values() for part in group.parts]
        if sorted(named) != sorted(Part):
            twice = sorted({part for part in named if named.count(part) > 1})
            raise ValueError(f"missing: {sorted(set(Part) - set(named))}, twice: {twice}")
        return self

    def group(self, part: Part) -> Group:
        """The group that a part belongs to."""
        return self._by_part[part][1]

    def step(self, kind: DamageKind, severity: Severity, area_cm2: float | None, row: PriceRow) -> Step:
        """What one damage on the part of ``row`` asks for.

        Hours come from the damaged area where it is known and the part is sheet metal, else from the row's column.
        A part without hours for the work, or not repairable at all, is replaced.
        """
        name, group = self._by_part[row.part]
        action = group.ladder(kind).at(severity)
        hours = self._hours(action, severity, area_cm2, group, row)
        operation = Operation(action.do)
        beyond = operation in (Operation.POLISH, Operation.REPAIR) and hours is None
        if beyond or (operation is Operation.REPAIR and not row.repairable):
            operation = Operation.REPLACE
        return Step(
            operation=operation,
            hours=hours or ZERO,
            review=action.review,
            rule=f"{name}.{kind.value}.{severity.value}",
            sources=action.sources,
        )

    def _hours(
        self, action: Action, severity: Severity, area_cm2: float | None, group: Group, row: PriceRow
    ) -> Decimal | None:
        """Hours of the action; 0 where only painting is asked for, None where the part is beyond repair."""
        if action.do in (Operation.REFINISH, Operation.REPLACE) or (action.do is Operation.POLISH and row.painted):
            return ZERO
        column = action.hours or severity
        listed = row.repair_hours(column)
        if action.at_least is not None:
            milder = (row.repair_hours(step) for step in Severity if step <= column)
            return max(action.at_least, *milder)
        if not listed:
            return None
        if area_cm2 is not None and group.sheet_metal and action.hours is None:
            return self.area_hours.hours(area_cm2, row.material)
        return listed

    @cached_property
    def _by_part(self) -> dict[Part, tuple[str, Group]]:
        return {part: (name, group) for name, group in self.groups.items() for part in group.parts}
