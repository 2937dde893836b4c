"""An adjuster at the desk, mostly by keyboard: what they find, correct, decide, and are kept from."""

import re
from typing import Any

import pytest
from adjusters import A_SECOND, at_desk, opened, settled, total
from browsing import OpenPage
from devices import DESKTOP
from hands import Hands
from playwright.sync_api import expect
from sites import Case
from staged import NAMES, PASSWORD, Stage
from tables import Table

from claims.states import Role

AROUND = ((-60, 20), (10, -40), (80, 0), (30, 45))
"""Corners of an outline, in px of the screen from the middle of the photo."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_signing_in_and_out(open_: OpenPage, stage: Stage, language: str) -> None:
    hands, login = Hands(open_(DESKTOP, language=language), language), stage.somebody(Role.SENIOR)
    hands.watched.go("/desk?mine=true")
    hands.page.wait_for_url("**/desk/sign-in*")
    hands.write("desk_page.sign_in.login", login)
    hands.write("desk_page.sign_in.password", "four other words of mine")
    hands.press("Enter")
    expect(hands.page.get_by_role("alert")).to_contain_text(hands.say("problem.rights.credentials.title"))
    hands.watched.shot("refused")
    hands.write("desk_page.sign_in.password", PASSWORD)
    hands.press("Enter")
    hands.page.wait_for_url("**/desk?mine=true")
    hands.heading("desk_page.queue.heading")
    expect(hands.page.get_by_text(NAMES[Role.SENIOR])).to_be_visible()
    [cookie] = hands.watched.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["value"] not in hands.page.content() + hands.page.evaluate("JSON.stringify({...localStorage})")
    hands.tap("button", "desk_page.bar.out")
    hands.page.wait_for_url("**/desk/sign-in*")
    hands.watched.go("/desk")
    hands.page.wait_for_url("**/desk/sign-in*")


def test_from_the_queue_to_an_approval_by_keyboard(open_: OpenPage, stage: Stage) -> None:
    case = stage.referred()
    hands = at_desk(open_, stage.somebody(Role.SENIOR))
    hands.watched.go("/desk")
    link = hands.page.get_by_role("link", name=case.now()["number"])
    expect(link).to_be_visible()
    hands.watched.shot("queue")
    hands.press("j")
    for _ in range(hands.page.locator("tr[data-row]").count()):
        if link.evaluate(
            "(one) => one === document.activeElement || one.closest('tr').contains(document.activeElement)"
        ):
            break
        hands.press("j")
    hands.press("Enter")
    hands.page.wait_for_url(f"**/desk/claims/{case.id}")
    hands.press("t")
    expect(hands.find("button", "desk_page.do.approve")).to_be_visible()
    hands.watched.shot("taken")
    before, hands.keys = total(hands), 0
    hands.press("s", "3", "Enter")
    took = settled(hands, before)
    assert hands.keys <= 3
    assert took < A_SECOND, f"{took:.2f} s"
    hands.watched.shot("corrected")
    assert total(hands) > before
    hands.press("A")
    dialog = hands.find("dialog", "desk_page.do.approve")
    expect(dialog).to_be_visible()
    dialog.get_by_label(hands.say("desk_page.do.words")).fill("Seen at the shop.")
    hands.watched.shot("approving")
    hands.tap("button", "desk_page.do.approve", within=dialog)
    expect(dialog).to_be_visible()  # nobody has said that the policy covers it: that is settled first
    dialog.get_by_role("radio").first.check()
    hands.tap("button", "desk_page.do.approve", within=dialog)
    hands.page.wait_for_url("**/desk")
    expect(hands.page.locator("#told")).to_contain_text(case.now()["number"])
    assert case.now()["offer"]["machine"] is False
    assert [address for address in hands.watched.sent if address.endswith(f"/v1/claims/{case.id}/cover")]


def test_a_slip_is_taken_back_with_one_key(open_: OpenPage, stage: Stage) -> None:
    """In one correction, also where the amount came from an area that was measured."""
    case, login = stage.referred(), stage.somebody(Role.SENIOR)
    hands = at_desk(open_, login)
    opened(hands, case)
    before = total(hands)
    hands.press("s", "3", "Enter")
    settled(hands, before)
    hands.press("u")
    expect(hands.page.locator(".totals .big dd")).to_contain_text(f"{before:,.2f}")
    undone = hands.say("desk_script.undone", total="", currency="").partition(".")[0]
    expect(hands.page.locator("#told")).to_contain_text(undone)
    review = Table(case, stage.token(login)).ask("GET").json()
    assert review["assessment"]["damages"][0]["area_cm2"]
    assert len(review["lines"][0]["touches"]) == 2


def test_a_mark_is_drawn_with_the_mouse_and_moved_with_keys(open_: OpenPage, stage: Stage) -> None:
    case, login = stage.referred(), stage.somebody(Role.SENIOR)
    hands = at_desk(open_, login)
    opened(hands, case)
    hands.press("b")
    middle, mouse = _middle(hands), hands.page.mouse
    mouse.move(*middle)
    mouse.down()
    mouse.move(middle[0] + 90, middle[1] + 60, steps=4)
    mouse.up()
    hands.watched.shot("drawn")
    hands.press("ArrowRight", "ArrowDown")
    hands.tap("button", "desk_page.case.draw_keep")
    expect(hands.find("button", "desk_page.case.draw_keep")).to_be_hidden()
    [line, *_] = Table(case, stage.token(login)).ask("GET").json()["lines"]
    assert line["touches"]
    hands.watched.shot("kept")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_damage_is_outlined_with_the_mouse_and_points_at_its_line(
    open_: OpenPage, stage: Stage, language: str
) -> None:
    case, login = stage.referred(), stage.somebody(Role.SENIOR)
    hands = at_desk(open_, login, language)
    opened(hands, case)
    before = _marks(case, stage, login)
    hands.press("b")
    hands.tap("button", "desk_page.case.outline")
    middle = _middle(hands)
    for x, y in AROUND:
        hands.page.mouse.click(middle[0] + x, middle[1] + y)
    hands.page.mouse.move(middle[0] - 20, middle[1] + 50)
    hands.watched.shot("under-way")
    assert hands.watched.in_the_way() == []
    hands.page.mouse.dblclick(middle[0] - 30, middle[1] + 40)
    expect(hands.page.locator("svg polygon.draft.on")).to_have_count(1)
    hands.watched.shot("closed")
    hands.tap("button", "desk_page.case.draw_keep")
    expect(hands.find("button", "desk_page.case.draw_keep")).to_be_hidden()
    after = _marks(case, stage, login)
    [drawn] = [mark for mark in after if mark["outline"]]
    assert len(drawn["outline"]) == len(AROUND) + 1
    assert len(after) == len(before)  # it took the place of the box that was chosen
    polygon, row = hands.page.locator("svg polygon.mark"), hands.page.locator('tr[data-line="0"]')
    expect(polygon).to_have_count(1)
    hands.page.mouse.move(*_middle(hands))
    expect(row).to_have_class(re.compile(r"\bhover\b"))
    row.hover()
    expect(row).not_to_have_class(re.compile(r"\bhover\b"))
    expect(polygon).to_have_class(re.compile(r"\bpointed\b"))
    hands.watched.shot("kept")
    assert hands.watched.in_the_way() == []
    hands.press("u")
    expect(polygon).to_have_count(0)
    assert _marks(case, stage, login) == before


def test_a_damage_is_outlined_with_keys(open_: OpenPage, stage: Stage) -> None:
    case, login = stage.referred(), stage.somebody(Role.SENIOR)
    hands = at_desk(open_, login)
    opened(hands, case)
    hands.press("b", "n", "o", "Space", *["ArrowRight"] * 6, "Space", "Enter")
    told = hands.page.locator("#told")
    expect(told).to_have_text(hands.say("desk_script.outline_few", least=3))
    hands.press(*["ArrowDown"] * 6, "Space", *["ArrowLeft"] * 3, *["ArrowUp"] * 9, "Space", "Enter")
    expect(told).to_have_text(hands.say("desk_script.outline_crosses"))
    hands.press("Delete", *["Shift+ArrowDown"] * 5, *["ArrowDown"] * 8, "Space", "Enter")
    expect(hands.page.locator("svg polygon.draft.on")).to_have_count(1)
    hands.press("ArrowLeft", "Shift+ArrowRight", "Enter")
    expect(hands.find("button", "desk_page.case.draw_keep")).to_be_hidden()
    marks = _marks(case, stage, login)
    [drawn] = [mark for mark in marks if mark["outline"]]
    assert len(drawn["outline"]) == 4
    assert len([mark for mark in marks if mark["photo"] == drawn["photo"]]) == 2
    hands.watched.shot("kept")
    hands.press("b", "o", "Space", "Escape")
    expect(hands.find("button", "desk_page.case.draw_keep")).to_be_visible()
    hands.press("Escape")
    expect(hands.find("button", "desk_page.case.draw_keep")).to_be_hidden()
    assert _marks(case, stage, login) == marks


def test_a_photo_is_asked_for_with_keys(open_: OpenPage, stage: Stage) -> None:
    case = stage.referred()
    hands = at_desk(open_, stage.somebody(Role.SENIOR), "zh")
    opened(hands, case)
    hands.press("P")
    dialog = hands.find("dialog", "desk_page.do.ask_photo")
    dialog.get_by_label(hands.say("desk_page.do.damage")).focus()
    hands.press("Space")
    dialog.get_by_label(hands.say("desk_page.do.words")).fill("请离远一些再拍。")
    hands.watched.shot("asking")
    hands.find("button", "desk_page.do.ask_photo", dialog).focus()
    hands.press("Enter")
    hands.page.wait_for_url("**/desk")
    assert case.now(stage.staff(Role.EXPERT))["inside"]["state"] == "more_photos"


def _marks(case: Case, stage: Stage, login: str) -> list[dict[str, Any]]:
    [line, *_] = Table(case, stage.token(login)).ask("GET").json()["lines"]
    return list(line["marks"])


def _middle(hands: Hands) -> tuple[float, float]:
    """Of the photo, on the screen."""
    box = hands.page.get_by_role("group", name=hands.say("desk_page.case.viewer")).bounding_box()
    assert box is not None
    return (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_keys_are_listed_and_rest_while_somebody_types(open_: OpenPage, stage: Stage) -> None:
    case = stage.referred()
    hands = at_desk(open_, stage.somebody(Role.SENIOR))
    opened(hands, case)
    hands.press("?")
    listed = hands.find("dialog", "desk_script.help")
    for name in ("severity", "approve", "undo", "zoom_in", "down", "draw_outline", "draw_corner"):
        expect(listed.get_by_text(hands.say(f"desk_script.key.{name}"), exact=True)).to_be_visible()
    hands.watched.shot("keys")
    assert hands.watched.in_the_way() == []
    hands.press("Escape")
    expect(listed).to_have_count(0)
    hands.press("E")
    words = hands.find("dialog", "desk_page.do.escalate").get_by_label(hands.say("desk_page.do.words"))
    words.press_sequentially("sAu?")
    expect(words).to_have_value("sAu?")
    expect(hands.page.get_by_role("dialog")).to_have_count(1)


def test_figures_have_their_tables(open_: OpenPage, stage: Stage) -> None:
    stage.referred()
    hands = at_desk(open_, stage.somebody(Role.EXPERT))
    hands.watched.go("/desk/figures")
    hands.heading("desk_page.figures.heading")
    tables = hands.page.get_by_text(hands.say("desk_page.figures.table"))
    assert tables.count() >= 1
    for one in tables.all():
        one.click()
    hands.watched.shot("figures")
    assert hands.watched.in_the_way() == []
