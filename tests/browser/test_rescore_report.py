"""The report on a run in a real browser: within its screen, in nobody's way (axe), no request, and on paper."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from browsing import Watched, open_page
from devices import DESKTOP, SMALL, Look
from playwright.sync_api import Browser
from simulated_runs import Kind, Run, simulated

LARGE, SMALL_DARK, SMALL_LIGHT = Look(DESKTOP, "en", "light"), Look(SMALL, "zh", "dark"), Look(SMALL, "en", "light")
KINDS: dict[str, dict[str, Any]] = {
    "ordinary": {"cases": 60, "regions": ("CN", "US")},
    "long": {"cases": 20, "name": lambda number: f"{'W' * 150}{number}", "quarantined": 30},
}
BEYOND_ITS_CELL = """() => [...document.querySelectorAll('.forest .few, .bars td, .tiles .big, .tiles .aside')]
    .filter((one) => one.getClientRects().length)
    .filter((one) => {
        const box = one.getBoundingClientRect(), cell = one.closest('table, li').getBoundingClientRect()
        const column = one.matches('.few') ? one.closest('td').getBoundingClientRect() : cell
        return box.right > cell.right + 0.5 || box.left < column.left - 0.5 || one.scrollWidth > one.clientWidth + 1
    }).map((one) => one.textContent)"""
SEEN = [("ordinary", LARGE), ("ordinary", SMALL_DARK), ("long", SMALL_LIGHT)]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    return {name: simulated(tmp_path_factory.mktemp(name), Kind(**given)) for name, given in KINDS.items()}


@contextmanager
def opened(browser: Browser, run: Run, look: Look) -> Iterator[Watched]:
    run.write(look.language)
    name = f"rescore-{run.kind.cases}-{look}"
    given = {"language": look.language, "scheme": look.scheme}
    with open_page(browser, run.out.as_uri(), name, look.device, **given) as watched:
        watched.go("/report.html")
        yield watched


@pytest.mark.parametrize(("kind", "look"), SEEN, ids=str)
def test_the_report_as_people_see_it(browser: Browser, runs: dict[str, Run], kind: str, look: Look) -> None:
    with opened(browser, runs[kind], look) as watched:
        watched.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        watched.shot("all")
        assert watched.in_the_way() == []
        assert watched.too_wide() <= 0
        assert watched.page.evaluate(BEYOND_ITS_CELL) == []
        assert watched.page.get_by_role("heading", level=1).count() == 1
        assert watched.faults == []
        assert len([address for address in watched.sent if not address.startswith("data:")]) == 1


def test_the_report_on_paper(browser: Browser, runs: dict[str, Run]) -> None:
    with opened(browser, runs["ordinary"], LARGE) as watched:
        pages = watched.page.pdf(prefer_css_page_size=True)
        assert 5 <= len(re.findall(rb"/Type\s*/Page\b", pages)) <= 30
