"""First notices of loss: what is taken, what is named as wrong, what triage learns, and that nothing personal leaks."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from claims.as_typed import explained
from claims.facts import CaseFacts, Cause, VehicleFacts
from claims.identifiers import shipped
from claims.notice import CLOCK_SKEW, Notice, check
from claims.notice_facts import CONTRADICTIONS, contradictions, facts, open_questions, slips
from model.texts import LANGUAGES, Texts

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PERSONAL = ("PDAA20264401000012345", "京A12345", "1M8GDM9AXKP042788", "EA888123", "13800138000", "王小明")
SECRETS = (*PERSONAL, "朝阳路", "39.9", "116.4", "倒车")
SAID: dict[str, Any] = {
    "policy_number": PERSONAL[0],
    "plate": PERSONAL[1],
    "vin": PERSONAL[2],
    "engine_number": PERSONAL[3],
    "happened_at": "2026-11-22T09:30:00+08:00",
    "place": {"text": "朝阳路 1 号", "highway": False, "elevated_road": False, "latitude": 39.9, "longitude": 116.4},
    "cause": "scrape",
    "course": "倒车时刮到柱子",
    "single_party": True,
    "injury": False,
    "third_party_property": False,
    "driver_licensed": True,
    "driver_sober": True,
    "drivable": True,
    "airbag_deployed": False,
    "fluid_leak": False,
    "misaligned_gaps": False,
    "underbody_or_charge_port": False,
    "contact": {"name": PERSONAL[5], "phone": PERSONAL[4], "language": "zh", "channel": "sms"},
}


def notice(**changes: Any) -> Notice:
    return Notice.model_validate({**SAID, **changes})


def faults(**changes: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as raised:
        notice(**changes)
    for secret in SECRETS:
        assert secret not in str(raised.value)
    return {".".join(map(str, error["loc"])): error["type"] for error in raised.value.errors()}


def test_a_notice_is_taken_in_its_normal_form() -> None:
    typed = {**SAID["contact"], "phone": "+86 138-0013-8000"}
    taken = notice(
        plate="京a·123 45", vin="1m8gdm9a xkp042788", policy_number="pdaa-2026-4401 0000 12345", contact=typed
    )
    assert (taken.plate, taken.vin, taken.policy_number) == (PERSONAL[1], PERSONAL[2], PERSONAL[0])
    assert taken.contact.phone == PERSONAL[4]
    assert taken.happened_at == datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    assert Notice.model_validate_json(taken.model_dump_json()) == taken
    assert check(taken, at=AT) == ()


def test_neither_repr_nor_text_holds_personal_data() -> None:
    shown = f"{notice()!r} {notice()} {notice().place!r} {notice().contact!r}"
    assert not [secret for secret in SECRETS if secret in shown]
    assert "scrape" in shown


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"plate": "京A1234O"}, {"plate": "plate_letters"}),
        ({"vin": "1M8GDM9AXKPO42789"}, {"vin": "vin_letters"}),
        ({"policy_number": "P1"}, {"policy_number": "policy_length"}),
        ({"engine_number": "?"}, {"engine_number": "engine_number"}),
        ({"contact": {**SAID["contact"], "phone": "12345"}}, {"contact": "phone"}),
        ({"region": "FR"}, {"region": "unknown_region"}),
        ({"region": "FR", "plate": "京A1234O"}, {"region": "unknown_region"}),
        ({"happened_at": "2026-11-22T09:30:00"}, {"happened_at": "time_without_zone"}),
        ({"happened_at": "1900-01-01T00:00:00Z"}, {"happened_at": "out_of_range"}),
        ({"plate": None, "vin": None}, {"": "no_car_named"}),
        ({"course": " "}, {"course": "string_too_short"}),
        ({"course": "x" * 2001}, {"course": "string_too_long"}),
        ({"course": "x\x00y"}, {"course": "control_characters"}),
        ({"vin": "1" * 65}, {"vin": "string_too_long"}),
        ({"cause": "meteor"}, {"cause": "enum"}),
        ({"place": {"text": "x", "latitude": 39.9}}, {"place": "half_a_position"}),
        ({"place": {"text": "x", "latitude": 91, "longitude": 0}}, {"place.latitude": "less_than_equal"}),
        ({"place": {"text": "x", "latitude": float("nan"), "longitude": 0}}, {"place.latitude": "finite_number"}),
        ({"other_parties": [{}] * 21}, {"other_parties": "too_long"}),
        ({"injured_people": -1}, {"injured_people": "greater_than_equal"}),
        ({"policy_active": True}, {"policy_active": "extra_forbidden"}),
        ({"plate_matches_policy": True}, {"plate_matches_policy": "extra_forbidden"}),
        ({"plate": "港A12345", "vin": "1"}, {"plate": "plate_province", "vin": "vin_length"}),
    ],
)
def test_every_wrong_field_is_named_at_once(changes: dict[str, Any], wrong: dict[str, str]) -> None:
    assert faults(**changes) == wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_is_explained(language: str) -> None:
    texts = Texts.load(language)
    with pytest.raises(ValidationError) as raised:
        Notice.model_validate(
            {"vin": "123", "contact": {"name": "王", "phone": PERSONAL[4]}, "unknown": 1, "cause": "x"}
        )
    said = {error["loc"][0]: texts.say(explained(error)) for error in raised.value.errors()}
    assert said["policy_number"] == texts.sentences["field.missing"]
    assert said["unknown"] == texts.sentences["field.extra_forbidden"]
    assert said["cause"] == texts.sentences["field.invalid"]
    assert "17" in said["vin"]
    assert "3" in said["vin"]


def test_an_insurers_own_rules_come_as_context() -> None:
    market = shipped().market("CN").model_copy(update={"vin_check_digit": "required"})
    rules = shipped().model_copy(update={"markets": {"CN": market}})
    assert Notice.model_validate({**SAID, "vin": "WVWZZZ1JZ3W386752"}).vin == "WVWZZZ1JZ3W386752"
    with pytest.raises(ValidationError) as raised:
        Notice.model_validate({**SAID, "vin": "WVWZZZ1JZ3W386752"}, context={"identifiers": rules})
    assert [(error["loc"], error["type"]) for error in raised.value.errors()] == [(("vin",), "vin_check_digit")]


@pytest.mark.parametrize(
    ("vin", "codes"), [("WVWZZZ1JZ3W386752", ["contradiction.vin_check_digit"]), ("1M8GDM9AXKP042788", []), (None, [])]
)
def test_a_number_that_looks_mistyped_is_told(vin: str | None, codes: list[str]) -> None:
    assert [item.code for item in slips(notice(vin=vin, plate="京A12345"))] == codes


def test_another_market_writes_differently() -> None:
    contact = {"name": "Kim", "phone": "(415) 555-2671", "language": "en"}
    taken = notice(region="US", plate="7abc 123", policy_number="AB-12345", contact=contact)
    assert (taken.plate, taken.contact.phone) == ("7ABC123", "+14155552671")


@pytest.mark.parametrize(
    ("ahead", "codes"),
    [
        (timedelta(0), []),
        (CLOCK_SKEW, []),
        (CLOCK_SKEW + timedelta(seconds=1), ["field.time_in_future"]),
        (timedelta(days=365), ["field.time_in_future"]),
        (-timedelta(days=400), []),
    ],
)
def test_the_time_is_not_in_the_future(ahead: timedelta, codes: list[str]) -> None:
    assert [item.code for item in check(notice(happened_at=AT + ahead), at=AT)] == codes


# --- what triage learns ---------------------------------------------------------------------------------------------


def test_a_full_notice_leaves_only_the_policy_open() -> None:
    car = VehicleFacts(new_energy=False)
    learnt = facts(notice(), car)
    assert learnt.unstated() == ("policy_active", "plate_matches_policy")
    assert open_questions(notice(), car) == ()
    sure = facts(notice(), car, policy_active=True, plate_matches_policy=False)
    assert (sure.policy_active, sure.plate_matches_policy, sure.unstated()) == (True, False, ())
    assert (learnt.cause, learnt.lost_at, learnt.region) == (Cause.SCRAPE, notice().happened_at, "CN")


def test_no_personal_data_reaches_the_facts() -> None:
    shown = json.dumps(facts(notice()).model_dump(mode="json"), ensure_ascii=False)
    assert not [secret for secret in SECRETS if secret in shown]


OPEN = (
    "single_party",
    "injury",
    "drivable",
    "airbag_deployed",
    "fluid_leak",
    "misaligned_gaps",
    "third_party_property",
)


@pytest.mark.parametrize(
    ("place", "asked"),
    [
        ({}, {"missing.place"}),
        ({"highway": True}, {"missing.place"}),
        ({"latitude": 39.9, "longitude": 116.4}, set()),
        ({"text": "G2"}, set()),
    ],
)
def test_who_does_not_know_where_or_how_is_asked_and_not_refused(place: dict[str, Any], asked: set[str]) -> None:
    without = {name: value for name, value in SAID.items() if name not in {"course", "place"}}
    said = Notice.model_validate({**without, **({"place": place} if place else {})})
    codes = {item.code for item in open_questions(said, VehicleFacts(new_energy=False))}
    assert {code for code in codes if code.startswith("missing.")} == asked | {"missing.course"}
    assert Notice.model_validate_json(said.model_dump_json()) == said


@given(st.sets(st.sampled_from(OPEN)), st.booleans(), st.booleans())
def test_all_that_is_open_is_asked_at_once(unsaid: set[str], vin: bool, sober: bool) -> None:
    changes: dict[str, Any] = dict.fromkeys(unsaid)
    changes |= {} if vin else {"vin": None}
    changes |= {} if sober else {"driver_sober": None}
    asked = {item.code for item in open_questions(notice(**changes), VehicleFacts(new_energy=False))}
    expected = {f"fact.{name}" for name in unsaid} | (set() if vin else {"missing.vin"})
    assert asked == expected | (set() if sober else {"fact.coverage_red_flag"})


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({}, False),
        ({"driver_sober": False}, True),
        ({"driver_licensed": False, "driver_sober": None}, True),
        ({"place": {"text": "G2", "highway": True}}, True),
        ({"single_party": False, "other_parties": [{"left_the_scene": True}]}, True),
        ({"single_party": False, "other_parties": [{"left_the_scene": False}]}, False),
        ({"single_party": False, "other_parties": [{}]}, None),
        ({"place": {"text": "G2"}}, None),
        ({"driver_licensed": None}, None),
    ],
)
def test_one_sign_flags_the_cover_and_all_clear_it(changes: dict[str, Any], flag: bool | None) -> None:
    assert facts(notice(**changes)).coverage_red_flag is flag


def test_what_a_statement_implies() -> None:
    assert facts(notice(single_party=None, other_parties=[{"plate": "沪B12345"}])).single_party is False
    assert facts(notice(injury=None, injured_people=2)).injury is True
    assert facts(notice(injury=None, injured_people=0)).injury is None
    assert facts(notice(plate="京AD12345")).vehicle.new_energy is True
    assert facts(notice()).vehicle.new_energy is None
    assert facts(notice(automation_refused=True)).automation_refused is True


CONFLICTS: dict[str, tuple[dict[str, Any], VehicleFacts, str | None]] = {
    "alone_with_others": ({"other_parties": [{"plate": "沪B12345"}]}, VehicleFacts(), "single_party"),
    "unhurt_but_injured": ({"injured_people": 1}, VehicleFacts(), "injury"),
    "hurt_but_nobody": ({"injury": True, "injured_people": 0}, VehicleFacts(), "injury"),
    "parked_on_highway": ({"cause": "parking", "place": {"text": "G2", "highway": True}}, VehicleFacts(), "cause"),
    "report_without_police": ({"police_called": False, "police_report": True}, VehicleFacts(), None),
    "green_plate_on_combustion": ({"plate": "京AD12345"}, VehicleFacts(new_energy=False), "vehicle"),
}


@pytest.mark.parametrize("code", [item.code for item in CONTRADICTIONS])
def test_contradictions_are_named_and_nobody_relies_on_either(code: str) -> None:
    changes, vehicle, doubtful = CONFLICTS[code]
    told = notice(**changes)
    found = contradictions(told, vehicle)
    assert [item.code for item in found] == [f"contradiction.{code}"]
    assert all(Texts.load(language).say(found[0]) for language in LANGUAGES)
    learnt = facts(told, vehicle)
    if doubtful == "vehicle":
        assert learnt.vehicle.new_energy is None
    elif doubtful:
        assert getattr(learnt, doubtful) is None
        assert doubtful in learnt.unstated()
    assert facts(notice(), vehicle).unstated() != ()


def test_a_consistent_notice_has_none() -> None:
    assert contradictions(notice()) == ()
    assert contradictions(notice(single_party=False, other_parties=[{}], injury=True, injured_people=1)) == ()


def test_the_contradicted_fields_exist() -> None:
    for item in CONTRADICTIONS:
        for field in item.fields:
            top, _, rest = field.partition(".")
            assert top in Notice.model_fields or top in CaseFacts.model_fields
            assert not rest or rest in {"highway", "new_energy"}
