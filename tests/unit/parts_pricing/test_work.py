"""The work on one part is the same whether it is planned alone or taken out of the plan of all."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.vehicle import PaintType, Vehicle
from model.vocabulary import DamageKind, Part, Severity
from parts_pricing.decide import Shop
from parts_pricing.operations import PaintWork
from parts_pricing.units import units
from parts_pricing.work import plan, plan_alone

PEARL = {"profile": "US", "vehicle_class": "US_midsize", "paint": PaintType.PEARL, "adas": False}
DAMAGE = st.tuples(st.sampled_from(Part), st.sampled_from(DamageKind), st.sampled_from(Severity))
CAR = st.fixed_dictionaries(
    {"paint": st.sampled_from([None, *PaintType]), "adas": st.sampled_from([None, True, False])}
)
SHOP = st.sampled_from([("CN_general", "CN2_60_150k"), ("CN_4S", "CN5_gt600k"), ("US", "US_suv")])


def shop_of(bench: Any, facts: dict[str, Any]) -> Shop:
    profile = bench.profiles[facts["profile"]]
    car = {name: facts[name] for name in ("vehicle_class", "paint", "adas")}
    vehicle = Vehicle(region=profile.region, **car)
    rate = bench.rates.find(profile.region, profile.shop_type, vehicle.vehicle_class)
    return Shop(
        vehicle=vehicle,
        catalogue=bench.catalogue,
        rate=rate,
        rules=bench.rules,
        profile=profile,
        day=bench.catalogue.rows[0].valid_from,
    )


@settings(max_examples=200)
@given(damages=st.lists(DAMAGE, min_size=1, max_size=6), car=CAR, where=SHOP)
def test_a_part_alone_is_planned_as_in_a_job_of_its_own(bench: Any, damages: Any, car: Any, where: Any) -> None:
    shop = shop_of(bench, {**car, "profile": where[0], "vehicle_class": where[1]})
    for work in plan(units([bench.damage(*damage) for damage in damages]), shop):
        if work.unit is not None and work.choice is not None:
            assert plan_alone(work, shop) == plan([work.unit], shop)


@pytest.mark.parametrize(
    ("parts", "case"),
    [(("wheel", "tire"), "a wheel that shares its fitting"), (("front_door", "front_fender"), "a blend that polishes")],
)
def test_what_others_change_is_planned_anew(bench: Any, parts: tuple[str, str], case: str) -> None:
    kinds = ("broken", "broken") if "wheel" in parts else ("dent", "scratch")
    severities = ("severe", "severe") if "wheel" in parts else ("severe", "minor")
    named = zip(parts, kinds, severities, strict=True)
    shop = shop_of(bench, PEARL)
    job = plan(units([bench.damage(part, kind, severity) for part, kind, severity in named]), shop)
    changed = [work for work in job if work.unit is not None and plan_alone(work, shop)[0].task != work.task]
    assert changed, case
    assert all(plan_alone(work, shop) == plan([work.unit], shop) for work in changed)


def test_work_on_no_damaged_part_has_no_plan_of_its_own(bench: Any) -> None:
    shop = shop_of(bench, PEARL)
    faded = [work for work in plan(units([bench.damage("front_door", "dent", "severe")]), shop) if work.unit is None]
    assert {work.task.paint for work in faded} == {PaintWork.BLEND}
    with pytest.raises(ValueError, match="no work on a damaged part"):
        plan_alone(faded[0], shop)
