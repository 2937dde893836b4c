"""The first sign-in of somebody whose password an administrator chose: with a new one, known to them alone."""

import pytest
from browsing import OpenPage
from devices import DESKTOP, SMALL, Device
from hands import Hands
from playwright.sync_api import Locator, expect
from staged import PASSWORD, Stage

from claims.states import Role

OWN = "four other words of mine"


def added(stage: Stage) -> str:
    """The login of somebody whom an administrator let in."""
    login = f"new.{stage.seed()}"
    person = {"login": login, "name": "孙丽", "role": Role.SENIOR, "password": PASSWORD}
    answer = stage.site.ask("POST", "/v1/admin/people", stage.staff(Role.ADMIN), json=person)
    assert answer.status_code == 201, answer.text
    return login


def typed(hands: Hands, login: str, password: str = PASSWORD) -> Locator:
    """Login and password are sent; returns the field of the new one."""
    hands.watched.go("/desk/sign-in")
    hands.write("desk_page.sign_in.login", login)
    hands.page.locator("#password").fill(password)
    hands.press("Enter")
    return hands.page.get_by_label(hands.say("desk_page.sign_in.new"))


@pytest.mark.parametrize(("device", "language", "scheme"), [(SMALL, "zh", "dark"), (DESKTOP, "en", "light")])
def test_a_password_of_ones_own_is_chosen_once(
    open_: OpenPage, stage: Stage, device: Device, language: str, scheme: str
) -> None:
    login, hands = added(stage), Hands(open_(device, language=language, scheme=scheme), language)
    new, alert = typed(hands, login), hands.page.get_by_role("alert")
    expect(new).to_be_focused()
    expect(alert).to_contain_text(hands.say("problem.rights.password_due.title"))
    expect(new).to_have_accessible_description(hands.say("problem.rights.password_too_short.detail", limit=12))
    hands.watched.shot("due")
    for wrong, code in (("short", "password_too_short"), (PASSWORD, "password_same")):
        new.fill(wrong)
        hands.press("Enter")
        expect(alert).to_contain_text(hands.say(f"problem.rights.{code}.title"))
        expect(new).to_have_attribute("aria-invalid", "true")
    hands.watched.shot("same")
    assert hands.watched.in_the_way() == []
    assert hands.watched.too_wide() <= 0
    new.fill(OWN)
    hands.press("Enter")
    hands.page.wait_for_url("**/desk")
    credentials = {"login": login, "password": PASSWORD}
    assert stage.site.ask("POST", "/v1/session", json=credentials).status_code == 401
    again = Hands(open_(DESKTOP))
    expect(typed(again, login, OWN)).to_be_hidden()
    again.heading("desk_page.queue.heading")


def test_a_new_password_is_not_for_another_login(open_: OpenPage, stage: Stage) -> None:
    hands, other = Hands(open_(DESKTOP)), stage.somebody(Role.SENIOR)
    new = typed(hands, added(stage))
    new.fill(OWN)
    hands.write("desk_page.sign_in.login", other)
    expect(new).to_be_hidden()
    hands.press("Enter")
    hands.page.wait_for_url("**/desk")
    assert stage.token(other)
