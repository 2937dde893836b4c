"""Complaints at the desk: taken, answered, settled; and what is told where somebody else was quicker."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from adjusters import at_desk
from browsing import OpenPage
from hands import Hands
from playwright.sync_api import Locator, expect
from sites import Case
from staged import Stage

from claims.states import Role


def complained(stage: Stage) -> Case:
    case = stage.referred()
    assert case.ask("POST", "/complaints", json={"words": "Nobody called."}).status_code == 200
    return case


def card(hands: Hands, case: Case) -> Locator:
    return hands.page.locator("article", has=hands.page.get_by_role("link", name=case.now()["number"]))


def say(hands: Hands, within: Locator, step: str, words: str) -> None:
    """Open a step of a complaint, and send words with it."""
    form = within.locator("details", has=hands.page.locator("summary", has_text=re.compile(f"^{step}$")))
    form.locator("summary").click()
    form.locator("textarea").fill(words)
    form.get_by_role("button").click()


def test_a_complaint_is_taken_answered_and_settled(open_: OpenPage, stage: Stage) -> None:
    case, hands = complained(stage), at_desk(open_, stage.somebody(Role.EXPERT))
    hands.watched.go("/desk/complaints")
    own = card(hands, case)
    hands.tap("button", "desk_page.complaints.take", within=own)
    expect(own.get_by_text("Nobody called.")).to_be_visible()
    say(hands, own, hands.say("desk_page.complaints.reply"), "We look into it.")
    expect(own.get_by_text("We look into it.")).to_be_visible()
    say(hands, own, hands.say("desk_page.complaints.solve"), "Called, and sorry.")
    expect(own).to_have_count(0)
    [told] = case.now()["complaints"]
    assert (told["state"], told["reply"], told["answer"]) == ("solved", "We look into it.", "Called, and sorry.")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_takes_longer_is_told_with_a_time(open_: OpenPage, stage: Stage, language: str) -> None:
    case, hands = complained(stage), at_desk(open_, stage.somebody(Role.EXPERT), language)
    hands.watched.go("/desk/complaints")
    own = card(hands, case)
    hands.tap("button", "desk_page.complaints.take", within=own)
    own.locator("summary", has_text=hands.say("desk_page.complaints.delay")).click()
    own.get_by_label(hands.say("desk_page.complaints.delay_why")).fill("等维修厂报价。")
    local = ZoneInfo(hands.page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone"))
    expected_at = datetime.now(local).replace(second=0, microsecond=0) + timedelta(days=2)
    hands.watched.shot("delay")
    own.get_by_label(hands.say("desk_page.complaints.expected")).fill(f"{expected_at:%Y-%m-%dT%H:%M}")
    hands.tap("button", "desk_page.complaints.delay", within=own)
    expect(own.get_by_text("等维修厂报价。")).to_be_visible()
    [told] = case.now()["complaints"]
    assert (told["state"], datetime.fromisoformat(told["expected_at"])) == ("delayed", expected_at)
    said = expected_at.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%H:%M")
    expect(own.get_by_text(said).first).to_be_visible()
    hands.watched.shot("delayed")


def test_whoever_looks_at_an_old_page_is_told_that_somebody_was_quicker(open_: OpenPage, stage: Stage) -> None:
    case, hands = complained(stage), at_desk(open_, stage.somebody(Role.EXPERT))
    hands.watched.go("/desk/complaints")
    quicker = stage.staff(Role.SENIOR)
    [one] = case.ask("GET", "/complaints", quicker).json()
    seen = {"If-Match": f'"{one["version"]}"'}
    assert stage.site.ask("POST", f"/v1/complaints/{one['id']}/take", quicker, headers=seen).status_code == 200
    hands.tap("button", "desk_page.complaints.take", within=card(hands, case))
    expect(card(hands, case).get_by_role("alert")).to_contain_text("Somebody else has changed this")
    hands.page.reload()
    expect(card(hands, case).get_by_text(hands.say("desk_page.complaints.held"))).to_be_visible()
