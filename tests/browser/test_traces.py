"""What a browser is left with: nothing of who went away, and nothing that a stranger's link put there unseen."""

from typing import Final
from urllib.parse import urlencode

from adjusters import at_desk
from browsing import OpenPage
from customers import enter
from devices import PHONE
from hands import Hands
from playwright.sync_api import Page, expect
from sites import Case
from staged import Stage

from claims.states import Role

_DAY_MS: Final = 24 * 3600 * 1000
_STORE: Final = "/static/js/customer/store.js"
_KEEP: Final = """async ([store, claim, age, wait]) => (await import(store)).put({ id: `${claim}-${age}`, claim,
  at: Date.now() - age, after: Date.now() + wait, name: "p.jpg", sha: "0".repeat(64), blob: new Blob(["x"]) })"""
_SEND: Final = """async (claim) => {
  const { Queue } = await import("/static/js/customer/sending.js");
  const queue = new Queue(claim);
  await new Promise((done) => { queue.addEventListener("empty", done); queue.open(); });
  return queue.items.map((item) => item.state);
}"""
_KEPT: Final = "async ([store, claim]) => (await (await import(store)).all(claim)).map((item) => Date.now() - item.at)"
_BACK: Final = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"


def keep(page: Page, case: Case, age_ms: int = 0, wait_ms: int = _DAY_MS) -> None:
    """A photo waits in the browser, as a dead spot leaves it; it is not sent before ``wait_ms``."""
    page.evaluate(_KEEP, [_STORE, case.id, age_ms, wait_ms])


def kept(page: Page, case: Case) -> list[int]:
    """How long the photos of the case have waited, in ms."""
    return list(page.evaluate(_KEPT, [_STORE, case.id]))


def leave(hands: Hands) -> None:
    hands.page.locator("#data > summary").click()
    hands.tap("button", "customer_page.data.leave")
    hands.heading("customer_page.enter.heading")


def test_a_case_that_is_forgotten_leaves_no_photo(open_: OpenPage, stage: Stage) -> None:
    hands, case, other = Hands(open_(PHONE)), stage.case(), stage.case()
    enter(hands, case)
    for one in (case, other):
        keep(hands.page, one)
    leave(hands)
    assert kept(hands.page, case) == []
    assert len(kept(hands.page, other)) == 1


def test_photos_that_nobody_came_back_for_are_not_kept_for_ever(open_: OpenPage, stage: Stage) -> None:
    hands, case, other = Hands(open_(PHONE)), stage.case(), stage.case()
    hands.watched.go("/report")
    for age_ms in (29 * _DAY_MS, 31 * _DAY_MS):
        keep(hands.page, other, age_ms)
    enter(hands, case)
    hands.page.wait_for_function(f"async () => (await ({_KEPT})(['{_STORE}', '{other.id}'])).length === 1")
    [age_ms] = kept(hands.page, other)
    assert age_ms < 30 * _DAY_MS


def test_photos_outlast_a_cookie_that_has_ended(open_: OpenPage, stage: Stage) -> None:
    hands, case = Hands(open_(PHONE)), stage.case()
    hands.watched.go("/report")
    keep(hands.page, case, wait_ms=0)
    assert hands.page.evaluate(_SEND, case.id) == ["refused"]
    assert len(kept(hands.page, case)) == 1


def test_a_page_that_comes_back_is_shown_anew(open_: OpenPage, stage: Stage) -> None:
    hands, case = Hands(open_(PHONE)), stage.case()
    desk = at_desk(open_, stage.somebody(Role.SENIOR))
    enter(hands, case)
    desk.watched.go("/desk")
    for one in (hands, desk):
        one.watched.context.clear_cookies()
        one.page.evaluate(_BACK)
    hands.heading("customer_page.enter.heading")
    desk.page.wait_for_url("**/desk/sign-in*")


def test_a_broken_link_breaks_no_page(open_: OpenPage, stage: Stage) -> None:
    hands, case = Hands(open_(PHONE)), stage.case()
    enter(hands, case)
    hands.watched.go(f"/c/{case.id}?again#%")
    keep(hands.page, case)
    leave(hands)
    hands.watched.go("/desk/sign-in?next=//[")
    expect(hands.page.locator("form[data-signs-in]")).to_have_attribute("data-then", "/desk")


def test_a_link_fills_in_the_car_and_nobody_else(open_: OpenPage) -> None:
    hands = Hands(open_(PHONE))
    hands.watched.go("/report")
    hands.page.locator("#phone").evaluate("(field) => (field.value = '13812345678')")
    hands.page.locator("#phone").dispatch_event("input")
    known = {"plate": "沪A12345", "phone": "13900000000", "name": "李娜", "vin": "LSVAA4182E2123456"}
    hands.watched.go(f"/report?again#{urlencode(known)}")
    told = {name: hands.page.locator(f"#{name}").input_value() for name in known}
    assert told == {**known, "phone": "13812345678"}
    assert hands.page.locator("details:has(#vin)").get_attribute("open") is not None
    assert "#" not in hands.page.url


def test_what_is_no_longer_to_be_remembered_goes_at_once(open_: OpenPage) -> None:
    hands = Hands(open_(PHONE))
    hands.watched.go("/report")
    hands.page.evaluate("localStorage.setItem('quickclaim.me', JSON.stringify({ name: '王小明' }))")
    hands.page.reload()
    remember = hands.page.locator("#remember")
    assert remember.is_checked()
    remember.evaluate("(box) => box.click()")
    assert hands.page.evaluate("localStorage.length") == 0
