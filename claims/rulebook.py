"""Every table, rule and policy that a case is judged by: all that money needs, and no network."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Self

from claims.facts import CaseFacts
from claims.policy import TriagePolicy
from claims.price_store import load_catalogue
from inference.quality import QualityRules
from inference.rules import ConsolidateRules
from model.errors import RulesError, UsageError
from model.findings import PartRef
from model.vehicle import PaintType, Vehicle
from model.vocabulary import Part, Side
from parts_pricing.catalogue import Catalogue
from parts_pricing.labour import Rates
from parts_pricing.profile import Profile, load_profiles, profile_for
from parts_pricing.repair_rules import RepairRules


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """Frozen for the life of a process; every assessment cites the versions of what it used."""

    catalogue: Catalogue
    rates: Rates
    repair: RepairRules
    profiles: Mapping[str, Profile]
    consolidate: ConsolidateRules
    quality: QualityRules
    policy: TriagePolicy

    @classmethod
    def load(cls, home: Path | None = None, policy: Path | None = None) -> Self:
        """The price table imported under ``home``, else the shipped one; ``policy``: a file instead of the shipped.

        Raises ``PriceTableError`` or ``RulesError`` for anything that cannot be trusted.
        """
        catalogue, rates = load_catalogue(home)
        return cls(
            catalogue=catalogue,
            rates=rates,
            repair=RepairRules.load(),
            profiles=load_profiles(),
            consolidate=ConsolidateRules.from_yaml(_shipped("consolidate.yaml")),
            quality=QualityRules.from_yaml(_shipped("quality.yaml")),
            policy=TriagePolicy.from_yaml(_read(policy) if policy else _shipped("triage.yaml")),
        )

    @property
    def versions(self) -> dict[str, str]:
        """Versions of prices, rules and policy, as every assessment carries them."""
        profiles = next(iter(self.profiles.values())).version
        rules = f"repair {self.repair.version}, profiles {profiles}, consolidate {self.consolidate.version}"
        return {
            "prices": f"{self.catalogue.version}, {self.rates.version}",
            "rules": f"{rules}, quality {self.quality.version}",
            "policy": self.policy.version,
        }

    def check(self, facts: CaseFacts) -> None:
        """Raises ``UsageError`` for facts that name something which does not exist."""
        self.vehicle(facts)
        self.profile(facts)

    def vehicle(self, facts: CaseFacts) -> Vehicle:
        """The car to price. Raises ``UsageError`` that lists what exists for an unknown region, class or paint."""
        market, stated = self.policy.market(facts.region), facts.vehicle
        vehicle_class = stated.vehicle_class or market.usual_class
        self.catalogue.require_class(facts.region, vehicle_class)
        return Vehicle(
            region=facts.region,
            vehicle_class=vehicle_class,
            make=stated.make,
            model=stated.model,
            year=stated.year,
            part_numbers=_part_numbers(stated.part_numbers),
            ev=stated.new_energy,
            adas=stated.adas,
            paint=_paint(stated.special_paint),
            actual_cash_value=stated.cash_value,
        )

    def profile(self, facts: CaseFacts) -> Profile:
        """How the shop is paid. Raises ``UsageError`` that lists the shops of the region, or the areas of the shop."""
        self.policy.market(facts.region)
        profile = profile_for(self.profiles, facts.region, facts.shop)
        return profile.in_area(facts.area) if facts.area else profile


def _part_numbers(stated: Mapping[str, str]) -> dict[PartRef, str]:
    """Keys are ``hood`` or ``front_door:left``."""
    numbers = {}
    for key, number in stated.items():
        part, _, side = key.partition(":")
        try:
            numbers[PartRef(part=Part(part), side=Side(side or "none"))] = number
        except ValueError:
            raise UsageError("unknown_part", f"{key}: like hood or front_door:left", value=key) from None
    return numbers


def _paint(stated: str | None) -> PaintType | None:
    try:
        return PaintType(stated) if stated else None
    except ValueError:
        known = tuple(PaintType)
        raise UsageError("unknown_paint", f"{stated}: one of {', '.join(known)}", value=stated, known=known) from None


def _shipped(name: str) -> str:
    return files("data").joinpath("rules", name).read_text("utf-8")


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise RulesError("unreadable", f"{path.name}: {error.strerror}", file=path.name) from error
    except UnicodeDecodeError as error:
        raise RulesError("unreadable", f"{path.name}: not text in UTF-8", file=path.name) from error
