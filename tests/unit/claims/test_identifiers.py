"""Numbers as people type them: one normal form, or a code for what is wrong; and masks that show what they say."""

import itertools
import re
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from claims import masks
from claims.as_typed import normal
from claims.identifiers import Identifiers, check_character, engine_number, shipped, vin
from claims.plates import PROVINCES, PlateKind, plate_kind
from model.errors import RulesError, UsageError
from model.texts import LANGUAGES, Texts

CN, US = shipped().market("CN"), shipped().market("US")
VIN_SIGNS = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
VALID_VINS = ("1M8GDM9AXKP042788", "11111111111111111", "5GZCZ43D13S812715")
"""From public explanations of 49 CFR 565; the second is the textbook's own test."""


def refused(read: Callable[[str], str], text: str) -> str:
    with pytest.raises(PydanticCustomError) as raised:
        read(text)
    error = raised.value
    for language in LANGUAGES:
        sentence = Texts.load(language).sentences[f"field.{error.type}"]
        assert sentence.format_map(error.context or {})
    assert not text or text not in str(error)
    return error.type


# --- plates ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "plate", "kind"),
    [
        ("京A12345", "京A12345", PlateKind.ORDINARY),
        (" 京 a·123 45 ", "京A12345", PlateKind.ORDINARY),
        ("京Ａ１２３４５", "京A12345", PlateKind.ORDINARY),
        ("沪A-B23C5", "沪AB23C5", PlateKind.ORDINARY),
        ("粤BD12345", "粤BD12345", PlateKind.NEW_ENERGY),
        ("粤BFK2345", "粤BFK2345", PlateKind.NEW_ENERGY),
        ("粤B12345D", "粤B12345D", PlateKind.NEW_ENERGY),
        ("京AA12345", "京AA12345", PlateKind.NEW_ENERGY),
        ("京A0006警", "京A0006警", PlateKind.SPECIAL),
        ("京A1234学", "京A1234学", PlateKind.SPECIAL),
        ("冀J12B4挂", "冀J12B4挂", PlateKind.SPECIAL),
        ("粤Z1234港", "粤Z1234港", PlateKind.SPECIAL),
        ("粤ZAB12澳", "粤ZAB12澳", PlateKind.SPECIAL),
        ("使224578", "使224578", PlateKind.SPECIAL),
        ("224578使", "224578使", PlateKind.SPECIAL),
        ("沪A0023领", "沪A0023领", PlateKind.SPECIAL),
        ("沪22478领", "沪22478领", PlateKind.SPECIAL),
    ],
)
def test_plates_of_china(typed: str, plate: str, kind: PlateKind) -> None:
    assert CN.plate(typed) == plate
    assert CN.plate(plate) == plate
    assert plate_kind(plate) is kind


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "plate_length"),
        ("京A1234", "plate_length"),
        ("京AD123456", "plate_length"),
        ("港A12345", "plate_province"),
        ("AA12345", "plate_province"),
        ("使A12345", "plate_province"),
        ("京112345", "plate_office"),
        ("京京12345", "plate_office"),
        ("京AO2345", "plate_letters"),
        ("京A1234I", "plate_letters"),
        ("京I12345", "plate_letters"),
        ("京A12Ø45", "plate_characters"),
        ("京A12_45", "plate_characters"),
        ("京A１２٣４５", "plate_characters"),
        ("京AX12345", "plate_new_energy"),
        ("京ADD1234A", "plate_length"),
        ("京AD1234D", "plate_new_energy"),
        ("京A12345A", "plate_new_energy"),
        ("京A123456", "plate_new_energy"),
        ("京A1警234", "plate_special"),
        ("京A1234港", "plate_special"),
        ("粤B1234澳", "plate_special"),
        ("京AD1234警", "plate_special"),
    ],
)
def test_faults_of_plates(typed: str, code: str) -> None:
    assert refused(CN.plate, typed) == code


