"""What must hold for every case: more or worse damage and dearer work never make an estimate cheaper."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model.findings import Damage, PartRef
from model.vehicle import PaintType
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.estimate import EstimateLine

PROFILES = ["CN_general", "CN_4S", "US", "CA_BC"]
CLASSES = {
    "CN": ["CN1_lt60k", "CN2_60_150k", "CN3_150_300k", "CN4_300_600k", "CN5_gt600k"],
    "US": ["US_compact", "US_midsize", "US_suv", "US_luxury"],
}
EVERY_CLASS = [(name, cls) for name in PROFILES for cls in CLASSES["CN" if name.startswith("CN") else "US"]]
AREAS: list[float | None] = [None, 5.0, 19.0, 40.0, 150.0, 600.0]


def refs(part: Part) -> list[PartRef]:
    sides = (Side.LEFT, Side.RIGHT) if part.sided else (Side.NONE,)
    return [PartRef(part=part, side=side) for side in sides]


EVERY_REF = [item for part in Part for item in refs(part)]


@st.composite
def damages(draw: st.DrawFn) -> Callable[[Any], Damage]:
    """A damage, built once the bench is at hand: certain, on an unknown side, or with candidates only."""
    certainty = draw(st.sampled_from(["certain"] * 6 + ["side", "part"]))
    chosen = draw(st.sampled_from(EVERY_REF))
    common = {
        "kind": draw(st.sampled_from(DamageKind)).value,
        "severity": draw(st.sampled_from(Severity)).value,
        "confidence": draw(st.floats(0.05, 1.0)),
        "area_cm2": draw(st.sampled_from(AREAS)),
        "severity_certain": draw(st.booleans()),
    }
    candidates = tuple(draw(st.lists(st.sampled_from(EVERY_REF), max_size=3, unique=True)))
    if certainty == "part":
        return lambda bench: bench.damage(None, candidates=candidates, **common)
    side = "unknown" if certainty == "side" and chosen.part.sided else chosen.side.value
    return lambda bench: bench.damage(chosen.part.value, side=side, **common)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Callable[[Any], Damage]], dict[str, Any]]:
    profile, vehicle_class = draw(st.sampled_from(EVERY_CLASS))
    facts = {
        "profile": profile,
        "vehicle_class": vehicle_class,
        "paint": draw(st.sampled_from([None, *PaintType])),
        "adas": draw(st.sampled_from([None, True, False])),
    }
    return draw(st.lists(damages(), min_size=1, max_size=7)), facts


@pytest.mark.parametrize(("profile", "vehicle_class"), EVERY_CLASS)
@pytest.mark.parametrize("kind", list(DamageKind))
def test_worse_never_costs_less_exhaustively(bench: Any, profile: str, vehicle_class: str, kind: DamageKind) -> None:
    for ref in EVERY_REF:
        if ref.side is Side.RIGHT:
            continue
        for area in (None, 12.0, 150.0):
            steps = [bench.damage(ref.part, kind, severity, area_cm2=area) for severity in Severity]
            totals = [bench.price(step, profile=profile, vehicle_class=vehicle_class).total for step in steps]
            assert all(milder <= worse for milder, worse in pairwise(totals)), (ref.part, area, totals)
            assert totals[0] > 0


@settings(max_examples=200)
@given(case=cases(), which=st.integers(0, 6))
def test_worse_never_costs_less_among_others(bench: Any, case: Any, which: int) -> None:
    built, facts = [make(bench) for make in case[0]], case[1]
    index = which % len(built)
    worse = list(built)
    worse[index] = replace(built[index], severity=built[index].severity.step(1))
    assert bench.price(*worse, **facts).total >= bench.price(*built, **facts).total


@settings(max_examples=200)
@given(case=cases(), more=damages())
def test_one_damage_more_never_costs_less(bench: Any, case: Any, more: Any) -> None:
    built, facts = [make(bench) for make in case[0]], case[1]
    assert bench.price(*built, more(bench), **facts).total >= bench.price(*built, **facts).total


@settings(max_examples=300)
@given(case=cases(), which=st.integers(0, 6), areas=st.tuples(st.floats(0.5, 2000), st.floats(0.5, 2000)))
def test_a_larger_known_area_never_costs_less(bench: Any, case: Any, which: int, areas: tuple[float, float]) -> None:
    built, facts = [make(bench) for make in case[0]], case[1]
    index = which % len(built)
    totals = []
    for area in sorted(areas):
        sized = [replace(item, area_cm2=area) if at == index else item for at, item in enumerate(built)]
        totals.append(bench.price(*sized, **facts).total)
    assert totals[0] <= totals[1]


@settings(max_examples=150)
@given(
    case=cases(),
    factor=st.decimals("1.01", "3", places=2),
    column=st.sampled_from(
        ["body_rate", "refinish_rate", "mechanical_rate", "paint_material_rate", "shop_material_rate"]
    ),
)
def test_higher_rate_never_costs_less(bench: Any, case: Any, factor: Decimal, column: str) -> None:
    built, facts = [make(bench) for make in case[0]], case[1]
    dearer = tuple(
        row.model_copy(update={column: (getattr(row, column) or row.body_rate) * factor}) for row in bench.rates.rows
    )
    rates = replace(bench.rates, rows=dearer)
    assert bench.price(*built, rates=rates, **facts).total >= bench.price(*built, **facts).total


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("paint", [None, PaintType.PEARL])
def test_higher_body_rate_never_costs_less_step_by_step(bench: Any, profile: str, paint: PaintType | None) -> None:
    """Sweeps the rate finely across every switch of operation: press out, repair, replace."""
    for part in Part:
        damages = [bench.damage(part, "dent", "minor", area_cm2=12.0), bench.damage(part, "dent", "moderate")]
        for group in ([damages[0]], [damages[1]], damages):
            totals = [bench.price(*group, profile=profile, paint=paint, rates=at(bench, rate)).total for rate in RATES]
            assert all(low <= high for low, high in pairwise(totals)), (part, totals)


RATES = [Decimal(rate) for rate in (1, 5, 10, 20, 30, 45, 60, 80, 110, 150, 200, 300, 500, 800, 1500, 4000)]


def at(bench: Any, rate: Decimal) -> Any:
    rows = tuple(row.model_copy(update={"body_rate": rate}) for row in bench.rates.rows)
    return replace(bench.rates, rows=rows)


@settings(max_examples=150)
@given(case=cases(), data=st.data())
def test_order_of_damages_does_not_matter(bench: Any, case: Any, data: st.DataObject) -> None:
    built, facts = [make(bench) for make in case[0]], case[1]
    order = data.draw(st.permutations(range(len(built))))
    one, other = bench.price(*built, **facts), bench.price(*[built[index] for index in order], **facts)
    assert (one.total, one.low, one.high, one.net) == (other.total, other.low, other.high, other.net)
    assert [shown(line) for line in one.lines] == [shown(line) for line in other.lines]


def shown(line: EstimateLine) -> tuple[object, ...]:
    return (line.part, line.side, line.operation, line.total, line.low, line.high, line.basis)


@settings(max_examples=200)
@given(case=cases())
def test_lines_sum_and_ranges_hold(bench: Any, case: Any) -> None:
    built, facts = [make(bench) for make in case[0]], case[1]
    found = bench.price(*built, **facts)
    assert sum(line.total for line in found.lines) == found.total
    assert all(line.labour + line.paint + line.parts + line.other == line.total for line in found.lines)
    assert 0 <= found.low <= found.total <= found.high
    assert all(0 <= line.low <= line.total <= line.high for line in found.lines)
    assert all(line.total > 0 for line in found.lines if line.priced)
    assert found.at_least == any(not line.priced for line in found.lines)
    assert {index for line in found.lines for index in line.damages} == set(range(len(built)))


@settings(max_examples=150)
@given(case=cases(), candidates=st.lists(st.sampled_from(EVERY_REF), min_size=1, max_size=3, unique=True))
def test_high_holds_the_dearest_candidate(bench: Any, case: Any, candidates: list[PartRef]) -> None:
    built, facts = [make(bench) for make in case[0]], case[1]
    # Damages with the same candidates count as being on the same part; settling one of them is another case.
    assume(all(item.candidates != tuple(candidates) for item in built))
    unclear = bench.damage(None, "dent", "moderate", candidates=candidates)
    high = bench.price(*built, unclear, **facts).high
    for ref in candidates:
        settled = bench.damage(ref.part.value, "dent", "moderate", side=ref.side.value)
        assert high >= bench.price(*built, settled, **facts).total
