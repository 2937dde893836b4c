"""A customer with a phone: what they do on the pages, and what happens at the desk meanwhile."""

import re
from io import BytesIO
from typing import Final
from urllib.parse import urlencode

from hands import Hands, files
from PIL import Image
from playwright.sync_api import Locator, expect
from sites import COVER, Case
from staged import Stage
from tables import Table

from claims.states import Role

LONG_MS: Final = 30_000
"""For what the machine has to work on."""


def enter(hands: Hands, case: Case) -> None:
    """By the link that the customer was sent."""
    hands.watched.go(f"/c/{case.id}#{case.token}")
    hands.page.get_by_text(case.now()["number"]).first.wait_for()


def taken(hands: Hands) -> Locator:
    """The photos that are shown as the customer's."""
    return hands.find("list", "customer_page.photos.yours").get_by_role("listitem")


def choose(hands: Hands, *photos: bytes) -> None:
    """From the pictures of the phone; returns when each has the service's verdict."""
    before = taken(hands).count()
    hands.page.get_by_label(hands.say("customer_page.photos.choose")).set_input_files(files(photos))
    expect(taken(hands)).to_have_count(before + len(photos))
    for at in range(before, before + len(photos)):
        judged(hands, at)


def judged(hands: Hands, at: int) -> None:
    """Returns when the photo at this place has the service's verdict."""
    said = [hands.say(f"customer_page.photos.{verdict}") for verdict in ("usable", "advice", "unusable")]
    expect(taken(hands).nth(at)).to_contain_text(re.compile("|".join(map(re.escape, said))))


def photos_of(case: Case) -> list[str]:
    return [photo["sha256"] for photo in case.now()["photos"]]


def tell(hands: Hands, number: int) -> None:
    """What happened: the usual, just now; who and which car came with the link of the insurer's app."""
    known = {"plate": f"沪A{number:05}", "policy": f"PDAA2026310100000{number:05}", "vehicle_class": "CN2_60_150k"}
    hands.watched.go(f"/report#{urlencode(known)}")
    hands.tap("radio", "customer_page.cause.scrape")
    for question in ("alone", "sound"):
        hands.touch(hands.page.locator(f"input[name={question}][value=usual]"))
    hands.write("customer_page.field.name", "王小明")
    hands.write("customer_page.field.phone", "13812345678")
    hands.tap("button", "customer_page.report.send")


def taken_up(hands: Hands) -> None:
    """The phone comes out of the pocket again: the page looks at once, not only every half minute."""
    hands.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def decided(stage: Stage, case: Case) -> None:
    """A senior approves what the machine found."""
    table = Table(case, stage.staff(Role.SENIOR)).taken()
    answer = table.approve(words="seen on the photos", reasons=["quotation"])
    assert answer.status_code == 200, answer.text


def covered(stage: Stage, case: Case) -> None:
    """What the front line knows of the policy."""
    answer = case.ask("PUT", "/cover", stage.staff(Role.FRONT_LINE), json=COVER, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text


def nearer(photo: bytes) -> bytes:
    """A second view of a real photo: its middle nine tenths."""
    image, out = Image.open(BytesIO(photo)), BytesIO()
    width, height = image.size
    image.crop((width // 20, height // 20, width - width // 20, height - height // 20)).save(out, "JPEG", quality=95)
    return out.getvalue()
