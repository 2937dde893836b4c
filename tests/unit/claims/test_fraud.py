"""Fraud facts: one thing out of the ordinary gives one fact with its evidence; nothing gives a verdict."""

import ast
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.fraud import FraudRules, fraud_facts
from claims.fraud_case import FraudCase, OtherClaim, OtherPhoto, OwnPhoto, Position, PricedLine, distance_km
from claims.fraud_facts import FraudCode, FraudFact, Outlier, Repeat, SharedPhoto, Tally, risk
from claims.rulebook import Rulebook
from model.errors import RulesError
from model.findings import PartRef
from model.texts import LANGUAGES, Texts
from model.vehicle import Vehicle
from model.vocabulary import Part, Severity, Side
from parts_pricing.catalogue import Catalogue, PriceRow
from parts_pricing.chosen import chosen, typical
from parts_pricing.decide import Shop
from parts_pricing.operations import Operation, PaintWork

ROOT = Path(__file__).resolve().parents[3]
TEXT = files("data").joinpath("rules", "fraud.yaml").read_text("utf-8")
RULES = FraudRules.load()
FACTOR = Decimal(2)
ME, OTHER, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)
LOST = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
REPORTED = LOST + timedelta(hours=2)
BEIJING, TIANJIN, SHANGHAI = (
    Position(latitude=39.9042, longitude=116.4074),
    Position(latitude=39.3434, longitude=117.3616),
    Position(latitude=31.2304, longitude=121.4737),
)
HOOD, DOOR = PartRef(part=Part.HOOD), PartRef(part=Part.FRONT_DOOR, side=Side.LEFT)
PHOTO = OwnPhoto(
    number=1,
    sha256="a" * 64,
    phashes=(0b1111, 0xFF00),
    taken_at=datetime(2026, 11, 20, 17, 0),  # noqa: DTZ001 - cameras have no zone: 09:00 in UTC
    arrived_at=REPORTED + timedelta(hours=1),
    position=BEIJING,
)
CLEAN = FraudCase(
    claim=ME,
    zone=ZoneInfo("Asia/Shanghai"),
    currency="CNY",
    reported_at=REPORTED,
    happened_at=LOST,
    policy_began=LOST - timedelta(days=90),
    place=BEIJING,
    photos=(PHOTO,),
    parts=frozenset({HOOD, DOOR}),
)


def found(case: FraudCase) -> tuple[FraudFact, ...]:
    return fraud_facts(case, RULES, outlier_factor=FACTOR)


def codes(case: FraudCase) -> list[str]:
    return [fact.code.value for fact in found(case)]


def other(**changes: Any) -> OtherPhoto:
    base = OtherPhoto(claim=OTHER, claim_number="Q-7", sha256="b" * 64, phash=0xFFFF0000FFFF0000)
    return replace(base, **changes)


def photo(**changes: Any) -> tuple[OwnPhoto]:
    return (replace(PHOTO, **changes),)


def wall_clock(*when: int) -> datetime:
    return datetime(*when)  # type: ignore[arg-type] # noqa: DTZ001 - cameras have no zone


def earlier(months: int, *refs: PartRef) -> OtherClaim:
    moment = LOST.replace(year=LOST.year - (months + 1) // 12, month=(LOST.month - months - 1) % 12 + 1)
    return OtherClaim(claim=OTHER, claim_number="Q-7", happened_at=moment, parts=frozenset(refs))


def test_an_ordinary_case_has_no_facts_and_no_risk() -> None:
    assert found(CLEAN) == ()
    assert risk(()) == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"other_photos": (other(sha256="a" * 64, phash=None),)}, "same_photo"),
        ({"other_photos": (other(sha256="a" * 64, paid=True),)}, "same_photo_paid"),
        ({"other_photos": (other(phash=0b0000),)}, "near_photo"),
        ({"other_photos": (other(phash=0b0000, paid=True),)}, "near_photo_paid"),
        ({"other_photos": (other(phash=0xFF01),)}, "near_photo"),
        ({"photos": photo(taken_at=wall_clock(2026, 8, 1, 9, 0))}, "taken_before_policy"),
        ({"photos": photo(taken_at=wall_clock(2026, 11, 21, 9, 0))}, "taken_after_arrival"),
        (
            {"photos": photo(taken_at=wall_clock(2026, 11, 28), arrived_at=datetime(2026, 11, 28, tzinfo=UTC))},
            "taken_after_report",
        ),
        ({"photos": photo(position=SHANGHAI)}, "far_from_loss"),
        ({"other_claims": (earlier(3, HOOD),)}, "repeated_part"),
        ({"other_claims": (earlier(12, DOOR),)}, "repeated_part"),
        ({"other_claims": (earlier(1, PartRef(part=Part.FRONT_DOOR, side=Side.UNKNOWN)),)}, "repeated_part"),
        ({"complaints": 3}, "many_complaints"),
        ({"high_risk_tag": True}, "high_risk_tag"),
        (
            {"lines": (PricedLine(ref=HOOD, operation=Operation.REPAIR, amount=Decimal(2001), typical=Decimal(1000)),)},
            "price_outlier",
        ),
    ],
)
def test_one_thing_gives_one_fact(change: dict[str, Any], code: str) -> None:
    case = replace(CLEAN, **change)
    assert codes(case) == [code]
    assert risk(found(case)) == RULES.weights[FraudCode(code)]


