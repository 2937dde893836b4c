"""Where the desk has limits: authority, somebody else's hands, a change meanwhile, a case of 200 lines."""

import re
import time

from adjusters import A_SECOND, answered, at_desk, opened, settled, total
from browsing import OpenPage
from drawn_cars import side_view
from huge_case import huge_case
from playwright.sync_api import expect
from staged import NAMES, Stage
from tables import PDF, Table, amounting_to

from claims.states import Role


def test_two_hundred_lines_and_forty_photos_stay_quick(open_: OpenPage, stage: Stage) -> None:
    case, took = huge_case(stage), at_desk(open_, stage.somebody(Role.EXPERT))
    opened(took, case)
    began = time.monotonic()
    took.page.reload()
    expect(took.find("button", "desk_page.do.approve")).to_be_visible()
    assert time.monotonic() - began < 3 * A_SECOND
    assert took.page.locator("tr[data-line]").count() == 200
    for key in ("j", "k", "n", "."):
        assert answered(took, key) < A_SECOND
    before = total(took)
    took.press("s", "3", "Enter")
    assert settled(took, before) < 2 * A_SECOND
    took.watched.shot("huge")


def test_what_is_above_ones_authority_is_said_and_escalated(open_: OpenPage, stage: Stage) -> None:
    case, login = stage.referred(), stage.somebody(Role.SENIOR)
    assert Table(case, stage.token(login)).taken().correct(amounting_to("6000.00")).status_code == 200
    hands = at_desk(open_, login)
    opened(hands, case, take=False)
    shown = hands.page.get_by_text(re.compile(r"5,000\.00 CNY"))
    expect(shown.first).to_be_visible()
    expect(hands.page.get_by_role("button", name=hands.say("desk_page.do.approve"))).to_have_count(0)
    hands.watched.shot("above")
    hands.press("E")
    dialog = hands.find("dialog", "desk_page.do.escalate")
    dialog.get_by_label(hands.say("desk_page.do.words")).fill("The shop names 6,000.")
    hands.tap("button", "desk_page.do.escalate", within=dialog)
    hands.page.wait_for_url("**/desk")
    assert case.now(stage.staff(Role.EXPERT))["inside"]["state"] == "escalated"


def test_a_junior_is_told_whose_it_is(open_: OpenPage, stage: Stage) -> None:
    case = stage.case(*stage.two_views(), single_party=False)
    assert case.assessed()["offer"] is None
    hands = at_desk(open_, stage.somebody(Role.JUNIOR), "zh")
    hands.watched.go(f"/desk/claims/{case.id}")
    expect(hands.page.get_by_text(hands.say("desk_page.queue.above"))).to_be_visible()
    expect(hands.page.get_by_role("button", name=hands.say("desk_page.do.approve"))).to_have_count(0)
    hands.watched.shot("above")


def test_the_second_person_reads_along(open_: OpenPage, stage: Stage) -> None:
    case = stage.referred()
    first, second = at_desk(open_, stage.somebody(Role.SENIOR)), at_desk(open_, stage.somebody(Role.EXPERT))
    opened(first, case)
    opened(second, case, take=False)
    expect(second.page.get_by_text(NAMES[Role.SENIOR]).first).to_be_visible()
    expect(second.page.get_by_role("button", name=second.say("desk_page.do.approve"))).to_have_count(0)
    second.press("s")
    expect(second.page.get_by_role("dialog")).to_have_count(0)
    second.watched.shot("reads-along")


def test_what_somebody_typed_outlives_a_change_by_another_window(open_: OpenPage, stage: Stage) -> None:
    case, login = stage.referred(), stage.somebody(Role.SENIOR)
    one, other = at_desk(open_, login), Table(case, stage.token(login))
    opened(one, case)
    one.press("e")
    dialog = one.page.get_by_role("dialog")
    dialog.get_by_label(one.say("desk_page.edit.remark")).fill("Seen at the shop.")
    dialog.get_by_role("textbox", name=one.say("desk_page.case.paint")).fill("310.00")
    assert other.correct({"do": "edit", "line": 0, "severity": "severe", "why": "wrong_severity"}).status_code == 200
    one.tap("button", "desk_page.edit.keep", within=dialog)
    expect(dialog.get_by_text(one.say("desk_page.edit.stale"))).to_be_visible()
    expect(dialog.get_by_label(one.say("desk_page.edit.remark"))).to_have_value("Seen at the shop.")
    one.watched.shot("changed-meanwhile")
    one.tap("button", "desk_page.edit.keep", within=dialog)
    expect(dialog).to_be_hidden()
    [line, *_] = other.ask("GET").json()["lines"]
    assert line["human"]["paint"] == 310


def test_who_decides_is_told_of_a_photo_and_a_document_that_came(open_: OpenPage, stage: Stage) -> None:
    case, hands = stage.referred(), at_desk(open_, stage.somebody(Role.SENIOR))
    opened(hands, case)
    hands.press("E")
    dialog = hands.find("dialog", "desk_page.do.escalate")
    dialog.get_by_label(hands.say("desk_page.do.words")).fill("Something is odd.")
    assert case.send(side_view(stage.seed()).content).status_code == 201
    paper = {"content": PDF, "headers": {"Content-Type": "application/pdf"}}
    assert case.ask("POST", "/materials/bank_card", **paper).status_code == 201
    hands.tap("button", "desk_page.do.escalate", within=dialog)
    said = dialog.get_by_role("alert")
    for name, facts in (("came_meanwhile", {}), ("came_photos", {"count": 1}), ("came_documents", {"count": 1})):
        expect(said).to_contain_text(hands.say(f"desk_script.{name}", **facts))
    for name in ("changed_by_other", "changed_none"):
        expect(said).not_to_contain_text(hands.say(f"desk_script.{name}"))
    hands.watched.shot("came-meanwhile")
    hands.tap("button", "desk_page.do.escalate", within=dialog)
    hands.page.wait_for_url("**/desk")
