"""Shares, amounts, months and strangers' words, as people write them."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.rescore_report.drift import feature
from api.rescore_report.quality import code_name
from api.rescore_report.spread import reason
from api.rescore_report.words import Style, Words
from claims.rescore.figures.results.figures import By
from claims.rescore.figures.results.values import Mean, Share
from inference.testing import shipped_manifest
from model.texts import LANGUAGES, Texts

ROOT = Path(__file__).resolve().parents[4]
ENGLISH, CHINESE = (Words(Texts.load(language)) for language in ("en", "zh"))


@pytest.mark.parametrize(
    ("share", "shown"), [(0.4123, "+41.2%"), (-0.01, "−1.0%"), (0.0, "0.0%"), (-0.0004, "0.0%"), (0.0004, "0.0%")]
)
def test_signs(share: float, shown: str) -> None:
    assert ENGLISH.signed(share) == shown
    assert ENGLISH.percent(share) == shown.removeprefix("+")


@pytest.mark.parametrize(
    ("share", "english", "chinese"),
    [
        (9.99, "+999.0%", "+999.0%"),
        (9.991, "more than +999%", "超过 +999%"),
        (948_799.99, "more than +999%", "超过 +999%"),
        (-12.0, "less than −999%", "低于 −999%"),
    ],
)
def test_beyond_a_limit_no_size_is_written(share: float, english: str, chinese: str) -> None:
    assert (ENGLISH.signed(share), CHINESE.signed(share)) == (english, chinese)
    assert ENGLISH.percent(share) == english.replace("+", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_of_the_shipped_network_is_named_in_the_language(language: str) -> None:
    labels = {label.name: label for label in shipped_manifest("joint-v1").labels}
    words = Words(Texts.load(language), labels)
    named = [words.label(name) for name in labels]
    assert len(set(named)) == len(labels)
    assert not [name for name in named if "_" in name or name in labels]
    assert words.label("flux_capacitor") == "flux_capacitor"


def test_what_a_label_means() -> None:
    labels = {label.name: label for label in shipped_manifest("joint-v1").labels}
    english, chinese = (replace(words, labels=labels) for words in (ENGLISH, CHINESE))
    assert english.label("right_side_glass") == "Right door glass / right quarter glass"
    assert chinese.label("right_side_glass") == "右车门玻璃／右三角窗玻璃"
    assert (english.label("wheel"), english.label("scratch")) == ("Wheel", "Scratch")
    assert (english.label("damaged_Door"), chinese.label("damaged_Door")) == (
        "Front door / rear door, damaged",
        "受损：前车门／后车门",
    )


@pytest.mark.parametrize(
    ("amount", "currency", "english", "chinese"),
    [
        ("1234.50", "CNY", "CNY 1,235", "1,235 元"),
        ("-1234.50", "USD", "−$1,235", "−1,235 美元"),
        ("9.5", "USD", "$9.50", "9.50 美元"),
        ("9.5", "JPY", "JPY 10", "10 JPY"),
        ("0", "EUR", "EUR 0", "0 EUR"),
        ("-0.001", "CNY", "CNY 0.00", "0.00 元"),
    ],
)
def test_amounts(amount: str, currency: str, english: str, chinese: str) -> None:
    assert ENGLISH.money(Decimal(amount), currency) == english
    assert CHINESE.money(Decimal(amount), currency) == chinese


def test_changes_have_a_sign() -> None:
    assert ENGLISH.change(Decimal(20), "CNY") == "+CNY 20"
    assert ENGLISH.change(Decimal(-20), "CNY") == "−CNY 20"
    assert ENGLISH.change(Decimal(0), "CNY") == "CNY 0"


def test_months() -> None:
    assert (ENGLISH.month("2026-03"), CHINESE.month("2026-03")) == ("March 2026", "2026年3月")
    assert (ENGLISH.month("2026-13"), ENGLISH.month(None)) == ("2026-13", "not stated")


@pytest.mark.parametrize(
    ("by", "key", "english", "chinese"),
    [
        (By.PART, "hood", "Hood", "发动机罩"),
        (By.PART, "flux_capacitor", "Flux_capacitor", "Flux_capacitor"),
        (By.PART, None, "not stated", "未注明"),
        (By.VEHICLE_CLASS, "CN2_60_150k", "60,000 to 150,000 CNY", "6 万至 15 万元"),
        (By.REGION, "XX", "XX", "XX"),
        (By.ROUTE, "instant_offer", "Instant offer", "即时报价"),
        (By.PRICED, "so_far", "Something without a price", "部分项目无价格"),
    ],
)
def test_groups(by: By, key: str | None, english: str, chinese: str) -> None:
    assert ENGLISH.group(by, key) == english
    assert CHINESE.group(by, key).replace(" ", "") == chinese.replace(" ", "")


@given(st.text(max_size=500))
def test_strangers_words_are_short_and_command_nothing(text: str) -> None:
    shown = ENGLISH.foreign(text)
    assert 0 < len(shown) <= 65
    assert len(text) <= 64 or "…" in shown
    assert shown.isprintable()
    shown.encode("utf-8")


@given(st.integers(0, 60), st.data())
def test_few_are_marked(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    share = Share(n=n, k=k, value=k / n if n else None, low=0.0 if n else None, high=1.0 if n else None)
    cell = ENGLISH.figure(share)
    assert cell.few == (1 <= n <= 29)
    assert (cell.value is None) == (n == 0)
    assert cell.reach == ("0.0% to 100.0%" if n else None)


def test_a_mean_without_an_interval() -> None:
    cell = ENGLISH.figure(Mean(n=1, value=12.5, low=None, high=None, method=None), Style.AMOUNT, "CNY")
    assert (cell.value, cell.reach, cell.n, cell.few) == ("CNY 13", None, "1", True)


@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=LANGUAGES)
def test_every_reason_and_every_fault_of_a_photo_has_a_name(words: Words) -> None:
    sentences = words.texts.sentences
    reasons = [code for code in sentences if code.startswith("reason.")]
    faults = [code for code in sentences if code.startswith("photo.") and code.count(".") == 1]
    assert len(reasons) > 40
    assert len(faults) > 10
    assert [code for code in reasons if reason(code, words) == code] == []
    assert [code for code in faults if code_name(code, words) == code] == []


@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=LANGUAGES)
def test_everything_for_which_pricing_refuses_a_case_has_a_short_name(words: Words) -> None:
    sources = [*(ROOT / "parts_pricing").glob("*.py"), ROOT / "claims" / "rulebook.py", ROOT / "claims" / "policy.py"]
    codes = {code for path in sources for code in re.findall(r'raise UsageError\(\s*"(\w+)"', path.read_text("utf-8"))}
    assert {"no_prices", "unknown_vehicle_class", "unknown_paint"} <= codes
    assert [code for code in codes if f"rescore_report.code.usage.{code}" not in words.texts.sentences] == []


def test_a_feature_names_its_currency() -> None:
    assert (feature("total_JPY", ENGLISH), feature("lines", ENGLISH)) == ("Amount, JPY", "Lines per case")
    assert feature("something_else", ENGLISH) == "something_else"