@pytest.mark.parametrize(
    "change",
    [
        {"other_photos": (other(claim=ME, sha256="a" * 64),)},
        {"other_photos": (other(phash=0b1111 ^ 0b11111 << 20),)},  # five bits apart
        {"other_photos": (other(phash=None),)},
        {"photos": photo(phashes=()), "other_photos": (other(phash=0b1111),)},
        {"photos": photo(taken_at=None)},
        {"photos": photo(taken_at=wall_clock(2026, 11, 20, 20, 59))},  # 1 h 59 min after it arrived: a wrong clock
        {
            "photos": photo(
                taken_at=wall_clock(2026, 11, 28), arrived_at=datetime(2026, 11, 28, tzinfo=UTC), asked_for=True
            )
        },
        {"policy_began": None, "photos": photo(taken_at=wall_clock(2025, 1, 1))},
        {"policy_began": LOST + timedelta(hours=2)},  # 17:00 in China is an hour before it, within the grace
        {"photos": photo(position=TIANJIN), "place": TIANJIN},
        {"photos": photo(position=None)},
        {"place": None, "photos": photo(position=SHANGHAI)},
        {"other_claims": (earlier(13, HOOD),)},
        {"other_claims": (earlier(3, PartRef(part=Part.FRONT_DOOR, side=Side.RIGHT)),)},
        {"other_claims": (replace(earlier(3, HOOD), claim=ME),)},
        {"other_claims": (replace(earlier(3, HOOD), happened_at=LOST + timedelta(days=1)),)},
        {"complaints": 2},
        {"lines": (PricedLine(ref=HOOD, operation=Operation.REPAIR, amount=Decimal(2000), typical=Decimal(1000)),)},
        {"lines": (PricedLine(ref=HOOD, operation=Operation.SUBLET, amount=Decimal(9999), typical=None),)},
    ],
)
def test_what_is_ordinary_gives_none(change: dict[str, Any]) -> None:
    assert codes(replace(CLEAN, **change)) == []


def test_a_camera_time_is_read_in_the_zone_of_the_market() -> None:
    before = {"policy_began": LOST, "photos": photo(taken_at=wall_clock(2026, 11, 20, 13, 59))}  # 05:59 in UTC
    assert codes(replace(CLEAN, **before)) == ["taken_before_policy"]
    assert codes(replace(CLEAN, **before, zone=ZoneInfo("UTC"))) == ["taken_after_arrival"]


def test_one_fact_for_each_other_case_by_its_closest_photo() -> None:
    others = (
        other(phash=0b0111),
        other(sha256="a" * 64),
        other(claim=THIRD, claim_number="Q-8", phash=0b0011),
        other(phash=0b1111),
    )
    evidence = [fact.evidence for fact in found(replace(CLEAN, other_photos=others))]
    assert evidence == [
        SharedPhoto(photo=1, claim=OTHER, claim_number="Q-7", bits=0),
        SharedPhoto(photo=1, claim=THIRD, claim_number="Q-8", bits=2),
    ]