@given(
    st.sampled_from(PROVINCES),
    st.text("ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=1, max_size=1),
    st.text(VIN_SIGNS, min_size=5, max_size=5),
)
def test_every_province_takes_its_plates(province: str, office: str, serial: str) -> None:
    plate = province + office + serial
    assert CN.plate(plate) == plate


def test_elsewhere_plates_are_letters_and_digits() -> None:
    assert US.plate("abc 1234") == "ABC1234"
    assert refused(US.plate, "京A12345") == "plate_any"


# --- vehicle identification numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("number", VALID_VINS)
def test_vins_of_the_standard(number: str) -> None:
    assert vin(number) == number
    assert vin(f" {number[:3].lower()}-{number[3:]} ") == number


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "vin_length"),
        ("1M8GDM9AXKP04278", "vin_length"),
        ("1M8GDM9AXKP0427888", "vin_length"),
        ("1M8GDM9AXKPO42788", "vin_letters"),
        ("IM8GDM9AXKP042788", "vin_letters"),
        ("1M8GDM9AXKPQ42788", "vin_letters"),
        ("1M8GDM9AXKP04278京", "vin_characters"),
        ("1M8GDM9AXKP042789", "vin_check_digit"),
    ],
)
def test_faults_of_vins(typed: str, code: str) -> None:
    assert refused(vin, typed) == code


def test_the_market_says_whether_the_check_digit_counts() -> None:
    european = "WVWZZZ1JZ3W386752"
    assert CN.vin(european) == european
    for market in ("US", "CA-BC"):
        assert refused(shipped().market(market).vin, european) == "vin_check_digit"
    assert refused(CN.vin, european[:-1]) == "vin_length"


def with_check(signs: str) -> str:
    return signs[:8] + check_character(signs[:8] + "0" + signs[9:]) + signs[9:]


vins = st.text(VIN_SIGNS, min_size=17, max_size=17).map(with_check)


@given(vins)
def test_a_made_check_character_fits(number: str) -> None:
    assert vin(number) == number


def fits(number: str) -> bool:
    return check_character(number) == number[8]


@given(vins, st.data())
def test_one_wrong_digit_is_always_found(number: str, data: st.DataObject) -> None:
    places = [place for place, sign in enumerate(number) if sign.isdigit()]
    if places:
        place = data.draw(st.sampled_from(places))
        wrong = data.draw(st.sampled_from([sign for sign in string.digits if sign != number[place]]))
        assert not fits(number[:place] + wrong + number[place + 1 :])


@pytest.mark.parametrize("number", VALID_VINS)
def test_one_wrong_character_is_found_as_often_as_the_standard_can(number: str) -> None:
    """972 of 1056 exchanges of one character for another change its value: 92.0 % at every checked place."""
    values = {sign: check_character("00000000" + "0" + "0" * 7 + sign) for sign in VIN_SIGNS}
    pairs = [(one, other) for one, other in itertools.permutations(VIN_SIGNS, 2)]
    assert sum(values[one] != values[other] for one, other in pairs) == 972
    assert len(pairs) == 1056
    for place in range(17):
        for wrong in set(VIN_SIGNS) - {number[place]}:
            found = not fits(number[:place] + wrong + number[place + 1 :])
            assert found == (place == 8 or values[wrong] != values[number[place]])


@given(vins, st.integers(0, 15))
def test_neighbours_exchanged_are_found_but_for_one_pair(number: str, place: int) -> None:
    """Always where the values differ, except the eighth and the ninth: weight 10 is −1 modulo 11, so they even out."""
    left, right = number[place], number[place + 1]
    swapped = number[:place] + right + left + number[place + 2 :]
    digits = (left + right).isdigit()
    if place == 7 and digits:
        assert fits(swapped)
    elif digits and left != right:
        assert not fits(swapped)


def test_engine_numbers() -> None:
    assert engine_number("ea888 b1234-56") == "EA888B123456"
    for typed in ("", "A1", "A" * 25, "发动机1234"):
        assert refused(engine_number, typed) == "engine_number"


# --- telephone and policy numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13800138000", "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("0086 13800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("+852 9123 4567", "+85291234567"),
        ("0044 20 7946 0958", "+442079460958"),
    ],
)
def test_phones_in_china(typed: str, number: str) -> None:
    assert CN.phone.read(typed) == number
    assert CN.phone.read(number) == number


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12800138000",
        "1380013800",
        "138001380000",
        "+8612800138000",
        "+0123456789",
        "+1",
        "+1234567890123456",
        "13800l38000",
    ],
)
def test_what_is_no_phone_in_china(typed: str) -> None:
    assert refused(CN.phone.read, typed) == "phone"


