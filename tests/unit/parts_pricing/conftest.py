"""The shipped tables, rules and profiles, and a short way to say what is damaged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest

from model.findings import Damage, Evidence, PartRef
from model.vehicle import Vehicle
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.catalogue import Catalogue
from parts_pricing.estimate import Estimate, estimate
from parts_pricing.labour import Rates
from parts_pricing.profile import Profile, load_profiles
from parts_pricing.repair_rules import RepairRules

TODAY = date(2026, 11, 22)
DEFAULT_CLASS = {"CN": "CN2_60_150k", "US": "US_midsize", "CA-BC": "US_midsize"}


@dataclass(frozen=True)
class Bench:
    """Everything pricing needs. The Canadian profile has no shipped prices: it borrows those of the US."""

    catalogue: Catalogue
    rates: Rates
    rules: RepairRules
    profiles: dict[str, Profile]

    def damage(
        self,
        part: str | None,
        kind: str = "scratch",
        severity: str = "moderate",
        *,
        side: str | None = None,
        confidence: float = 0.8,
        candidates: Sequence[str | PartRef] = (),
        **more: Any,
    ) -> Damage:
        """One damage; sided parts are left unless told otherwise."""
        named = Part(part) if part else None
        default = Side.UNKNOWN if named is None else Side.LEFT if named.sided else Side.NONE
        refs = tuple(item if isinstance(item, PartRef) else ref(item) for item in candidates)
        return Damage(
            part=named,
            side=Side(side) if side else default,
            kind=DamageKind(kind),
            severity=Severity(severity),
            confidence=confidence,
            evidence=(Evidence(photo=0, box=(0.0, 0.0, 1.0, 1.0), score=confidence, label="x"),),
            candidates=refs,
            **more,
        )

    def price(
        self, *damages: Damage, profile: str = "CN_general", vehicle_class: str | None = None, **more: Any
    ) -> Estimate:
        """The estimate; vehicle facts and amounts as keywords."""
        chosen = self.profiles[profile]
        amounts = {name: more.pop(name) for name in ("deductible", "salvage", "betterment") if name in more}
        tables = {name: more.pop(name, getattr(self, name)) for name in ("catalogue", "rates", "rules")}
        on = more.pop("on", TODAY)
        chosen = more.pop("settings", chosen)
        vehicle = Vehicle(region=chosen.region, vehicle_class=vehicle_class or DEFAULT_CLASS[chosen.region], **more)
        return estimate(damages, vehicle=vehicle, profile=chosen, on=on, **tables, **amounts)

    def with_row(self, part: str, vehicle_class: str = "CN2_60_150k", **changes: Any) -> Catalogue:
        """The catalogue with one row changed."""
        rows = tuple(
            row.model_copy(update=changes) if (row.part, row.vehicle_class) == (part, vehicle_class) else row
            for row in self.catalogue.rows
        )
        return replace(self.catalogue, rows=rows)


def ref(part: str, side: str = "left") -> PartRef:
    named = Part(part)
    return PartRef(part=named, side=Side(side) if named.sided else Side.NONE)


def read(name: str) -> bytes:
    return files("data").joinpath("prices", name).read_bytes()


@pytest.fixture(scope="session")
def bench() -> Bench:
    catalogue = Catalogue.read(read("parts.csv"), file="parts.csv", name="test")
    canadian = [row for row in catalogue.rows if row.region == "US"]
    borrowed = tuple(row.model_copy(update={"region": "CA-BC", "currency": "CAD"}) for row in canadian)
    return Bench(
        catalogue=replace(catalogue, rows=catalogue.rows + borrowed),
        rates=Rates.read(read("labour_rates.csv"), file="labour_rates.csv", name="test"),
        rules=RepairRules.load(),
        profiles=dict(load_profiles()),
    )


@pytest.fixture(scope="session")
def yuan() -> type[Decimal]:
    return Decimal