def test_evidence_names_the_earlier_cases_and_the_amounts() -> None:
    line = PricedLine(ref=DOOR, operation=Operation.REPLACE, amount=Decimal(9000), typical=Decimal(3440))
    case = replace(CLEAN, other_claims=(earlier(3, DOOR),), lines=(line,), complaints=1, high_risk_tag=True)
    evidence = [fact.evidence for fact in found(case)]
    assert Repeat(place=DOOR, claims=(OTHER,), numbers=("Q-7",)) in evidence
    assert Tally(count=1) in evidence
    outlier = Outlier(
        place=DOOR, operation=Operation.REPLACE, amount=Decimal(9000), median=Decimal(3440), currency="CNY"
    )
    assert outlier in evidence


def test_each_code_counts_once_however_often_it_was_found() -> None:
    photos = tuple(replace(PHOTO, number=number) for number in (1, 2, 3))
    case = replace(CLEAN, photos=photos, other_photos=(other(sha256="a" * 64),), high_risk_tag=True)
    assert codes(case).count("same_photo") == 3
    assert risk(found(case)) == RULES.weights[FraudCode.SAME_PHOTO] + RULES.weights[FraudCode.HIGH_RISK_TAG]


FACTS = st.builds(
    FraudFact, code=st.sampled_from(FraudCode), evidence=st.just(Tally(count=1)), weight=st.integers(0, 100)
)


@given(st.lists(FACTS), st.lists(FACTS))
def test_a_further_fact_never_lowers_the_risk(some: list[FraudFact], more: list[FraudFact]) -> None:
    assert 0 <= risk(some) <= risk([*some, *more])


# --- distance -------------------------------------------------------------------------------------------------------


def test_distances_are_those_of_the_map() -> None:
    assert distance_km(BEIJING, SHANGHAI) == pytest.approx(1067, abs=3)
    assert distance_km(BEIJING, BEIJING) == 0
    east, west = Position(latitude=0, longitude=179.5), Position(latitude=0, longitude=-179.5)
    assert distance_km(east, west) == pytest.approx(111.2, abs=0.1)


PLACES = st.builds(Position, latitude=st.floats(-90, 90), longitude=st.floats(-180, 180))


@given(PLACES, PLACES)
def test_a_distance_is_symmetric_and_fits_on_earth(one: Position, two: Position) -> None:
    assert distance_km(one, two) == pytest.approx(distance_km(two, one))
    assert 0 <= distance_km(one, two) <= 20_016


@pytest.mark.parametrize("wrong", [(91, 0), (0, 181), (float("nan"), 0), (0, float("inf"))])
def test_what_is_no_place_on_earth_is_refused(wrong: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="no position"):
        Position(latitude=wrong[0], longitude=wrong[1])


def test_positions_appear_nowhere() -> None:
    case = replace(CLEAN, photos=photo(position=SHANGHAI))
    [fact] = found(case)
    shown = f"{case!r} {fact!r} {Texts.load('en').say(fact.note)}"
    assert not [number for number in ("39.9", "116.4", "31.2", "121.4") if number in shown]
    assert "1067" in Texts.load("en").say(fact.note)


# --- what is usual --------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(rulebook: Rulebook) -> Shop:
    vehicle = Vehicle(region="CN", vehicle_class="CN2_60_150k")
    profile = next(item for item in rulebook.profiles.values() if (item.region, item.shop_type) == ("CN", "4S"))
    rate = rulebook.rates.find("CN", "4S", "CN2_60_150k")
    return Shop(
        vehicle=vehicle,
        catalogue=rulebook.catalogue,
        rate=rate,
        rules=rulebook.repair,
        profile=profile,
        day=date(2026, 11, 22),
    )


def test_the_usual_amount_is_what_the_tables_row_costs(shop: Shop) -> None:
    part = PartRef(part=Part.REAR_BUMPER)
    usual = typical(part, Operation.REPLACE, shop)
    assert usual is not None
    assert Decimal(1500) < usual < Decimal(2100)  # the domain notes work out 1788 for this car before fees and clips
    severities = [typical(HOOD, Operation.REPAIR, shop, severity) for severity in Severity]
    assert severities == sorted(severities, key=lambda amount: amount or 0)
    assert typical(HOOD, Operation.REPAIR, shop) == severities[1]  # the middle one of three
    assert typical(PartRef(part=Part.TAILLIGHT, side=Side.LEFT), Operation.REFINISH, shop) is None
    assert [typical(HOOD, item, shop) for item in (Operation.SUBLET, Operation.PDR, Operation.CALIBRATION)] == [
        None
    ] * 3


