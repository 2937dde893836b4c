"""The page and where proposals may lie."""

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from api.rescore_tune_files import check_place, write_proposal
from api.rescore_tune_page import HEIGHT, WIDTH, Chart, page
from api.settings import Settings
from claims.rescore.tune.curve import Outcome, outcome
from claims.rescore.tune.grid import Grid
from claims.rescore.tune.proposal import FIRST_LINE
from claims.rescore.tune.tally import Part, Tally
from model.errors import RescoreError, UsageError

SHIPPED = Path(str(files("data").joinpath("rules", "triage.yaml")))
TEXT = f"{FIRST_LINE}\nversion: x\n"
Draw = Callable[[float], Outcome]


@pytest.fixture
def found(grid: Grid) -> Draw:
    """Offers grow along every axis; one in fifty is wrong, one in five on the loose half of the first axis."""

    def make(bound: float) -> Outcome:
        offers = 40 * (1 + np.indices(grid.shape).sum(axis=0))
        wrong = np.where(np.indices(grid.shape)[0] < 4, offers // 50, offers // 5)
        part = Part(1000, offers, wrong)
        versions = {"run": "0123456789ab", "model": "m", "prices": "p", "rules": "r", "policy": "q", "tune": "t"}
        return outcome(Tally(part, part), grid, bound=bound, confidence=0.95, versions=versions)

    return make


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_needs_nothing_else_and_tells_the_promise(found: Draw, language: str) -> None:
    told = found(0.05)
    assert told.proposed is not None
    text = page(told, language)
    assert not re.search(r"(src|href)\s*=|url\(|@import|<script", text)
    assert "default-src 'none'" in text
    for said in ("5%", "95%", "arXiv 2110.01052", str(told.proposed.point.offers.k), "0123456789ab"):
        assert said in text
    assert text.count('class="proposed"') == 2  # on the chart and in its key


@pytest.mark.parametrize(("language", "told"), [("en", "on the tested cases alone"), ("zh", "仅为检验案件")])
def test_the_key_says_that_the_proposal_is_of_other_cases_than_the_curve(found: Draw, language: str, told: str) -> None:
    key = page(found(0.05), language).partition('<ul class="key">')[2].partition("</ul>")[0]
    assert told in key.partition('class="proposed"')[2].partition("</li>")[0]


def test_where_nothing_can_be_promised_the_page_says_so(found: Draw) -> None:
    told = found(0.001)
    assert told.proposed is None
    text = page(told, "en")
    assert "Nothing is proposed" in text
    assert "at least 2995 offers" in text
    assert 'class="proposed"' not in text


def test_places_on_the_chart_follow_the_shares(found: Draw) -> None:
    told = found(0.05)
    chart = Chart.of(told)
    assert [mark.x for mark in chart.path] == sorted(mark.x for mark in chart.path)
    for mark, point in zip(chart.path, told.path, strict=True):
        assert mark.high <= mark.y <= mark.low
        assert (mark.y < chart.bound) == ((point.error.value or 0) > told.bound)
    marks = [*chart.path, *chart.frontier]
    assert all(0 <= mark.x <= WIDTH and 0 <= mark.high <= mark.low <= HEIGHT for mark in marks)


def test_an_outcome_without_any_offer_can_be_drawn(grid: Grid) -> None:
    told = outcome(Tally.empty(grid.shape), grid, bound=0.05, confidence=0.95, versions={})
    assert Chart.of(told).path == ()
    assert "Nothing is proposed" in page(told, "en")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "home").mkdir()
    (tmp_path / "own.yaml").write_text(SHIPPED.read_text("utf-8"), "utf-8")
    return Settings(home=tmp_path / "home", policy=tmp_path / "own.yaml")


def test_no_policy_is_written_over(settings: Settings, tmp_path: Path) -> None:
    before = SHIPPED.read_bytes()
    (tmp_path / "link.yaml").symlink_to(SHIPPED)
    (tmp_path / "other.yaml").write_text("version: another's\n", "utf-8")
    for place in (
        SHIPPED,
        SHIPPED.with_name("proposal.yaml"),
        tmp_path / "own.yaml",
        tmp_path / "home" / "policy.yaml",
        tmp_path / "link.yaml",
        tmp_path / "other.yaml",
    ):
        with pytest.raises(RescoreError, match=r"rescore\.over_policy"):
            write_proposal(TEXT, place, settings)
    assert SHIPPED.read_bytes() == before == (tmp_path / "own.yaml").read_bytes()
    assert not list((tmp_path / "home").iterdir())


def test_an_earlier_proposal_is_replaced(settings: Settings, tmp_path: Path) -> None:
    place = tmp_path / "proposal.yaml"
    write_proposal(TEXT, place, settings)
    write_proposal(TEXT + "# again\n", place, settings)
    assert place.read_text("utf-8").endswith("# again\n")


def test_a_mistyped_folder_is_named_before_the_work_begins(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"usage\.no_such_folder"):
        check_place(tmp_path / "nowhere" / "proposal.yaml", settings)
