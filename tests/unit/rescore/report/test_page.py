"""The report as a page: whole, self-contained, in both languages, whatever the run is like."""

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest
from read_pages import ReadPage
from simulated_runs import Run

from api.rescore_report.run_facts import RunFacts
from api.rescore_report.thumbnails import LARGE
from model.errors import RescoreError, RulesError
from model.notes import note

Simulate = Callable[..., Run]
NUMBERS = re.compile(r'(?<![\[［])n = ([\d,]+)(\s*<span class="few">)?')


def evil(number: int) -> str:
    return f"<img src=x onerror=alert({number})>\u202e{'W' * 150}\"'{{{{7*7}}}}&{number}"


KINDS: dict[str, dict[str, Any]] = {
    "ordinary": {},
    "one": {"cases": 1, "quarantined": 0},
    "nothing": {"cases": 0, "quarantined": 5},
    "no_finals": {"cases": 40, "finals": 0.0, "previous": 0.0, "months": 1},
    "currencies": {"cases": 300, "regions": ("CN", "US", "JP"), "months": 12},
    "evil": {"cases": 40, "name": evil, "quarantined": 300},
}


@cache
def written(run: Run, language: str = "en") -> str:
    return run.write(language)


@pytest.fixture(params=KINDS)
def run(request: pytest.FixtureRequest, simulate: Simulate) -> Run:
    return simulate(**KINDS[request.param])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_whole_and_asks_nothing_of_the_network(run: Run, language: str) -> None:
    text = written(run, language)
    page = ReadPage(text)
    named = {tag for tag, _ in page.elements}
    assert not named & {"script", "link", "iframe", "object", "form", "img", "base"}
    assert [one["lang"] for one in page.all("html")] == [{"en": "en", "zh": "zh-CN"}[language]]
    assert not [name for _, own in page.elements for name in own if name.startswith("on") or name == "style"]
    addresses = [own.get(name) or "" for _, own in page.elements for name in ("href", "src")]
    assert all(one == "" or one.startswith(("#", "data:image/jpeg;base64,")) for one in addresses)
    assert not re.search(r"url\(|@import|https?://", text)
    anchors = {own.get("id") for _, own in page.elements}
    assert all(one["href"][1:] in anchors for one in page.all("a") if one["href"])


def test_the_style_is_the_one_that_the_policy_allows(simulate: Simulate) -> None:
    text = written(simulate())
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in text
    assert "default-src 'none'" in text


def test_the_page_says_what_was_scored(simulate: Simulate) -> None:
    run = simulate()
    page = ReadPage(run.write(source="../private/last-year.csv", previous={"prices": "2026-05"}))
    for told in (
        "joint-v3",
        "2026-11",
        "2026-10 <b>",
        "2026-05",
        "22 November 2026",
        "Cases scored again: 300 of 307.",
    ):
        assert told in page.text
    assert "not finished" not in page.text
    assert "not finished" in ReadPage(run.write(complete=False)).text


@pytest.mark.parametrize(("language", "told"), [("en", "personal data"), ("zh", "个人信息")])
def test_columns_that_were_not_read_stand_among_the_quality_of_the_data(
    simulate: Simulate, language: str, told: str
) -> None:
    columns = (
        note("rescore.personal_columns", count=1, columns=("plate",)),
        note("rescore.unknown_columns", count=1, columns=("<b>colour</b>",)),
    )
    pages = (simulate().write(language, manifest=columns), simulate().write(language))
    section, without = (page.partition('id="quality"')[2].partition("</section>")[0] for page in pages)
    assert all(one in section for one in (told, "plate", "&lt;b&gt;colour&lt;/b&gt;"))
    assert told not in without


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_of_the_program_shows(run: Run, language: str) -> None:
    text = ReadPage(written(run, language)).text
    assert not re.search(r"\bNone\b|\bnan\b|\binf\b|Decimal\(|rescore_report\.|<bound|\{\w+\}", text)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_on_few_cases_are_marked_and_no_others(run: Run, language: str) -> None:
    text = written(run, language)
    stated = [(int(n.replace(",", "")), bool(mark)) for n, mark in NUMBERS.findall(text)]
    tables = ("forest", "values whole-figures")
    cells = [row.cells[-1] for row in ReadPage(text).rows if row.of.startswith(tables)]
    stated += [(int(cell.text.replace(",", "")), cell.marked) for cell in cells if cell.text.strip()[:1].isdigit()]
    assert len(stated) >= 5
    assert [(n, marked) for n, marked in stated if marked != (0 < n < 30)] == []