def test_the_usual_amount_is_a_median_over_all_rows_of_the_class(shop: Shop) -> None:
    row = next(r for r in shop.catalogue.rows if (r.vehicle_class, r.part) == ("CN2_60_150k", Part.HOOD))

    def with_prices(*prices: int) -> Shop:
        rows = [_row(row, oem_price=Decimal(price), make=f"make {price}") for price in prices]
        rows.append(_row(row, oem_price=Decimal(99_000), vehicle_class="CN3_150_300k"))
        return replace(shop, catalogue=Catalogue(version="test", rows=tuple(rows)))

    one, three = with_prices(2000), with_prices(500, 2000, 30_000)
    assert typical(HOOD, Operation.REPLACE, three) == typical(HOOD, Operation.REPLACE, one)
    assert typical(DOOR, Operation.REPLACE, three) is None
    expired = _row(row, oem_price=Decimal(30_000), valid_from=date(2024, 1, 1), valid_to=date(2024, 12, 31))
    with_old = Catalogue(version="test", rows=(*one.catalogue.rows, expired))
    assert typical(HOOD, Operation.REPLACE, replace(shop, catalogue=with_old)) == typical(HOOD, Operation.REPLACE, one)


def _row(row: PriceRow, **changes: Any) -> PriceRow:
    return row.model_copy(update=changes)


def test_chosen_work_takes_what_the_row_says(shop: Shop) -> None:
    found = shop.find(HOOD)
    assert found is not None
    row = found.row
    replaced, repaired = chosen(HOOD, Operation.REPLACE, shop), chosen(HOOD, Operation.REPAIR, shop, Severity.SEVERE)
    assert (replaced.task.hours, replaced.task.part_price) == (row.labor_rr_h, row.oem_price)
    assert repaired.task.hours == row.repair_h_severe
    assert (repaired.task.part_price, repaired.task.paint) == (0, PaintWork.FULL)
    assert chosen(HOOD, Operation.SUBLET, shop).missing == ("row",)
    lamp = PartRef(part=Part.HEADLIGHT, side=Side.LEFT)
    assert chosen(lamp, Operation.REFINISH, shop).missing == ("row",)
    priceless = replace(shop, catalogue=Catalogue(version="t", rows=(_row(row, oem_price=None),)))
    assert chosen(HOOD, Operation.REPLACE, priceless).missing == ("part",)
    assert chosen(DOOR, Operation.REPLACE, priceless).missing == ("row",)


# --- data and texts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("  high_risk_tag: 40\n", "", "high_risk_tag"),
        ("near_bits: 4 ", "near_bits: 40 ", "near_bits"),
        ("far_km: 100", "far_km: 0", "far_km"),
        ("version:", "verdict: guilty\nversion:", "verdict"),
    ],
)
def test_wrong_rules_are_refused_by_name(old: str, new: str, named: str) -> None:
    assert old in TEXT
    with pytest.raises(RulesError, match=named):
        FraudRules.from_yaml(TEXT.replace(old, new))


def test_the_version_names_the_content() -> None:
    assert RULES.version.startswith("2026-11-23@")
    assert FraudRules.from_yaml(TEXT + "\n").version != RULES.version


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_has_a_sentence(language: str) -> None:
    texts = Texts.load(language)
    case = replace(
        CLEAN,
        photos=photo(taken_at=wall_clock(2026, 8, 1, 9, 0), position=SHANGHAI),
        other_photos=(other(sha256="a" * 64), other(claim=THIRD, phash=0b1111, paid=True)),
        other_claims=(earlier(3, DOOR),),
        complaints=5,
        high_risk_tag=True,
        lines=(PricedLine(ref=HOOD, operation=Operation.REPAIR, amount=Decimal(2001), typical=Decimal(1000)),),
    )
    said = [texts.say(fact.note) for fact in found(case)]
    assert len(said) == len(set(said)) == 8
    assert all(f"fraud.{code}" in texts.sentences for code in FraudCode)


@pytest.mark.parametrize("module", ["triage.py", "conditions.py", "assess.py", "rulebook.py", "situation.py"])
def test_nothing_that_decides_or_prices_reads_fraud_facts(module: str) -> None:
    """M18: they raise priority only."""
    imported = {
        node.module
        for node in ast.walk(ast.parse((ROOT / "claims" / module).read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
    }
    assert imported
    assert not [name for name in imported if name and name.startswith("claims.fraud")]
