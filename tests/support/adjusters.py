"""An adjuster at the desk: signed in, with a case on the screen, and a clock beside it."""

import re
import time
from decimal import Decimal
from typing import Final

from browsing import OpenPage
from devices import DESKTOP
from hands import Hands
from playwright.sync_api import expect
from sites import Case
from staged import PASSWORD

A_SECOND: Final = 1.0
"""For an ordinary correction, until the new total is shown."""


def at_desk(open_: OpenPage, login: str, language: str = "en") -> Hands:
    """Somebody who has signed in."""
    hands = Hands(open_(DESKTOP, language=language), language)
    hands.watched.sign_in(login, PASSWORD)
    return hands


def opened(hands: Hands, case: Case, *, take: bool = True) -> None:
    hands.watched.go(f"/desk/claims/{case.id}")
    if take:
        hands.tap("button", "desk_page.do.take")
        expect(hands.find("button", "desk_page.do.approve")).to_be_visible()


def total(hands: Hands) -> Decimal:
    """Of the lines, as the page shows it now."""
    shown = hands.page.locator(".totals .big dd").inner_text()
    return Decimal(re.sub(r"[^0-9.]", "", shown.split()[0]))


def settled(hands: Hands, before: Decimal) -> float:
    """Seconds until another total is shown."""
    began = time.monotonic()
    while total(hands) == before:
        assert time.monotonic() < began + 10, "the total stays"
    return time.monotonic() - began


def answered(hands: Hands, key: str) -> float:
    """Seconds until the page has drawn what a key does."""
    began = time.monotonic()
    hands.press(key)
    hands.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return time.monotonic() - began
