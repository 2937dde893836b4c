"""A customer whose link went through other hands: asked once for the number of the policy, then the case is theirs."""

import pytest
from browsing import OpenPage
from customers import LONG_MS, choose, covered
from devices import PHONE, SMALL, Device
from hands import Hands
from playwright.sync_api import Locator, expect
from reports import report
from sites import Case
from staged import Stage

from claims.states import Role


def told_to_staff(stage: Stage) -> tuple[Case, str]:
    """A case that the front line opened while the customer was on the phone, and the number of the policy."""
    notice = report(stage.seed())["notice"]
    made = stage.site.opened(stage.staff(Role.FRONT_LINE), **notice)
    case = Case(stage.site, made["claim"]["id"], made["token"])
    covered(stage, case)
    return case, notice["policy_number"]


def asked(hands: Hands, case: Case) -> Locator:
    """Follow the link; returns the field of the page that asks."""
    hands.watched.go(f"/c/{case.id}#{case.token}")
    hands.heading("customer_page.prove.heading")
    return hands.page.get_by_label(hands.say("customer_page.prove.policy_number"))


@pytest.mark.parametrize(("device", "language", "scheme"), [(SMALL, "zh", "dark"), (PHONE, "en", "light")])
def test_from_a_link_of_the_staff_to_an_accepted_offer(
    open_: OpenPage, stage: Stage, device: Device, language: str, scheme: str
) -> None:
    case, number = told_to_staff(stage)
    hands = Hands(open_(device, language=language, scheme=scheme), language)
    field = asked(hands, case)
    expect(field).to_have_accessible_description(hands.say("customer_page.prove.where"))
    hands.watched.shot("asked")
    field.fill("PDAA0")
    hands.tap("button", "customer_page.prove.go")
    expect(hands.page.get_by_role("alert")).to_contain_text(hands.say("problem.rights.proof_wrong.title"))
    hands.watched.shot("wrong")
    assert hands.watched.in_the_way() == []
    assert hands.watched.too_wide() <= 0
    field.fill(f" {number.lower()} ")
    hands.tap("button", "customer_page.prove.go")
    hands.page.get_by_text(case.now()["number"]).first.wait_for()
    choose(hands, *stage.two_views())
    hands.tap("button", "customer_page.photos.assess")
    hands.page.get_by_label(hands.say("customer_page.offer.signature")).wait_for(timeout=LONG_MS)
    hands.write("customer_page.offer.signature", "王小明")
    hands.touch(hands.page.locator("form[data-call$='/accept']").get_by_role("button"))
    hands.heading("customer_page.state.confirmed", timeout=LONG_MS)
    assert case.now(stage.staff(Role.EXPERT))["offer"]["accepted_at"]
    assert not any(number in address for address in hands.watched.sent)


def test_after_too_many_wrong_numbers_the_page_says_in_hours_when_to_come_again(open_: OpenPage, stage: Stage) -> None:
    case, number = told_to_staff(stage)
    hands = Hands(open_(PHONE))
    field = asked(hands, case)
    for last in range(5):
        assert case.ask("POST", "/proof", json={"policy_number": f"PDAA{last}"}).status_code == 403
    field.fill(number)
    hands.tap("button", "customer_page.prove.go")
    alert = hands.page.get_by_role("alert")
    expect(alert).to_contain_text(hands.say("problem.rights.proof_locked.detail", hours=24))
    expect(alert.locator("p")).to_have_count(2)
    hands.watched.shot("locked")
