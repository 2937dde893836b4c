"""Every page in every state: as a picture to look at, within its screen, and in nobody's way (axe)."""

from collections.abc import Iterator

import pytest
from browsing import OpenPage, Watched
from devices import CUSTOMER_LOOKS, DESK_LOOKS, DESKTOP, PUBLIC_LOOKS, Look
from shown_cases import STAGED
from sites import Case
from staged import PASSWORD, Stage, open_stage

from claims.states import Role

PUBLIC = {"start": "/", "quick": "/quick", "report": "/report", "problems": "/problems", "offline": "/offline"}
DESK = {
    "queue": "/desk",
    "mine": "/desk?mine=true",
    "complaints": "/desk/complaints",
    "settled": "/desk/complaints?open=false",
    "calls": "/desk/calls",
    "figures": "/desk/figures",
}

_LOW = """[...document.querySelectorAll("main :is(button, .button, summary)")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
  .map((one) => `${one.innerText.trim().slice(0, 40)} is ${Math.round(one.getBoundingClientRect().height)} px high`)"""


@pytest.fixture(scope="module")
def cases(stage: Stage) -> dict[str, Case]:
    return {name: put(stage) for name, put in STAGED.items()}


def judged(watched: Watched, mark: str) -> Iterator[str]:
    """What is wrong with the page that is shown."""
    watched.shot(mark)
    yield from (f"{mark}: {found}" for found in watched.in_the_way())
    if (px := watched.too_wide()) > 0:
        yield f"{mark}: {px} px too wide"
    if watched.page.get_by_role("heading", level=1).count() != 1:
        yield f"{mark}: not one heading of the first order"


def judged_by_hand(watched: Watched, mark: str) -> Iterator[str]:
    """The same on a phone, with buttons that a thumb hits, and with text of twice the size."""
    yield from judged(watched, mark)
    for low in watched.page.evaluate(_LOW):
        yield f"{mark}: {low}"
    watched.page.evaluate("document.documentElement.style.fontSize = '200%'")
    if (px := watched.too_wide()) > 0:
        yield f"{mark}: {px} px too wide in large text"


@pytest.mark.parametrize("look", PUBLIC_LOOKS, ids=str)
def test_pages_that_everybody_sees(open_: OpenPage, look: Look, cases: dict[str, Case]) -> None:
    watched = open_(look.device, language=look.language, scheme=look.scheme)
    wrong, judge = [], judged_by_hand if look.device.touch else judged
    for mark, path in {**PUBLIC, "enter": f"/c/{cases['fresh'].id}", "sign-in": "/desk/sign-in"}.items():
        watched.go(path)
        wrong += judge(watched, mark)
    assert wrong == []


@pytest.mark.parametrize("look", CUSTOMER_LOOKS, ids=str)
def test_cases_as_their_customers_see_them(open_: OpenPage, look: Look, cases: dict[str, Case]) -> None:
    watched = open_(look.device, language=look.language, scheme=look.scheme)
    wrong, judge = [], judged_by_hand if look.device.touch else judged
    for mark, case in cases.items():
        watched.enter(case.id, case.token)
        watched.go(f"/c/{case.id}")
        wrong += judge(watched, mark)
    assert wrong == []


@pytest.mark.parametrize("look", DESK_LOOKS, ids=str)
def test_the_desk(open_: OpenPage, stage: Stage, look: Look, cases: dict[str, Case]) -> None:
    watched = open_(look.device, language=look.language, scheme=look.scheme)
    watched.sign_in(stage.somebody(Role.EXPERT), PASSWORD)
    wrong = []
    for mark, path in {**DESK, **{name: f"/desk/claims/{case.id}" for name, case in cases.items()}}.items():
        watched.go(path)
        wrong += judged(watched, mark)
    assert wrong == []


def test_the_first_day_of_an_installation(open_: OpenPage, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing has happened yet: empty pages are pages."""
    with open_stage(tmp_path_factory.mktemp("empty")) as empty:
        watched = open_(DESKTOP, url=empty.url)
        watched.sign_in(empty.somebody(Role.EXPERT), PASSWORD)
        wrong = []
        for mark, path in DESK.items():
            watched.go(path)
            wrong += judged(watched, mark)
    assert wrong == []
