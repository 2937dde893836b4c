"""Situations of small cases: real damages, really priced."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal

import pytest

from claims.facts import CaseFacts, Cause, VehicleFacts
from claims.rescore.case import FinalBill, HistoricalCase, Previous
from claims.rescore.tune.grid import Grid
from claims.rescore.tune.rules import TuneRules
from claims.rulebook import Rulebook
from claims.situation import PhotoFacts, Situation
from model.findings import Damage, Evidence
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.estimate import estimate

ON = date(2026, 11, 22)
CLEAR = CaseFacts(
    vehicle=VehicleFacts(vehicle_class="CN2_60_150k", adas=False, new_energy=False),
    lost_at=datetime(2026, 11, 20, 18, 0),  # noqa: DTZ001 - wall-clock time of the market
    drivable=True,
    airbag_deployed=False,
    fluid_leak=False,
    misaligned_gaps=False,
    coverage_red_flag=False,
    single_party=True,
    injury=False,
    third_party_property=False,
    policy_active=True,
    plate_matches_policy=True,
    cause=Cause.SCRAPE,
)
Seen = tuple[Part, float, int, DamageKind, Severity]
"""Part, confidence, number of photos that show it, kind, severity."""
MakeSituation = Callable[..., Situation]
MakeCase = Callable[..., HistoricalCase]


def _damage(part: Part, confidence: float, views: int, kind: DamageKind, severity: Severity) -> Damage:
    box = (10.0, 10.0, 60.0, 40.0)
    return Damage(
        part=part,
        side=Side.LEFT if part.sided else Side.NONE,
        kind=kind,
        severity=severity,
        confidence=confidence,
        evidence=tuple(Evidence(photo=photo, box=box, score=confidence, label=kind) for photo in range(views)),
        area_cm2=20.0,
        severity_certain=True,
    )


@pytest.fixture(scope="session")
def situation(rulebook: Rulebook) -> MakeSituation:
    def make(seen: Sequence[Seen], facts: CaseFacts = CLEAR) -> Situation:
        damages = [_damage(*one) for one in seen]
        priced = estimate(
            damages,
            vehicle=rulebook.vehicle(facts),
            catalogue=rulebook.catalogue,
            rates=rulebook.rates,
            rules=rulebook.repair,
            profile=rulebook.profile(facts),
            on=ON,
        )
        photos = tuple(PhotoFacts(index=index, usable=True, readable=True, view=f"view-{index}") for index in range(3))
        return Situation(facts=facts, photos=photos, damages=tuple(damages), estimate=priced, on=ON)

    return make


@pytest.fixture(scope="session")
def historical() -> MakeCase:
    def make(case_id: str, final: str | None, previous: Previous | None = None) -> HistoricalCase:
        bill = None if final is None else FinalBill(amount=Decimal(final))
        return HistoricalCase(row=0, id=case_id, photos=(), facts=CLEAR, on=ON, final=bill, previous=previous)

    return make


@pytest.fixture(scope="session")
def rules() -> TuneRules:
    return TuneRules.shipped()


@pytest.fixture(scope="session")
def grid(rulebook: Rulebook, rules: TuneRules) -> Grid:
    return Grid.of(rulebook.policy, rules.settings)


@pytest.fixture(scope="session")
def clear() -> CaseFacts:
    """Facts that stop no instant offer."""
    return CLEAR
