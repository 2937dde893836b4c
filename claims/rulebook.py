"""Every table, rule and policy that a case is judged by: all that money needs, and no network."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Self

from claims.facts import CaseFacts
from claims.policy import TriagePolicy
from claims.price_store import StoredTable, TableKind, stored
from claims.rule_sources import RuleFile, Source, spelled
from inference.quality import QualityRules
from inference.rules import ConsolidateRules
from model.errors import RulesError, UsageError
from model.findings import PartRef
from model.vehicle import PaintType, Vehicle
from model.vocabulary import Part, Side
from parts_pricing.catalogue import Catalogue
from parts_pricing.labour import Rates
from parts_pricing.profile import Profile, profile_for, profiles_of
from parts_pricing.repair_rules import RepairRules

_TEXTS: Final = (RuleFile.REPAIR, RuleFile.PROFILES, RuleFile.CONSOLIDATE, RuleFile.QUALITY, RuleFile.POLICY)


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """Frozen for the life of a process; every assessment cites the versions of what it used.

    ``sources`` are the files that it was read from; what was put together otherwise has none.
    """

    catalogue: Catalogue
    rates: Rates
    repair: RepairRules
    profiles: Mapping[str, Profile]
    consolidate: ConsolidateRules
    quality: QualityRules
    policy: TriagePolicy
    sources: tuple[Source, ...] = field(default=(), repr=False)

    @classmethod
    def load(cls, home: Path | None = None, policy: Path | None = None) -> Self:
        """The price table imported under ``home``, else the shipped one; ``policy``: a file instead of the shipped.

        Raises ``PriceTableError`` or ``RulesError`` for anything that cannot be trusted.
        """
        texts = {file: _shipped(file) for file in _TEXTS}
        if policy:
            texts[RuleFile.POLICY] = _read(policy)
        return cls._of(stored(home, TableKind.PARTS), stored(home, TableKind.RATES), texts)

    @classmethod
    def from_sources(cls, sources: Iterable[Source]) -> Self:
        """The rulebook that had these ``sources``, one of each file.

        Raises ``PriceTableError`` or ``RulesError`` for a file that can no longer be taken.
        """
        given = {source.file: source for source in sources}
        texts = {file: given[file].content for file in _TEXTS}
        return cls._of(given[RuleFile.PARTS].table, given[RuleFile.RATES].table, texts)

    @classmethod
    def _of(cls, parts: StoredTable, rates: StoredTable, texts: Mapping[RuleFile, str]) -> Self:
        read = cls(
            catalogue=_catalogue(parts),
            rates=_rates(rates),
            repair=RepairRules.from_yaml(texts[RuleFile.REPAIR]),
            profiles=profiles_of(texts[RuleFile.PROFILES]),
            consolidate=ConsolidateRules.from_yaml(texts[RuleFile.CONSOLIDATE]),
            quality=QualityRules.from_yaml(texts[RuleFile.QUALITY]),
            policy=TriagePolicy.from_yaml(texts[RuleFile.POLICY]),
        )
        versions = read._by_file
        tables = {RuleFile.PARTS: parts.content, RuleFile.RATES: rates.content}
        sources = (
            *(Source.of_table(file, versions[file], content) for file, content in tables.items()),
            *(Source(file=file, version=versions[file], content=text) for file, text in texts.items()),
        )
        return replace(read, sources=sources)

    @property
    def versions(self) -> dict[str, str]:
        """Versions of prices, rules and policy, as every assessment carries them."""
        return spelled(self._by_file)

    @property
    def _by_file(self) -> dict[RuleFile, str]:
        return {
            RuleFile.PARTS: self.catalogue.version,
            RuleFile.RATES: self.rates.version,
            RuleFile.REPAIR: self.repair.version,
            RuleFile.PROFILES: next(iter(self.profiles.values())).version,
            RuleFile.CONSOLIDATE: self.consolidate.version,
            RuleFile.QUALITY: self.quality.version,
            RuleFile.POLICY: self.policy.version,
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


@lru_cache(maxsize=8)
def _catalogue(table: StoredTable) -> Catalogue:
    """A table that was read lately is not read again, and keeps its indices."""
    return Catalogue.read(table.content, file=table.file, name=table.name)


@lru_cache(maxsize=8)
def _rates(table: StoredTable) -> Rates:
    return Rates.read(table.content, file=table.file, name=table.name)
