"""One real service and one real browser for all of it; whatever a page does wrong fails the test that saw it."""

import re
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from browsing import PICTURES, OpenPage, Watched, chromium, open_browser, open_page
from devices import PHONE, Device
from playwright.sync_api import Browser
from staged import Stage, open_stage

_OUTCOME = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Whether the test went wrong, for the picture that is taken then."""
    report = yield
    item.stash[_OUTCOME] = item.stash.get(_OUTCOME, False) or report.failed
    return report


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    chromium()
    with open_stage(tmp_path_factory.mktemp("stage")) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one module: while it is open no other test of this process could run an event loop."""
    with open_browser() as opened:
        yield opened


@pytest.fixture
def open_(stage: Stage, browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """``open_(DESKTOP, language="zh", scheme="dark")``: another person's browser."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")
    opened: list[Watched] = []
    for old in PICTURES.glob(f"{name}*-failed.png"):
        old.unlink()
    with ExitStack() as held:

        def make(device: Device = PHONE, **given: Any) -> Watched:
            number = f"-{len(opened) + 1}" if opened else ""
            url = given.pop("url", stage.url)
            opened.append(held.enter_context(open_page(browser, url, name + number, device, **given)))
            return opened[-1]

        yield make
        if request.node.stash.get(_OUTCOME, False):
            for one in opened:
                one.shot("failed")
                print(one.name, one.page.url, *one.faults, sep="\n")  # noqa: T201 - shown with the failure
        else:
            assert [fault for one in opened for fault in one.faults] == []
