"""The policy simulator's page in a real browser: no table is cut on a laptop, nor the page on a phone."""

from pathlib import Path

import numpy as np
import pytest
from browsing import open_page
from devices import SMALL, Device
from playwright.sync_api import Browser

from api.rescore_tune_page import page
from claims.rescore.tune.curve import outcome
from claims.rescore.tune.grid import Grid
from claims.rescore.tune.rules import TuneRules
from claims.rescore.tune.tally import Part, Tally
from claims.rulebook import Rulebook

LAPTOP = Device(1280, 720)
CUT = "[...document.querySelectorAll('.wide-table')].filter((one) => one.scrollWidth > one.clientWidth).length"


@pytest.fixture(scope="module", params=["en", "zh"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a page that has a proposal and several tests, of five digits each."""
    grid = Grid.of(Rulebook.load().policy, TuneRules.shipped().settings)
    offers = 4_000 * (1 + np.indices(grid.shape).sum(axis=0))
    wrong = np.where(np.indices(grid.shape)[0] < 4, offers // 50, offers // 5)
    part = Part(100_000, offers, wrong)
    found = outcome(Tally(part, part), grid, bound=0.05, confidence=0.95, versions={"run": "0123456789ab"})
    made = tmp_path_factory.mktemp("tune")
    (made / "tune.html").write_text(page(found, request.param), "utf-8")
    return made


@pytest.mark.parametrize(("device", "may_scroll"), [(LAPTOP, False), (SMALL, True)], ids=["laptop", "phone"])
def test_the_page_as_people_see_it(browser: Browser, folder: Path, device: Device, may_scroll: bool) -> None:
    with open_page(browser, folder.as_uri(), f"tune-{device.width}", device) as watched:
        watched.go("/tune.html")
        watched.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        watched.shot("all")
        assert watched.in_the_way() == []
        assert watched.too_wide() <= 0
        assert bool(watched.page.evaluate(CUT)) <= may_scroll
        assert watched.faults == []
