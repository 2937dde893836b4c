"""A record is a case, or the reason why not: precise, exact, and silent about what stood in the cell."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.facts import CaseFacts, VehicleFacts
from claims.note_json import note_json
from claims.rescore.case import FinalBill, FinalLine, HistoricalCase, Previous
from claims.rescore.fields import amount, moment, number
from claims.rescore.manifest_columns import CASE, FACTS, VEHICLE, is_personal
from claims.rescore.manifest_faults import WrongCell
from claims.triage import Route
from model.findings import PartRef
from model.notes import Note
from model.texts import Texts
from model.vocabulary import Part, Side
from parts_pricing.operations import Operation

from .conftest import ON, WHOLE

Case = Callable[..., HistoricalCase]
Reason = Callable[..., Note]


def test_every_fact_of_a_case_has_a_column() -> None:
    assert set(FACTS) == set(CaseFacts.model_fields) - {"vehicle"}
    assert set(VEHICLE) == set(VehicleFacts.model_fields)
    assert not set(CASE) & (set(FACTS) | set(VEHICLE))


def test_no_column_of_ours_is_taken_for_personal_data() -> None:
    """Known ones come first; but none of what a case says as a record is even like one."""
    assert not [name for name in CASE if is_personal(name)]


def test_a_record_with_everything(case_of: Case) -> None:
    case = case_of(**WHOLE)
    assert (case.id, case.photos, case.on, case.month) == ("QC-1", ("a.jpg", "照片/b.jpg"), date(2026, 3, 5), "2026-02")
    assert case.facts == CaseFacts.of(
        {
            "region": "CN",
            "shop": "4S",
            "cause": "scrape",
            "lost_at": "2026-03-04T18:05:00+08:00",
            "deductible": "200",
            "paid_in_last_year": [{"part": "front_door", "side": "left"}],
            "vehicle": {
                "vehicle_class": "CN2_60_150k",
                "make": "大众",
                "model": "途观 L",
                "year": 2021,
                "new_energy": False,
                "adas": True,
                "cash_value": "98000",
            },
        }
    )
    line = FinalLine(ref=PartRef(part=Part.HOOD), operation=Operation.REPAIR, amount=Decimal("624.1"))
    assert case.final == FinalBill(amount=Decimal("624.1"), lines=(line,))
    assert case.previous == Previous(
        total=Decimal(600),
        low=Decimal("550.5"),
        high=Decimal(700),
        route=Route.INSTANT_OFFER,
        versions={"model": "joint-v0@1", "prices": "p", "rules": "r", "policy": "t"},
    )


def test_a_record_with_the_least(case_of: Case) -> None:
    assert case_of() == HistoricalCase(row=0, id="QC-1", photos=("a.jpg",), facts=CaseFacts(region="CN"), on=ON)


@pytest.mark.parametrize(
    ("columns", "month"),
    [
        ({}, None),
        ({"assessed_on": "2026-03-05"}, "2026-03"),
        ({"assessed_on": "2026-03-05", "lost_at": "2026-02-28 23:30"}, "2026-02"),
        ({"lost_at": "2026-03-01T00:30:00+08:00"}, "2026-03"),
        ({"lost_at": "2026-03-01", "month": "2025/7"}, "2025-07"),
        ({"month": "2025-07-31"}, "2025-07"),
        ({"facts": {"lost_at": "2026-01-31T20:00:00+08:00"}}, "2026-01"),
    ],
)
def test_the_month_is_the_stated_one_else_that_of_the_loss(case_of: Case, columns: Any, month: str | None) -> None:
    assert case_of(**columns).month == month


def test_no_final_lines_are_not_the_same_as_none_written_down(case_of: Case) -> None:
    assert case_of(final_lines=[]).final == FinalBill(lines=())
    assert case_of(final_amount=Decimal(5)).final == FinalBill(amount=Decimal(5))
    assert case_of().final is None


@pytest.mark.parametrize(
    ("line", "ref"),
    [
        ({"part": "hood", "side": "none"}, PartRef(part=Part.HOOD)),
        ({"part": "front_door", "side": "left"}, PartRef(part=Part.FRONT_DOOR, side=Side.LEFT)),
        ({"part": "front_door", "side": "unknown"}, PartRef(part=Part.FRONT_DOOR, side=Side.UNKNOWN)),
    ],
)
def test_final_lines_name_part_and_side(case_of: Case, line: Any, ref: PartRef) -> None:
    final = case_of(final_lines=[{**line, "operation": "replace"}]).final
    assert final == FinalBill(lines=(FinalLine(ref=ref, operation=Operation.REPLACE),))


def test_facts_stand_in_one_document_or_in_columns(case_of: Case, reason_of: Reason) -> None:
    document = {"shop": "4S", "vehicle": {"year": 2020, "make": None}, "deductible": None}
    case = case_of(facts=document, drivable="否", make="BYD")
    facts = {"region": "CN", "shop": "4S", "drivable": False, "vehicle": {"year": 2020, "make": "BYD"}}
    assert case.facts == CaseFacts.of(facts)
    assert wrong(reason_of(facts=document, year=2020)) == ("year", "rescore.twice")
    assert wrong(reason_of(facts=document, shop="4S")) == ("shop", "rescore.twice")


def wrong(reason: Note) -> tuple[str, str]:
    told = reason.facts["told"]
    assert reason.code == "rescore.field"
    assert isinstance(told, Note)
    return str(reason.facts["field"]), told.code


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"case_id": None}, "rescore.no_id"),
        ({"case_id": " "}, "rescore.no_id"),
        ({"photos": None}, "rescore.no_photos"),
        ({"photos": []}, "rescore.no_photos"),
        ({"photos": ";; "}, "rescore.no_photos"),
    ],
)
def test_what_no_case_can_do_without(reason_of: Reason, columns: Any, code: str) -> None:
    assert reason_of(**columns).code == code


@pytest.mark.parametrize("lost", ["1990-01-01", ON.isoformat(), "2026-11-23T06:00:00+13:00"])
def test_a_loss_of_living_memory_that_has_happened_somewhere(case_of: Case, lost: str) -> None:
    assert case_of(lost_at=lost).facts.lost_at is not None


@pytest.mark.parametrize("given", ["BMW\nBrilliance", "  BMW \r\n\t Brilliance ", "BMW\u00a0Brilliance"])
def test_white_space_within_a_name_is_one_space(case_of: Case, given: str) -> None:
    assert case_of(make=given).facts.vehicle.make == "BMW Brilliance"


@pytest.mark.parametrize(
    ("columns", "field", "code"),
    [
        ({"case_id": "x" * 201}, "case_id", "field.string_too_long"),
        ({"case_id": Decimal("1.5")}, "case_id", "field.text"),
        ({"case_id": "a\x00b"}, "case_id", "field.control_characters"),
        ({"photos": ["a.jpg", None]}, "photos", "field.text"),
        ({"photos": ["a.jpg", " "]}, "photos", "field.text"),
        ({"photos": {"a": "b"}}, "photos", "field.text"),
        ({"photos": ["x.jpg"] * 201}, "photos", "field.too_long"),
        ({"photos": "x" * 4097}, "photos", "field.text"),
        ({"assessed_on": "5/3/2026"}, "assessed_on", "field.day"),
        ({"assessed_on": "2026-02-30"}, "assessed_on", "field.day"),
        ({"assessed_on": "2026-03-05T10:00:00Z"}, "assessed_on", "field.day"),
        ({"assessed_on": "1026-03-05"}, "assessed_on", "field.day"),
        ({"assessed_on": 46000}, "assessed_on", "field.day"),
        ({"month": "Mar-26"}, "month", "rescore.no_month"),
        ({"month": "2026-13"}, "month", "rescore.no_month"),
        ({"lost_at": 1780000000}, "lost_at", "field.time"),
        ({"lost_at": "yesterday"}, "lost_at", "field.time"),
        ({"lost_at": "1890-01-01"}, "lost_at", "field.invalid"),
        ({"lost_at": "1989-12-31"}, "lost_at", "rescore.no_such_loss"),
        ({"lost_at": "2026-11-24"}, "lost_at", "rescore.no_such_loss"),
        ({"lost_at": "2027-03-01T10:00:00+08:00"}, "lost_at", "rescore.no_such_loss"),
        ({"facts": {"lost_at": "1970-01-01T00:00:00Z"}}, "facts.lost_at", "rescore.no_such_loss"),
        ({"year": "20l9"}, "year", "field.number"),
        ({"year": Decimal("2020.5")}, "year", "field.whole_number"),
        ({"year": 1900}, "year", "field.greater_than_equal"),
        ({"adas": "perhaps"}, "adas", "field.yes_or_no"),
        ({"adas": 2}, "adas", "field.yes_or_no"),
        ({"cause": "kerb"}, "cause", "field.one_of"),
        ({"make": "x" * 65}, "make", "field.string_too_long"),
        ({"make": True}, "make", "field.text"),
        ({"final_amount": "1,000"}, "final_amount", "field.number"),
        ({"final_amount": "¥624"}, "final_amount", "field.number"),
        ({"final_amount": "1.2E+05"}, "final_amount", "field.number"),
        ({"final_amount": "６２４"}, "final_amount", "field.number"),
        ({"final_amount": True}, "final_amount", "field.number"),
        ({"final_amount": -1}, "final_amount", "field.greater_than_equal"),
        ({"final_amount": Decimal("0.00001")}, "final_amount", "field.number"),
        ({"final_amount": Decimal("1000000000.01")}, "final_amount", "field.less_than_equal"),
        ({"deductible": "-0.01"}, "deductible", "field.greater_than_equal"),
        ({"cash_value": 0}, "cash_value", "field.greater_than_equal"),
        ({"sample_draw": 1}, "sample_draw", "field.less_than"),
        ({"final_lines": "[{]"}, "final_lines", "field.json_invalid"),
        ({"final_lines": 5}, "final_lines", "field.json_invalid"),
        ({"final_lines": {"part": "hood"}}, "final_lines", "field.invalid"),
        ({"final_lines": [{"part": "hood"}]}, "final_lines[0].operation", "field.missing"),
        ({"final_lines": [{"part": "bonnet", "operation": "repair"}]}, "final_lines[0].part", "field.one_of"),
        ({"final_lines": [{"part": "front_door", "operation": "repair"}]}, "final_lines[0].side", "field.missing"),
        (
            {"final_lines": [{"part": "hood", "side": "left", "operation": "repair"}]},
            "final_lines[0].side",
            "rescore.side",
        ),
        (
            {"final_lines": [{"part": "hood", "operation": "repair", "amount": -5}]},
            "final_lines[0].amount",
            "field.greater_than_equal",
        ),
        (
            {"final_lines": [{"part": "hood", "operation": "repair", "note": "x"}]},
            "final_lines[0].note",
            "field.extra_forbidden",
        ),
        ({"previous_low": 5}, "previous_total", "field.missing"),
        ({"previous_route": "instant_offer"}, "previous_total", "field.missing"),
        ({"previous_total": 5, "previous_low": 6}, "previous_low", "field.less_than_equal"),
        ({"previous_total": 5, "previous_high": 4}, "previous_high", "field.greater_than_equal"),
        ({"previous_total": 5, "previous_route": "reject"}, "previous_route", "field.one_of"),
        ({"previous_total": 5, "previous_versions": {"model": 5}}, "previous_versions.model", "field.invalid"),
        ({"previous_total": 5, "previous_versions": ["m"]}, "previous_versions", "field.invalid"),
        ({"facts": [1]}, "facts", "field.object"),
        ({"facts": {"vehicle": 5}}, "facts", "field.object"),
        ({"facts": {"colour": "red"}}, "facts.colour", "field.extra_forbidden"),
        ({"facts": {"vehicle": {"year": 1900}}}, "facts.year", "field.greater_than_equal"),
        ({"facts": '{"shop": "4S", "shop": "4S"}'}, "facts", "field.json_invalid"),
        ({"facts": '{"deductible": NaN}'}, "facts", "field.json_invalid"),
        ({"facts": "[" * 100_000}, "facts", "field.json_invalid"),
        ({"facts": '{"deductible": 1e99999999999999999999}'}, "facts", "field.json_invalid"),
        ({"seen_photos": [{"sha256": "x", "claim": "c"}]}, "seen_photos[0].sha256", "field.invalid"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named(reason_of: Reason, columns: Any, field: str, code: str) -> None:
    reason = reason_of(**columns)
    assert wrong(reason) == (field, code)
    assert note_json(reason)  # it can be stored
    for language in ("en", "zh"):
        assert field in Texts.load(language).say(reason)


@pytest.mark.parametrize(("language", "said"), [("en", "from 1990 on"), ("zh", "自 1990 年起")])
def test_the_year_that_is_named_is_the_first_that_is_taken(
    case_of: Case, reason_of: Reason, language: str, said: str
) -> None:
    assert case_of(lost_at="1990-01-01").facts.lost_at is not None
    assert said in Texts.load(language).say(reason_of(lost_at="1989-12-31"))


@pytest.mark.parametrize(
    "columns",
    [
        {"final_amount": "沪A12345"},
        {"year": "沪A12345"},
        {"cause": "沪A12345"},
        {"facts": {"沪A12345": 1}},
        {"facts": {"cause": "沪A12345"}},
        {"final_lines": [{"part": "沪A12345", "operation": "repair"}]},
        {"final_lines": [{"part": "hood", "operation": "repair", "沪A12345": 1}]},
        {"previous_total": 1, "previous_versions": {"沪A12345": 5}},
        {"photos": [["沪A12345"]]},
        {"lost_at": "沪A12345"},
    ],
)
def test_what_stood_in_a_cell_is_not_repeated(row_of: Callable[..., object], columns: Any) -> None:
    row = row_of(**columns)
    assert "12345" not in repr(row)
    assert "12345" not in Texts.load("zh").say(row.reason)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("spelled", "exact"),
    [
        ("624", "624"),
        (" 624.10 ", "624.1"),
        ("+5", "5"),
        ("-0", "0"),
        ("0.0001", "0.0001"),
        (624, "624"),
        (Decimal("6.24E+2"), "624"),
        (Decimal("0E+30"), "0"),
        ("000624.00", "624"),
    ],
)
def test_amounts_are_exact_and_have_one_spelling(spelled: object, exact: str) -> None:
    found = amount(spelled)
    assert str(found) == exact


@given(st.decimals(min_value=0, max_value=10**9, places=4))
def test_every_amount_comes_back(value: Decimal) -> None:
    assert amount(f"{value:f}") == amount(value) == value


@pytest.mark.parametrize("given", ["1E-99999999", "1E+99999999", "NaN", "Infinity", "-sNaN"])
def test_a_number_that_would_fill_the_memory_is_refused(given: str) -> None:
    with pytest.raises(WrongCell):
        number(Decimal(given))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026/3/5 9:05", datetime(2026, 3, 5, 9, 5)),  # noqa: DTZ001 - as somebody wrote it
        ("2026-3-5", datetime(2026, 3, 5)),  # noqa: DTZ001
        (date(2026, 3, 5), datetime(2026, 3, 5)),  # noqa: DTZ001
        ("2026.03.05 09:05:07.25", datetime(2026, 3, 5, 9, 5, 7, 250000)),  # noqa: DTZ001
        ("2026-03-05T09:05:00Z", datetime(2026, 3, 5, 9, 5, tzinfo=UTC)),
        ("2026-03-05 17:05:00 +0800", datetime(2026, 3, 5, 9, 5, tzinfo=UTC)),
    ],
)
def test_moments_as_tables_write_them(given: object, expected: datetime) -> None:
    found = moment(given)
    assert found == expected
    assert (found.utcoffset() is None) == (expected.utcoffset() is None)
