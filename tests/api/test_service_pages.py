"""The pages of complaints and calls: forms that say what was seen, and pages that lead on."""

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from peopled import Member, member, opened_site
from sites import Case, Site

from api.pages.desk_service import ON_A_PAGE
from claims.follow_up import FollowUp, FollowUpKind
from claims.repository import follow_ups
from claims.states import Role
from model.notes import Note

_FORM = re.compile(r"<form[^>]* data-call=\"POST /v1/([^\"]+)\" data-version='\"(\d+)\"'>")
_ARTICLE = re.compile(r"<article")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened_site(tmp_path_factory.mktemp("home")) as opened:
        yield opened


def page(site: Site, who: Member, path: str) -> str:
    answer = site.client.get(path, headers={"Accept-Language": "en", "Cookie": f"qc_desk={who.token}"})
    assert answer.status_code == 200, answer.text
    return answer.text


def walked(site: Site, who: Member, path: str) -> list[str]:
    """Every page from this one on."""
    found = []
    address: str | None = path
    while address:
        found.append(page(site, who, address))
        link = re.search(r'<a class="button second" href="([^"]+)">Next page</a>', found[-1])
        address = link[1].replace("&amp;", "&") if link else None
    return found


def complained(site: Site, number: int) -> Iterator[Case]:
    """Cases with so many complaints together, of which each has room for twenty."""
    for begins in range(0, number, 20):
        case = site.case()
        for _ in range(min(20, number - begins)):
            assert case.ask("POST", "/complaints", json={"words": "x"}).status_code == 200
        yield case


def test_forms_send_the_version_that_is_shown(site: Site) -> None:
    who = member(site, Role.FRONT_LINE)
    [case] = complained(site, 1)
    [complaint] = case.ask("GET", "/complaints", who.token).json()
    about, below = f"complaints/{complaint['id']}", f"claims/{case.id}/complaints/{complaint['id']}"
    assert (f"{about}/take", "1") in _FORM.findall(page(site, who, "/desk/complaints"))
    take = site.ask("POST", f"/v1/{about}/take", who.token, headers={"If-Match": '"1"'})
    version = str(take.json()["version"])
    steps = {f"{about}/release", *(f"{below}/{name}" for name in ("reply", "told", "solve"))}
    assert {(step, version) for step in steps} <= {*_FORM.findall(page(site, who, "/desk/complaints"))}


def test_complaints_go_on_after_a_page(site: Site) -> None:
    who = member(site, Role.FRONT_LINE)
    cases = [*complained(site, ON_A_PAGE + 1)]
    pages = walked(site, who, "/desk/complaints")
    assert len(pages) == 2
    assert len(_ARTICLE.findall(pages[0])) == ON_A_PAGE
    takes = [call for text in pages for call, _ in _FORM.findall(text) if call.endswith("/take")]
    every = [one["id"] for case in cases for one in case.ask("GET", "/complaints", who.token).json()]
    assert len(takes) == len(set(takes))
    assert {f"complaints/{one}/take" for one in every} <= set(takes)
    [solved] = walked(site, who, "/desk/complaints?open=false")
    assert not _ARTICLE.search(solved)


def test_calls_go_on_after_a_page(site: Site) -> None:
    who, case, task = member(site, Role.FRONT_LINE), site.case(), Note("follow_up.after_submission")
    due = [
        FollowUp(kind=FollowUpKind.AFTER_SUBMISSION, due_at=site.clock() - timedelta(minutes=number), task=task)
        for number in range(ON_A_PAGE + 1)
    ]
    with site.house.books.writing() as book:
        follow_ups.add(book, UUID(case.id), due, at=site.clock())
    pages = walked(site, who, "/desk/calls")
    assert [len(_ARTICLE.findall(text)) for text in pages] == [ON_A_PAGE, 1]


@pytest.mark.parametrize("path", ["/desk/complaints", "/desk/calls"])
def test_an_address_of_no_page_is_refused(site: Site, path: str) -> None:
    who = member(site, Role.FRONT_LINE)
    headers = {"Accept-Language": "en", "Cookie": f"qc_desk={who.token}"}
    assert site.client.get(f"{path}?cursor=nonsense", headers=headers).status_code == 422
