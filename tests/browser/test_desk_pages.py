"""Lists of the desk that are longer than a page: the next one goes on where the last one ended."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from browsing import OpenPage
from devices import SMALL
from hands import Hands
from staged import PASSWORD, Stage, open_stage

from api.pages.desk_service import ON_A_PAGE
from claims.follow_up import FollowUp, FollowUpKind
from claims.repository import follow_ups
from claims.states import Role
from model.notes import Note

OF_CASES = 3
"""One case takes 20 complaints."""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service of its own: so long lists are in nobody else's way."""
    with open_stage(tmp_path_factory.mktemp("long")) as opened:
        yield opened


def at_list(open_: OpenPage, stage: Stage, path: str, language: str) -> Hands:
    hands = Hands(open_(SMALL, url=stage.url, language=language), language)
    hands.watched.sign_in(stage.somebody(Role.EXPERT), PASSWORD)
    hands.watched.go(path)
    return hands


def turned(hands: Hands) -> Iterator[list[str]]:
    """What each page shows of each card, to the last page."""
    while True:
        assert hands.watched.in_the_way() == []
        assert hands.watched.too_wide() <= 0
        yield hands.page.locator("article").all_inner_texts()
        after = hands.find("link", "desk_page.queue.after")
        if not after.count():
            return
        hands.watched.shot("more")
        address = hands.page.url
        after.click()
        hands.page.wait_for_url(lambda now, before=address: now != before)


def test_every_complaint_stands_on_one_of_the_pages(open_: OpenPage, own: Stage) -> None:
    cases = [own.case() for _ in range(OF_CASES)]
    for number in range(ON_A_PAGE + 1):
        told = cases[number % OF_CASES].ask("POST", "/complaints", json={"words": f"Nobody called ({number})."})
        assert told.status_code == 200, told.text
    first, last = turned(at_list(open_, own, "/desk/complaints", "en"))
    assert (len(first), len(last)) == (ON_A_PAGE, 1)
    counts = [sum(case.now()["number"] in card for card in first + last) for case in cases]
    assert counts == [(ON_A_PAGE + 1) // OF_CASES] * OF_CASES


def test_every_call_stands_on_one_of_the_pages(open_: OpenPage, own: Stage) -> None:
    case, at, task = own.case(), own.site.clock(), Note("follow_up.after_submission")
    moments = [at + timedelta(minutes=number) for number in range(ON_A_PAGE + 1)]
    calls = [FollowUp(kind=FollowUpKind.AFTER_SUBMISSION, due_at=due_at, task=task) for due_at in moments]
    with own.site.house.books.writing() as book:
        follow_ups.add(book, UUID(case.id), calls, at=at)
    first, last = turned(at_list(open_, own, "/desk/calls", "zh"))
    assert (len(first), len(last)) == (ON_A_PAGE, 1)
    shown = {line for card in first + last for line in card.splitlines() if ":" in line}
    assert len(shown) == ON_A_PAGE + 1
