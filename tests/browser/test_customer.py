"""A customer with a phone, from the report to the money's way: what they tap, what they read, what they never lose."""

from pathlib import Path

import pytest
from browsing import OpenPage
from customers import LONG_MS, choose, covered, decided, enter, judged, nearer, taken, taken_up, tell
from devices import DESKTOP, PHONE, SMALL, Device
from drawn_cars import side_view
from hands import Hands
from playwright.sync_api import expect
from sites import Case
from staged import Stage
from tables import Table

from claims.states import Role


@pytest.mark.parametrize(("device", "language"), [(SMALL, "zh"), (PHONE, "en"), (DESKTOP, "zh")])
def test_from_the_report_to_an_accepted_offer(open_: OpenPage, stage: Stage, device: Device, language: str) -> None:
    hands = Hands(open_(device, language=language), language)
    tell(hands, stage.seed())
    hands.page.wait_for_url("**/c/*")
    case = Case(stage.site, hands.page.url.partition("/c/")[2].partition("#")[0], "")
    choose(hands, *stage.two_views())
    hands.watched.shot("photos")
    hands.tap("button", "customer_page.photos.assess")
    hands.sees("customer_page.estimate.title").wait_for(timeout=LONG_MS)
    hands.watched.shot("person")
    covered(stage, case)
    decided(stage, case)
    taken_up(hands)
    hands.page.get_by_label(hands.say("customer_page.offer.signature")).wait_for(timeout=LONG_MS)
    hands.write("customer_page.offer.signature", "王小明")
    hands.watched.shot("offer")
    hands.touch(hands.page.locator("form[data-call$='/accept']").get_by_role("button"))
    hands.heading("customer_page.state.confirmed", timeout=LONG_MS)
    hands.watched.shot("accepted")
    assert hands.taps <= 6
    assert case.now(stage.staff(Role.EXPERT))["offer"]["accepted_at"]


def test_an_offer_at_once_after_two_photos(open_: OpenPage, stage: Stage) -> None:
    """The insurer's app opened the case and knows the policy; nobody else has to look."""
    hands, case = Hands(open_(PHONE)), stage.case()
    enter(hands, case)
    choose(hands, *stage.two_views())
    hands.tap("button", "customer_page.photos.assess")
    hands.page.get_by_label(hands.say("customer_page.offer.signature")).wait_for(timeout=LONG_MS)
    hands.watched.shot("offer")
    hands.write("customer_page.offer.signature", "王小明")
    hands.touch(hands.page.locator("form[data-call$='/accept']").get_by_role("button"))
    hands.heading("customer_page.state.confirmed")
    assert hands.taps <= 2


def test_more_photos_that_somebody_wants(open_: OpenPage, stage: Stage) -> None:
    hands, case = Hands(open_(PHONE)), stage.referred()
    enter(hands, case)
    table = Table(case, stage.staff(Role.SENIOR)).taken()
    wishes = {"wishes": [{"shot": "damage"}], "words": "Please from further away."}
    asked = table.ask("POST", "/ask-photos", json=wishes)
    assert asked.status_code == 200, asked.text
    taken_up(hands)
    hands.heading("customer_page.photos.wished")
    hands.watched.shot("wished")
    choose(hands, *stage.known(side_view(stage.seed())))
    hands.tap("button", "customer_page.photos.assess")
    hands.heading("customer_page.state.in_review", timeout=LONG_MS)


def test_the_same_case_on_another_phone(open_: OpenPage, stage: Stage) -> None:
    one, case = Hands(open_(PHONE)), stage.offered()
    other = Hands(open_(DESKTOP, language="zh"), "zh")
    enter(one, case)
    enter(other, case)
    one.write("customer_page.offer.signature", "王小明")
    one.touch(one.page.locator("form[data-call$='/accept']").get_by_role("button"))
    one.heading("customer_page.state.confirmed")
    other.watched.page.reload()
    other.heading("customer_page.state.confirmed")
    expect(other.page.get_by_text(other.texts.sentences["told.accept"]).first).to_be_visible()
    other.watched.shot("timeline")


def test_the_camera_takes_a_photo(open_: OpenPage, stage: Stage) -> None:
    """Chromium's own test picture; what it is good for is told."""
    hands, case = Hands(open_(PHONE, permissions=["camera"])), stage.case()
    enter(hands, case)
    hands.tap("button", "customer_page.photos.camera")
    shutter = hands.find("button", "customer_page.photos.shutter")
    expect(shutter).to_be_enabled()
    hands.watched.shot("camera")
    hands.touch(shutter)
    hands.tap("button", "customer_page.photos.done")
    expect(taken(hands)).to_have_count(1)
    judged(hands, 0)


@pytest.mark.photos
def test_real_photos_through_the_real_network(open_: OpenPage, stage: Stage, shared_photos: Path) -> None:
    hands, case = Hands(open_(PHONE, language="zh"), "zh"), stage.case()
    photo = (shared_photos / "damaged_parts" / "images" / "00001.jpg").read_bytes()
    enter(hands, case)
    choose(hands, photo, nearer(photo))
    hands.tap("button", "customer_page.photos.assess")
    hands.heading("customer_page.estimate.title", timeout=LONG_MS)
    hands.watched.shot("estimate")
    assert case.now()["assessment"]["damages"]
    assert hands.watched.in_the_way() == []
