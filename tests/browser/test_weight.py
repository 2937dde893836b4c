"""What the first look at a page costs a phone on a bad line, without the photos."""

import time
from typing import Final

import pytest
from browsing import OpenPage
from devices import DESKTOP, PHONE, SMALL
from playwright.sync_api import expect
from staged import PASSWORD, Stage
from weighed import Weighed

from claims.states import Role

MOST: Final = 150 * 1024
READY_S: Final = 10


@pytest.mark.parametrize("path", ["/", "/report", "/quick"])
def test_public_pages_are_light(open_: OpenPage, path: str) -> None:
    watched = open_(PHONE, language="zh")
    weighed = Weighed.of(watched)
    watched.go(path)
    watched.page.wait_for_timeout(500)
    assert 2 * 1024 < weighed.bytes < MOST


def test_a_slow_phone_on_a_bad_line_is_ready_in_time(open_: OpenPage) -> None:
    """As Lighthouse's slow 4G and a processor of a sixth: what happened can be told, and the form can be sent."""
    watched = open_(SMALL, language="zh")
    phone = watched.context.new_cdp_session(watched.page)
    phone.send("Emulation.setCPUThrottlingRate", {"rate": 6})
    line = {"latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000, "offline": False}
    phone.send("Network.enable")
    phone.send("Network.emulateNetworkConditions", line)
    began = time.monotonic()
    watched.go("/report")
    expect(watched.page.locator("[data-ready]")).to_be_enabled()
    assert time.monotonic() - began < READY_S


def test_a_case_is_light(open_: OpenPage, stage: Stage) -> None:
    watched, case = open_(PHONE, language="zh"), stage.offered()
    weighed = Weighed.of(watched)
    watched.go(f"/c/{case.id}#{case.token}")
    watched.page.get_by_text(case.now()["number"]).first.wait_for()
    watched.page.wait_for_timeout(500)
    assert len(weighed.photos) >= 2
    assert 2 * 1024 < weighed.bytes < MOST


def test_the_desk_is_light(open_: OpenPage, stage: Stage) -> None:
    watched, case = open_(DESKTOP, language="zh"), stage.referred()
    watched.sign_in(stage.somebody(Role.EXPERT), PASSWORD)
    weighed = Weighed.of(watched)
    for path in ("/desk", f"/desk/claims/{case.id}", "/desk/figures"):
        watched.go(path)
        watched.page.wait_for_timeout(500)
        assert 2 * 1024 < weighed.bytes < MOST, path
        weighed.bytes = 0
