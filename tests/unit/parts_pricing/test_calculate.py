"""The public production estimates of knowledge §2.2, and the rules of refinish arithmetic."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from model.vehicle import PaintType
from model.vocabulary import Part, Side
from parts_pricing.calculate import Bucket, calculate, gross
from parts_pricing.estimate import net_amount
from parts_pricing.labour import LabourType
from parts_pricing.operations import Operation, PaintWork, Task

GOLDEN = Path(__file__).parents[2] / "golden" / "estimates"
TOLERANCE = Decimal("0.02")
D = Decimal


def task(item: dict[str, Any]) -> Task:
    amounts = {
        key: D(value) for key, value in item.items() if key not in ("part", "side", "operation", "labour", "paint")
    }
    return Task(
        part=Part(item["part"]) if item.get("part") else None,
        side=Side(item.get("side", "none")),
        operation=Operation(item["operation"]),
        labour=LabourType(item.get("labour", "LAB")),
        paint=PaintWork[item.get("paint", "none").upper()],
        **amounts,
    )


@pytest.mark.parametrize("name", ["bumper_cover_replaced", "bumper_repaired"])
def test_production_estimates_reproduce(bench: Any, name: str) -> None:
    given = json.loads((GOLDEN / f"{name}.in.json").read_text("utf-8"))
    wanted = json.loads((GOLDEN / f"{name}.out.json").read_text("utf-8"))
    profile = bench.profiles[given["profile"]]
    rate = bench.rates.find(profile.region, profile.shop_type, "*")
    bill = calculate([task(item) for item in given["operations"]], rate=rate, profile=profile)
    deductible = D(given["deductible"])
    found = {bucket.value: bill.buckets[bucket] for bucket in Bucket} | {"gross": bill.total}
    found["net"] = net_amount(bill.total, salvage=D(0), betterment=D(0), deductible=deductible, profile=profile)
    for key, value in wanted.items():
        assert abs(found[key] - D(value)) <= TOLERANCE, key
    assert sum(line.total for line in bill.lines) == bill.total


def painted(part: str, hours: str, side: str = "none", work: PaintWork = PaintWork.FULL, price: str = "0") -> Task:
    return Task(
        part=Part(part),
        side=Side(side),
        operation=Operation.REFINISH,
        paint=work,
        refinish_hours=D(hours),
        panel_price=D(price),
    )


def bill_of(bench: Any, profile: str, *tasks: Task, paint: PaintType | None = None) -> Any:
    chosen = bench.profiles[profile]
    rate = bench.rates.find(chosen.region, chosen.shop_type, "CN2_60_150k")
    return calculate(tasks, rate=rate, profile=chosen, paint_type=paint)


def test_overlap_of_neighbours_as_worked_in_the_source(bench: Any) -> None:
    bill = bill_of(
        bench,
        "US",
        painted("hood", "3.0"),
        painted("front_fender", "3.0", "left"),
        painted("front_fender", "3.0", "right"),
    )
    net = sorted(line.painted.base - line.painted.overlap for line in bill.lines)
    assert net == [D("2.6"), D("2.6"), D("3.0")]


def test_panels_apart_overlap_less(bench: Any) -> None:
    bill = bill_of(bench, "US", painted("hood", "3.0"), painted("trunk_lid", "2.5"))
    assert [line.painted.overlap for line in bill.lines] == [D(0), D("0.2")]


def test_left_and_right_doors_do_not_touch(bench: Any) -> None:
    bill = bill_of(bench, "US", painted("front_door", "2.4", "left"), painted("rear_door", "2.2", "right"))
    assert [line.painted.overlap for line in bill.lines] == [D(0), D("0.2")]


@pytest.mark.parametrize(
    ("hours", "clear"),
    [(["2.3"], "0.9"), (["2.4"], "1.0"), (["3.0", "2.6"], "1.7"), (["3.5", "3.0", "2.5", "2.5"], "2.5")],
)
def test_clear_coat_is_40_then_20_percent_capped(bench: Any, hours: list[str], clear: str) -> None:
    parts = ["roof", "hood", "trunk_lid", "rear_bumper"]
    apart = {"overlap": bench.profiles["US"].paint.overlap.model_copy(update={"adjacent": D(0), "other": D(0)})}
    settings = bench.profiles["US"].paint.model_copy(update=apart)
    profile = bench.profiles["US"].model_copy(update={"paint": settings})
    rate = bench.rates.find("US", "collision_shop", "*")
    tasks = [painted(part, value) for part, value in zip(parts, hours, strict=False)]
    bill = calculate(tasks, rate=rate, profile=profile)
    assert sum(line.painted.clear for line in bill.lines) == D(clear)


@pytest.mark.parametrize(("paint", "stage"), [(PaintType.TWO_TONE, "1.5"), (PaintType.PEARL, "2.1"), (None, "0")])
def test_further_stages_of_paint(bench: Any, paint: PaintType | None, stage: str) -> None:
    bill = bill_of(bench, "US", painted("hood", "3.0"), paint=paint)
    assert bill.lines[0].painted.stage == D(stage)


@pytest.mark.parametrize(
    ("profile", "paint", "hours"), [("US", None, "0.3"), ("CN_4S", None, "0"), ("CN_4S", PaintType.PEARL, "0.3")]
)
def test_tint_once_per_job(bench: Any, profile: str, paint: PaintType | None, hours: str) -> None:
    bill = bill_of(
        bench, profile, painted("hood", "3.0", price="640"), painted("roof", "3.5", price="640"), paint=paint
    )
    assert sum(line.painted.tint for line in bill.lines) == D(hours)


@pytest.mark.parametrize(
    ("profile", "panels", "total"),
    [
        ("CN_4S", 1, "480"),
        ("CN_4S", 2, "768"),
        ("CN_4S", 3, "1152"),
        ("CN_general", 2, "960"),
        ("CN_general", 3, "1296"),
        ("CN_general", 4, "1632"),
        ("CN_general", 5, "1920"),
        ("CN_general", 6, "2160"),
        ("CN_general", 7, "2352"),
        ("CN_general", 9, "3024"),
    ],
)
def test_several_panels_of_one_price(bench: Any, profile: str, panels: int, total: str) -> None:
    names = ["front_bumper", "rear_bumper", "hood", "trunk_lid", "roof", "tailgate"]
    tasks = [painted(name, "2.4", price="480") for name in names]
    tasks += [painted("front_door", "2.4", side, price="480") for side in ("left", "right")]
    tasks.append(painted("rear_door", "2.2", "left", price="480"))
    assert bill_of(bench, profile, *tasks[:panels]).total == D(total)


def test_a_small_panel_beside_a_large_one_still_costs_something(bench: Any) -> None:
    one = bill_of(bench, "CN_4S", painted("hood", "3.0", price="1760"))
    two = bill_of(
        bench, "CN_4S", painted("hood", "3.0", price="1760"), painted("rocker_panel", "1.2", "left", price="100")
    )
    assert two.total == one.total + 30


@pytest.mark.parametrize(
    ("work", "paint", "amount"),
    [
        (PaintWork.POLISH, None, "192"),
        (PaintWork.HALF, None, "448"),
        (PaintWork.FULL, None, "640"),
        (PaintWork.FULL, PaintType.METALLIC, "704"),
        (PaintWork.FULL, PaintType.MATT, "736"),
        (PaintWork.FULL, PaintType.COLOUR_SHIFT, "768"),
    ],
)
def test_paint_of_one_panel(bench: Any, work: PaintWork, paint: PaintType | None, amount: str) -> None:
    assert bill_of(bench, "CN_general", painted("hood", "3.0", work=work, price="640"), paint=paint).total == D(amount)


def test_area_factor_scales_labour_and_paint_but_not_parts(bench: Any) -> None:
    profile = bench.profiles["CN_4S"].in_area("second_tier")
    rate = bench.rates.find("CN", "4S", "CN2_60_150k")
    job = Task(
        part=Part.HOOD,
        side=Side.NONE,
        operation=Operation.REPLACE,
        hours=D(1),
        paint=PaintWork.FULL,
        panel_price=D(640),
        part_price=D(2000),
    )
    line = calculate([job], rate=rate, profile=profile).lines[0]
    assert (line.labour, line.paint, line.parts) == (D("168.00"), D("448.00"), D("2000.00"))


def test_us_tax_is_on_parts_and_materials_only(bench: Any) -> None:
    job = Task(part=Part.HOOD, side=Side.NONE, operation=Operation.REPLACE, hours=D(1), part_price=D(100))
    bill = bill_of(bench, "US", job)
    assert bill.total == D("65") + D("107")
    assert bill.tax == D("7.00")


def test_gross_is_the_total_of_the_bill(bench: Any) -> None:
    tasks = [painted("hood", "3.0", price="640"), painted("roof", "3.5", price="640")]
    for name, profile in bench.profiles.items():
        rate = bench.rates.find(profile.region, profile.shop_type, "CN2_60_150k")
        assert gross(tasks, rate=rate, profile=profile) == calculate(tasks, rate=rate, profile=profile).total, name