@pytest.mark.parametrize("typed", ["(415) 555-2671", "415.555.2671", "1 415 555 2671", "+1 415 555 2671"])
def test_phones_in_the_united_states(typed: str) -> None:
    assert US.phone.read(typed) == "+14155552671"


def test_policy_numbers() -> None:
    assert CN.policy_number.read("pdaa 2026-4401 0000 012345") == "PDAA20264401" + "0000012345"
    assert refused(CN.policy_number.read, "P123") == "policy_length"
    assert refused(CN.policy_number.read, "P" * 33) == "policy_length"
    assert refused(CN.policy_number.read, "保单PDAA20264401") == "policy_form"


# --- normal form ----------------------------------------------------------------------------------------------------


@given(st.text())
def test_the_normal_form_is_its_own(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@pytest.mark.parametrize("sign", ["ß", "ı", "²", "①", "Ⅷ", "О", "Ι", "٣", "ſ"])
def test_what_only_looks_alike_is_not_changed(sign: str) -> None:
    assert normal(sign) == sign
    assert refused(vin, "1M8GDM9AXKP04278" + sign) == "vin_characters"


@given(st.text(max_size=40))
def test_any_text_is_normal_or_coded(text: str) -> None:
    for read in (CN.plate, US.plate, vin, engine_number, CN.phone.read, US.phone.read, CN.policy_number.read):
        try:
            number = read(text)
        except PydanticCustomError:
            continue
        assert read(number) == number
        assert not re.search(r"\s", number)


# --- masks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (masks.plate, "京A12345", "京A·***45"),
        (masks.plate, "京AD12345", "京A·****45"),
        (masks.plate, "京A0006警", "京A·***6警"),
        (masks.plate, "使224578", "*****78"),
        (masks.plate, "ABC1234", "*****34"),
        (masks.plate, "A1", "*1"),
        (masks.vin, "1M8GDM9AXKP042788", "*************2788"),
        (masks.phone, "13800131234", "138****1234"),
        (masks.phone, "+85291234567", "********4567"),
        (masks.policy_number, "PDAA202644010000012345", "****2345"),
        (masks.policy_number, "AB", "****B"),
        (masks.name, "王小明", "王**"),
        (masks.name, "王", "**"),
        (masks.name, "", "**"),
    ],
)
def test_masks(mask: Callable[[str], str], text: str, shown: str) -> None:
    assert mask(text) == shown


LIMITS: list[tuple[Callable[[str], str], int, int]] = [
    (masks.plate, 2, 2),
    (masks.vin, 0, 4),
    (masks.phone, 3, 4),
    (masks.policy_number, 0, 4),
    (masks.name, 1, 0),
]


@given(
    st.one_of(
        st.text("京沪粤ABC0123456789警", max_size=24),
        st.text(max_size=24),
        st.text("0123456789", min_size=11, max_size=11),
    )
)
@pytest.mark.parametrize(("mask", "head", "tail"), LIMITS)
def test_a_mask_never_shows_more_than_said(mask: Callable[[str], str], head: int, tail: int, text: str) -> None:
    text = text.replace("*", "").replace("·", "")
    shown = mask(text)
    before, _, rest = shown.partition("*")
    after = rest.lstrip("*")
    before = before.removesuffix("·")
    assert "*" in shown or not text
    assert len(before) <= head
    assert len(after) <= tail
    assert text.startswith(before)
    assert text.endswith(after)
    assert len(before) + len(after) < max(len(text), 1)


@given(vins)
def test_all_but_the_last_four_of_a_vin_leave_no_trace(number: str) -> None:
    other = "0" * 13 + number[13:]
    assert masks.vin(number) == masks.vin(other)


# --- the file -------------------------------------------------------------------------------------------------------


def test_unknown_markets_and_files_that_cannot_be_right() -> None:
    with pytest.raises(UsageError, match="CN, US"):
        shipped().market("FR")
    rule = '{least: 9, most: 8, form: "[0-9]+"}'
    text = f"version: x\nmarkets: {{CN: {{plates: any, vin_check_digit: warn, phone: {{}}, policy_number: {rule}}}}}"
    with pytest.raises(RulesError, match="least is more than most"):
        Identifiers.from_yaml(text)
    with pytest.raises(RulesError, match="form"):
        Identifiers.from_yaml(text.replace("[0-9]+", "[0-9"))
