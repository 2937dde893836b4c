"""Whole estimates, checked against the published figures of knowledge §3 and by rule."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from model.errors import PriceTableError, UsageError
from model.findings import PartRef
from model.texts import LANGUAGES, Texts
from model.vehicle import PaintType, Vehicle
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.estimate import Estimate, estimate
from parts_pricing.flags import Flag
from parts_pricing.labour import LabourType
from parts_pricing.operations import Operation

D = Decimal
CASES = sorted((Path(__file__).parents[2] / "golden" / "estimates").glob("photos_*.in.json"))


@pytest.mark.parametrize(
    ("part", "vehicle_class", "all_in"),
    [
        ("rear_bumper", "CN2_60_150k", "1788"),
        ("rear_bumper", "CN4_300_600k", "7080"),
        ("rear_bumper", "CN5_gt600k", "10170"),
        ("front_door", "CN2_60_150k", "3440"),
        ("front_door", "CN3_150_300k", "4440"),
        ("front_door", "CN4_300_600k", "7500"),
        ("windshield", "CN2_60_150k", "1630"),
    ],
)
def test_all_in_price_at_a_4s_shop(bench: Any, part: str, vehicle_class: str, all_in: str) -> None:
    found = bench.price(
        bench.damage(part, "broken", "severe"), profile="CN_4S", vehicle_class=vehicle_class, adas=False
    )
    [line] = found.lines
    assert line.operation is Operation.REPLACE
    assert line.labour + line.paint + line.parts == D(all_in)
    assert line.other == max(D(20), line.parts * D("0.03"))


@pytest.mark.parametrize(("severity", "total"), [("minor", "144"), ("moderate", "624")])
def test_bumper_polish_and_repaint_at_a_general_shop(bench: Any, severity: str, total: str) -> None:
    assert bench.price(bench.damage("front_bumper", "scratch", severity), adas=False).total == D(total)


def test_nothing_damaged(bench: Any) -> None:
    found = bench.price()
    assert (found.total, found.low, found.high, found.net) == (0, 0, 0, 0)
    assert not found.lines
    assert not found.at_least
    assert [item.code for item in found.notes] == ["pricing.estimate.nothing"]


def test_one_decision_for_all_damages_of_a_part(bench: Any) -> None:
    found = bench.price(
        bench.damage("front_door", "scratch", "minor"),
        bench.damage("front_door", "dent", "minor"),
        bench.damage("front_door", "dent", "moderate"),
    )
    [line] = found.lines
    assert line.operation is Operation.REPAIR
    assert line.body_hours == D("3.5")
    assert line.paint == 480
    assert line.damages == (0, 1, 2)


@pytest.mark.parametrize(
    ("unknown", "hours"), [(("minor",), "2.5"), (("severe",), "5.0"), (("minor", "moderate"), "3.5")]
)
def test_what_is_merely_damaged_does_not_add_to_what_is_known(bench: Any, unknown: list[str], hours: str) -> None:
    dent = bench.damage("front_door", "dent", "moderate")
    [line] = bench.price(dent, *(bench.damage("front_door", "unknown", severity) for severity in unknown)).lines
    assert line.body_hours == D(hours)


def test_better_evidence_may_lower_the_total(bench: Any) -> None:
    """What docs/estimating.md does not promise: knowing more is not more damage."""
    unknown = bench.price(bench.damage("front_door", "unknown", "minor"))
    assert bench.price(bench.damage("front_door", "scratch", "minor")).total < unknown.total
    unsized, small = (bench.price(bench.damage("hood", area_cm2=area)).total for area in (None, 100.0))
    assert small < unsized


def test_two_doors_are_two_lines(bench: Any) -> None:
    doors = [bench.damage("front_door", side=side) for side in ("left", "right")]
    assert [line.side for line in bench.price(*doors).lines] == [Side.LEFT, Side.RIGHT]


class TestRepairOrReplace:
    """A hood whose part and labour make repair a chosen share of replacement: 5.0 h × 120 = 600 of R."""

    @pytest.mark.parametrize(
        ("replacement", "operation", "borderline"),
        [
            ("600", Operation.REPLACE, False),
            ("601", Operation.REPLACE, True),
            ("750", Operation.REPLACE, True),
            ("751", Operation.REPAIR, True),
            ("857", Operation.REPAIR, True),
            ("858", Operation.REPAIR, False),
        ],
    )
    def test_threshold_and_band(self, bench: Any, replacement: str, operation: Operation, borderline: bool) -> None:
        free = bench.profiles["CN_4S"].clips.model_copy(update={"share": D(0), "minimum": D(0)})
        settings = bench.profiles["CN_4S"].model_copy(update={"clips": free, "shop_type": "general_shop"})
        catalogue = bench.with_row("hood", oem_price=D(replacement) - 120)
        severe = bench.rules.groups["bolted_panel"].dent.severe.model_copy(update={"review": False})
        rules = with_action(bench.rules, severe)
        found = bench.price(bench.damage("hood", "dent", "severe"), catalogue=catalogue, settings=settings, rules=rules)
        assert found.lines[0].operation is operation
        assert (Flag.BORDERLINE_RR in found.flags) == borderline

    def test_unknown_replacement_price_is_said(self, bench: Any) -> None:
        found = bench.price(bench.damage("hood", "dent"), catalogue=bench.with_row("hood", oem_price=None))
        assert found.lines[0].priced
        assert "pricing.compare.unknown" in [item.code for item in found.lines[0].basis]


def with_action(rules: Any, action: Any) -> Any:
    group = rules.groups["bolted_panel"]
    ladder = group.dent.model_copy(update={"severe": action})
    return rules.model_validate(
        {
            **rules.model_dump(),
            "groups": {
                **rules.model_dump()["groups"],
                "bolted_panel": {**group.model_dump(), "dent": ladder.model_dump()},
            },
        }
    )


class TestMissingPrices:
    def test_a_part_without_price_is_unpriced_never_zero(self, bench: Any) -> None:
        catalogue = bench.with_row("headlight", oem_price=None)
        found = bench.price(bench.damage("headlight", "broken"), catalogue=catalogue)
        [line] = found.lines
        assert not line.priced
        assert line.missing == ("part",)
        assert found.at_least
        assert found.unpriced == (line,)
        assert found.total == D("72.00"), "the labour that is known"
        assert Flag.UNPRICED in found.flags
        assert "pricing.estimate.at_least" in [item.code for item in found.notes]

    def test_a_panel_without_paint_price(self, bench: Any) -> None:
        found = bench.price(bench.damage("hood"), catalogue=bench.with_row("hood", paint_panel_price=None))
        assert found.lines[0].missing == ("paint",)
        assert found.at_least

    def test_a_part_that_the_table_does_not_know(self, bench: Any) -> None:
        rows = tuple(row for row in bench.catalogue.rows if row.part is not Part.ROOF)
        found = bench.price(bench.damage("roof"), catalogue=replace(bench.catalogue, rows=rows))
        assert found.lines[0].operation is Operation.INSPECT
        assert found.unpriced

    def test_no_part_at_all(self, bench: Any) -> None:
        found = bench.price(bench.damage(None), bench.damage(None, "dent"))
        assert len(found.unpriced) == 2
        assert found.flags == {Flag.UNPRICED, Flag.PART_UNCLEAR}

    def test_priced_lines_still_count(self, bench: Any) -> None:
        alone = bench.price(bench.damage("hood"))
        assert bench.price(bench.damage("hood"), bench.damage(None)).total == alone.total


class TestAmbiguity:
    def test_expected_from_the_best_candidate_high_from_the_dearest(self, bench: Any) -> None:
        unclear = bench.damage(None, "broken", "severe", candidates=["front_fender", "hood"])
        found = bench.price(unclear)
        best, dearest = (bench.price(bench.damage(part, "broken", "severe")) for part in ("front_fender", "hood"))
        assert found.total == best.total
        assert found.high >= dearest.high > best.high
        assert found.lines[0].part is None
        assert Flag.PART_UNCLEAR in found.flags

    def test_unknown_side_is_priced_and_flagged(self, bench: Any) -> None:
        found = bench.price(bench.damage("front_door", side="unknown"))
        assert found.total == bench.price(bench.damage("front_door")).total
        assert found.lines[0].side is Side.UNKNOWN
        assert found.lines[0].part is Part.FRONT_DOOR
        assert Flag.PART_UNCLEAR in found.flags

    def test_unclear_damage_joins_the_part_that_it_most_likely_is_on(self, bench: Any) -> None:
        certain = bench.damage("front_bumper", "scratch", "moderate")
        unclear = bench.damage(None, "scratch", "moderate", candidates=["front_bumper", "rear_bumper"])
        found = bench.price(certain, unclear, adas=False)
        [line] = found.lines
        assert line.part is Part.FRONT_BUMPER
        assert found.total == bench.price(certain, adas=False).total
        assert found.high >= bench.price(certain, bench.damage("rear_bumper"), adas=False).total


class TestDriverAssistance:
    @pytest.mark.parametrize(("adas", "lines", "priced"), [(True, 2, True), (None, 2, False), (False, 1, True)])
    def test_calibration_to_verify(self, bench: Any, adas: bool | None, lines: int, priced: bool) -> None:
        found = bench.price(bench.damage("rear_bumper", "broken", "severe"), adas=adas)
        assert len(found.lines) == lines
        assert found.lines[-1].priced == priced
        assert (Flag.ADAS in found.flags) == (adas is not False)

    def test_known_calibration_is_in_the_total_and_unknown_only_in_the_high_bound(self, bench: Any) -> None:
        without, known, unknown = (
            bench.price(bench.damage("windshield", "broken", "severe"), adas=adas) for adas in (False, True, None)
        )
        assert known.total == without.total + 350
        assert unknown.total == without.total
        assert unknown.high == without.high + 500

    @pytest.mark.parametrize(
        ("part", "kind", "severity", "flagged"),
        [
            ("front_bumper", "scratch", "minor", False),
            ("front_bumper", "scratch", "moderate", True),
            ("grille", "broken", "minor", True),
            ("side_mirror", "broken", "minor", True),
            ("windshield", "broken", "minor", False),
            ("headlight", "broken", "severe", False),
            ("quarter_panel", "dent", "severe", False),
        ],
    )
    def test_only_where_sensors_are_disturbed(
        self, bench: Any, part: str, kind: str, severity: str, flagged: bool
    ) -> None:
        assert (Flag.ADAS in bench.price(bench.damage(part, kind, severity)).flags) == flagged


class TestWheelFitting:
    """Mounting and balancing of what is new on a wheel: 100 + 50 CNY, the lower ends of C10."""

    @pytest.mark.parametrize("part", ["wheel", "tire"])
    def test_a_new_wheel_or_tire_is_mounted_and_balanced(self, bench: Any, part: str) -> None:
        [line] = bench.price(bench.damage(part, "broken", "severe")).lines
        assert line.operation is Operation.REPLACE
        assert line.other == 150 + max(D(20), line.parts / D("1.1") * D("0.03"))
        assert "pricing.fitting" in [item.code for item in line.basis]

    def test_a_repaired_wheel_is_not(self, bench: Any) -> None:
        [line] = bench.price(bench.damage("wheel", "scratch", "minor")).lines
        assert line.operation is Operation.REPAIR
        assert line.other == 0

    @pytest.mark.parametrize(("side", "fitted"), [("left", 1), ("right", 2)])
    def test_a_wheel_with_its_tire_is_fitted_once(self, bench: Any, side: str, fitted: int) -> None:
        wheel, tire = bench.damage("wheel", "broken", "severe"), bench.damage("tire", "broken", "severe", side=side)
        alone = bench.price(wheel).total + bench.price(tire).total
        assert bench.price(wheel, tire).total == alone - 150 * (2 - fitted)

    def test_fitting_counts_when_repair_is_compared_with_replacement(self, bench: Any) -> None:
        catalogue = bench.with_row("wheel", oem_price=D(1))
        [line] = bench.price(bench.damage("wheel", "scratch", "minor"), catalogue=catalogue).lines
        compared = next(item for item in line.basis if item.code.startswith("pricing.compare"))
        assert compared.facts["replace"] == D("1.10") + 20 + 36 + 150


class TestFlags:
    @pytest.mark.parametrize(
        ("part", "kind", "severity", "flag"),
        [
            ("quarter_panel", "dent", "severe", Flag.STRUCTURAL),
            ("roof", "broken", "severe", Flag.STRUCTURAL),
            ("tire", "broken", "severe", Flag.BETTERMENT),
            ("front_bumper", "broken", "moderate", Flag.REVIEW_RULE),
            ("headlight", "dent", "minor", Flag.REVIEW_RULE),
        ],
    )
    def test_flag(self, bench: Any, part: str, kind: str, severity: str, flag: Flag) -> None:
        assert flag in bench.price(bench.damage(part, kind, severity)).flags

    @pytest.mark.parametrize(
        ("part", "kind", "severity"),
        [("headlight", "dent", "minor"), ("hood", "dent", "severe"), ("roof", "broken", "severe")],
    )
    def test_a_rule_under_review_is_no_close_call(self, bench: Any, part: str, kind: str, severity: str) -> None:
        """Nothing was compared, or repairing costs a small share: nobody may say that both cost nearly the same."""
        found = bench.price(bench.damage(part, kind, severity))
        codes = [item.code for item in found.lines[0].basis]
        assert Flag.REVIEW_RULE in found.flags
        assert Flag.BORDERLINE_RR not in found.flags
        assert "pricing.review" in codes
        assert "pricing.borderline" not in codes

    def test_a_close_call_without_a_rule_under_review(self, bench: Any) -> None:
        found = bench.price(bench.damage("hood", "dent"), catalogue=bench.with_row("hood", oem_price=D(200)))
        codes = [item.code for item in found.lines[0].basis]
        assert Flag.BORDERLINE_RR in found.flags
        assert Flag.REVIEW_RULE not in found.flags
        assert ("pricing.borderline" in codes, "pricing.review" in codes) == (True, False)

    def test_a_scratch_is_not_structural(self, bench: Any) -> None:
        assert Flag.STRUCTURAL not in bench.price(bench.damage("quarter_panel", "scratch", "moderate")).flags

    def test_stale_price_is_used_and_flagged(self, bench: Any) -> None:
        fresh, stale = bench.price(bench.damage("hood")), bench.price(bench.damage("hood"), on=date(2028, 1, 1))
        assert stale.total == fresh.total
        assert Flag.STALE_PRICE in stale.flags
        assert stale.lines[0].stale

    @pytest.mark.parametrize(
        ("value", "noted", "flagged"), [("9000", False, False), ("5000", True, False), ("3000", True, True)]
    )
    def test_total_loss(self, bench: Any, value: str, noted: bool, flagged: bool) -> None:
        found = bench.price(bench.damage("front_door", "broken", "severe"), actual_cash_value=D(value))
        assert ("pricing.estimate.total_loss" in [item.code for item in found.notes]) == noted
        assert (Flag.TOTAL_LOSS in found.flags) == flagged


class TestPressingOut:
    @pytest.mark.parametrize(
        ("area", "severity", "operation"),
        [
            (10.0, "minor", Operation.PDR),
            (20.0, "minor", Operation.PDR),
            (21.0, "minor", Operation.REPAIR),
            (10.0, "moderate", Operation.REPAIR),
            (None, "minor", Operation.REPAIR),
        ],
    )
    def test_only_small_dents_of_known_size(
        self, bench: Any, area: float | None, severity: str, operation: Operation
    ) -> None:
        found = bench.price(bench.damage("front_door", "dent", severity, area_cm2=area))
        assert found.lines[0].operation is operation

    def test_not_where_the_paint_is_broken(self, bench: Any) -> None:
        dent, scratch = bench.damage("hood", "dent", "minor", area_cm2=10.0), bench.damage("hood", "scratch", "minor")
        assert bench.price(dent).lines[0].operation is Operation.PDR
        assert bench.price(dent, scratch).lines[0].operation is Operation.REPAIR

    def test_never_dearer_than_repairing_and_painting(self, bench: Any) -> None:
        catalogue = bench.with_row("hood", paint_panel_price=D(100))
        minor, moderate = (
            bench.price(bench.damage("hood", "dent", severity, area_cm2=10.0), catalogue=catalogue)
            for severity in ("minor", "moderate")
        )
        assert minor.lines[0].operation is Operation.PDR
        assert minor.total == D("0.7") * 120 + 100 == moderate.total

    def test_not_in_plastic(self, bench: Any) -> None:
        assert (
            bench.price(bench.damage("front_bumper", "dent", "minor", area_cm2=10.0)).lines[0].operation
            is Operation.REPAIR
        )


class TestPaint:
    def test_half_a_panel_only_for_a_scratch_known_to_be_small(self, bench: Any) -> None:
        small, large, unknown = (
            bench.price(bench.damage("hood", area_cm2=area)).total for area in (100.0, 5000.0, None)
        )
        assert small == D("448.00")
        assert large == unknown == D("640.00")

    def test_neighbours_are_blended_for_metallic_paint_in_the_us_only(self, bench: Any) -> None:
        door = bench.damage("front_door", "dent")
        lines = bench.price(door, profile="US", paint=PaintType.METALLIC).lines
        assert [line.part for line in lines if line.operation is Operation.BLEND] == [Part.FRONT_FENDER, Part.REAR_DOOR]
        assert len(bench.price(door, profile="US").lines) == 1
        assert len(bench.price(door, profile="CN_4S", paint=PaintType.METALLIC).lines) == 1

    def test_a_damaged_neighbour_is_not_blended_twice(self, bench: Any) -> None:
        doors = [bench.damage("front_door", "dent"), bench.damage("rear_door", "scratch", "minor")]
        lines = bench.price(*doors, profile="US", paint=PaintType.METALLIC).lines
        assert [line.part for line in lines] == [Part.FRONT_DOOR, Part.REAR_DOOR, Part.FRONT_FENDER]
        assert lines[1].refinish_hours == D("1.1"), "half of 2.2 h, where polishing alone would be 0.7 h"


class TestAmounts:
    @pytest.mark.parametrize(
        ("amounts", "net"),
        [
            ({}, "624"),
            ({"deductible": D(300)}, "324"),
            ({"deductible": D(300), "salvage": D(24)}, "300"),
            ({"deductible": D(300), "salvage": D(24), "betterment": D(100)}, "200"),
            ({"deductible": D(5000)}, "0"),
        ],
    )
    def test_net(self, bench: Any, amounts: dict[str, Decimal], net: str) -> None:
        found = bench.price(bench.damage("front_bumper"), adas=False, **amounts)
        assert found.net == D(net)
        assert "pricing.estimate.deductible" in [item.code for item in found.notes]

    def test_negative_amounts_are_refused(self, bench: Any) -> None:
        with pytest.raises(UsageError):
            bench.price(bench.damage("hood"), deductible=D(-1))

    def test_management_fee_on_replaced_parts_only(self, bench: Any) -> None:
        replaced = bench.price(bench.damage("rear_bumper", "broken", "severe")).lines[0]
        assert replaced.parts == D("990.00")
        lamp = bench.price(bench.damage("headlight", "broken")).lines[0]
        assert lamp.parts == D("1495.00")
        assert bench.price(bench.damage("rear_bumper", "broken", "minor")).lines[0].parts == 0


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"vehicle_class": "US_suv"}, "usage.unknown_vehicle_class"),
        ({"region": "US"}, "usage.profile_of_other_region"),
    ],
)
def test_unknown_words_are_usage_errors_that_list_what_exists(bench: Any, facts: dict[str, str], code: str) -> None:
    vehicle = Vehicle(**{"region": "CN", "vehicle_class": "CN2_60_150k", **facts})
    with pytest.raises(UsageError) as caught:
        estimate(
            [],
            vehicle=vehicle,
            catalogue=bench.catalogue,
            rates=bench.rates,
            rules=bench.rules,
            profile=bench.profiles["CN_4S"],
            on=date(2026, 11, 22),
        )
    assert caught.value.code == code
    assert caught.value.facts["known"]


@pytest.mark.parametrize("table", ["catalogue", "rates"])
def test_tables_in_another_currency_price_nothing(bench: Any, table: str) -> None:
    """Dollars are never shown as yuan."""
    rows = tuple(row.model_copy(update={"currency": "USD"}) for row in getattr(bench, table).rows)
    with pytest.raises(PriceTableError) as caught:
        bench.price(bench.damage("hood"), **{table: replace(getattr(bench, table), rows=rows)})
    assert caught.value.code == "prices.other_currency"
    assert dict(caught.value.facts) == {"region": "CN", "value": "USD", "expected": "CNY"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("profile", ["CN_general", "CN_4S", "US", "CA_BC"])
def test_every_note_of_every_line_can_be_said(bench: Any, language: str, profile: str) -> None:
    texts = Texts.load(language)
    said = set()
    for part in Part:
        for kind in DamageKind:
            for severity in Severity:
                damages = [
                    bench.damage(part, kind, severity),
                    bench.damage(None, kind, severity, candidates=["hood", "roof"]),
                ]
                found = bench.price(*damages, profile=profile, paint=PaintType.METALLIC, actual_cash_value=D(2000))
                said |= {texts.say(item) for line in found.lines for item in (*line.basis, *found.notes)}
    assert all(sentence and "{" not in sentence for sentence in said)
    assert not any("E+" in sentence for sentence in said)


def test_versions_and_origins_are_named(bench: Any) -> None:
    found: Estimate = bench.price(bench.damage("hood", "dent"))
    assert set(found.versions) == {"prices", "rates", "rules", "profile"}
    [line] = found.lines
    assert line.price_row == "CN/CN2_60_150k/hood/2026-11-01"
    assert line.price_tag == "S"
    assert line.code == "OP9"
    assert line.labour_types == (LabourType.BODY, LabourType.REFINISH)
    assert line.rule == "bolted_panel.dent.moderate"
    assert line.sources == ("C14",)


def test_part_numbers_reach_the_price(bench: Any) -> None:
    row = next(row for row in bench.catalogue.rows if (row.part, row.vehicle_class) == ("hood", "CN2_60_150k"))
    own = row.model_copy(update={"part_number": "65100-1AB", "oem_price": D(2500), "vehicle_class": "*"})
    catalogue = replace(bench.catalogue, rows=(*bench.catalogue.rows, own))
    hood = PartRef(part=Part.HOOD)
    found = bench.price(bench.damage("hood", "broken", "severe"), catalogue=catalogue, part_numbers={hood: "65100-1AB"})
    assert found.lines[0].parts == D("2750.00")


def summary(found: Estimate) -> dict[str, Any]:
    lines = [
        {
            "part": line.part,
            "side": line.side.value,
            "operation": line.operation.value,
            "hours": str(line.hours),
            "labour": str(line.labour),
            "paint": str(line.paint),
            "parts": str(line.parts),
            "other": str(line.other),
            "total": str(line.total),
            "priced": line.priced,
            "flags": sorted(line.flags),
        }
        for line in found.lines
    ]
    amounts = {name: str(getattr(found, name)) for name in ("total", "low", "high", "net")}
    return {"currency": found.currency, "lines": lines, **amounts, "at_least": found.at_least}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name.removesuffix(".in.json"))
def test_photo_estimates_stay_as_reviewed(bench: Any, path: Path) -> None:
    given = json.loads(path.read_text("utf-8"))
    damages = [bench.damage(**item) for item in given["damages"]]
    found = bench.price(
        *damages, profile=given["profile"], vehicle_class=given["vehicle_class"], adas=given.get("adas")
    )
    wanted = json.loads(path.with_name(path.name.replace(".in.", ".out.")).read_text("utf-8"))
    assert summary(found) == wanted


def test_photo_goldens_are_there() -> None:
    assert len(CASES) >= 5