def test_what_strangers_wrote_stays_text(simulate: Simulate) -> None:
    text = written(simulate(**KINDS["evil"]))
    page = ReadPage(text)
    assert "<img" not in text
    assert "<script" not in text
    assert "\u202e" not in text
    assert "<img src=x onerror=alert(" in page.text
    assert "{{7*7}}" in page.text
    assert max(len(word) for word in page.words if "WWW" in word) < 100


def test_what_strangers_wrote_is_told_without_a_sentence_of_ours(simulate: Simulate) -> None:
    """A reason that only a later version knows, a code with facts of another form, a part that nobody could name."""
    page = ReadPage(written(simulate()))
    for told in ("reason.NEWER_THAN_THIS_PAGE", "rescore.newer_than_this_page", "Part not identified"):
        assert told in page.text


def test_every_case_worth_a_look_is_there_with_its_reasons(simulate: Simulate) -> None:
    run = simulate()
    page = ReadPage(written(run))
    assert len(run.figures.worth_a_look) == 50
    assert len([1 for _, own in page.elements if own.get("class") == "look"]) == 50
    assert all(one.case_id in page.text for one in run.figures.worth_a_look)


def test_photos_are_small_and_hold_pixels_only(simulate: Simulate) -> None:
    page = ReadPage(written(simulate()))
    pictures = page.pictures()
    assert 50 <= len(pictures) <= 150
    for data, image in pictures:
        assert len(data) <= LARGE
        assert b"SECRETCAMERA" not in data
        assert not image.getexif()
        assert "icc_profile" not in image.info


def test_without_thumbnails_there_is_no_photo(simulate: Simulate) -> None:
    page = ReadPage(simulate().write(photos=False))
    assert page.pictures() == []
    assert "Photos were left out on request." in page.text


def test_the_page_stays_small_whatever_the_photos(simulate: Simulate) -> None:
    run = simulate(cases=120, noise=True, photo_side=(480, 360), regions=("CN", "US", "JP"), months=12, quarantined=400)
    text = run.write()
    assert len(ReadPage(text).pictures()) > 90
    assert len(text.encode()) < 3_000_000


def test_currencies_are_told_apart_and_never_assumed(simulate: Simulate) -> None:
    page = ReadPage(written(simulate(**KINDS["currencies"])))
    for told in (
        "Signed bias, CNY",
        "Signed bias, USD",
        "Signed bias, JPY",
        "What moved the money, JPY",
        "Amounts, USD",
    ):
        assert told in page.text
    assert re.search(r"JPY [\d,]+ to JPY [\d,]+", page.text)
    assert not re.search(r"JPY [\d,]+\.\d", page.text)
    chinese = ReadPage(written(simulate(**KINDS["currencies"]), "zh")).text
    for told in ("有向偏差（人民币）", "有向偏差（美元）", "2026年11月22日", "2026年3月"):
        assert told in chinese


def test_an_earlier_report_is_replaced_and_nothing_is_left_beside_it(simulate: Simulate) -> None:
    run = simulate()
    run.write("zh")
    assert run.write("en").startswith("<!doctype html>")
    assert [path.name for path in run.out.iterdir() if path.is_file()] == ["report.html"]


def test_a_language_that_is_not_spoken_is_refused(simulate: Simulate) -> None:
    with pytest.raises(RulesError, match="xx"):
        simulate().write("xx")


def test_a_table_that_cannot_be_read_stops_the_report(simulate: Simulate) -> None:
    run = simulate(cases=3, quarantined=1, seed=9)
    (run.out / "quarantine" / "000000.parquet").write_bytes(b"PAR1 not really PAR1")
    with pytest.raises(RescoreError) as refused:
        run.write()
    assert refused.value.code == "rescore.unreadable_table"


def test_facts_of_a_run_have_no_previous_ones_by_default() -> None:
    facts = RunFacts(source="a.csv", versions={}, made=date(2026, 1, 1))
    assert (dict(facts.previous), facts.complete) == ({}, True)
