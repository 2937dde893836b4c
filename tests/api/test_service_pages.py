"""The pages of complaints and calls: forms that say what was seen, and pages that lead on."""

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from peopled import Member, member, opened_site
from sites import Case, Site

from api.pages.desk_service import ON_A_PAGE
from claims.desk.overdue import act_on_overdue
from claims.follow_up import FollowUp, FollowUpKind
from claims.repository import follow_ups
from claims.states import Role
from model.notes import Note
from model.texts import Texts

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


@pytest.mark.parametrize(
    ("language", "until"), [("en", "You have the result by {}."), ("zh", "我们将在{}前告知您结果。")]
)
def test_both_sides_read_by_when_a_result_is_expected(site: Site, language: str, until: str) -> None:
    who = member(site, Role.FRONT_LINE)
    [case] = complained(site, 1)
    [complaint] = case.ask("GET", "/complaints", who.token).json()
    expected_at = (site.clock() + timedelta(hours=30)).astimezone(ZoneInfo("Asia/Shanghai"))
    document = {"what": "delay", "words": "the workshop answers first", "expected_at": expected_at.isoformat()}
    told = f"/complaints/{complaint['id']}/told"
    assert case.ask("POST", told, who.token, json=document, headers={"If-Match": '"1"'}).status_code == 200
    moment = (
        Texts.load(language)
        .sentences["page.moment"]
        .format(year=expected_at.year, month=expected_at.month, day=expected_at.day, time=f"{expected_at:%H:%M}")
    )
    asked = {"Accept-Language": language}
    own = site.client.get(f"/c/{case.id}", headers={**asked, "Cookie": f"qc_claim={case.token}"}).text
    assert until.format(moment) in own
    desk = site.client.get("/desk/complaints", headers={**asked, "Cookie": f"qc_desk={who.token}"}).text
    said = Texts.load(language).sentences["desk_page.complaints.expected_by"].format(moment=moment)
    assert said in desk


@pytest.mark.parametrize(
    ("language", "said", "level"),
    [
        (
            "en",
            "Not finished in time: result of the complaint by the time that was told (public promise). "
            "It was due by {}.",
            "The next level takes care of it",
        ),
        ("zh", "未在时限内完成：按告知时间给出投诉结果（公开承诺）。原定时间为{}。", "已转交上一级处理"),
    ],
)
def test_both_sides_read_that_a_time_was_not_kept(site: Site, language: str, said: str, level: str) -> None:
    who, texts = member(site, Role.FRONT_LINE), Texts.load(language)
    [case] = complained(site, 1)
    [complaint] = case.ask("GET", "/complaints", who.token).json()
    expected_at = (site.clock() + timedelta(hours=1)).astimezone(ZoneInfo("Asia/Shanghai"))
    document = {"what": "delay", "words": "the workshop answers first", "expected_at": expected_at.isoformat()}
    told = f"/complaints/{complaint['id']}/told"
    assert case.ask("POST", told, who.token, json=document, headers={"If-Match": '"1"'}).status_code == 200
    act_on_overdue(site.house, site.clock.turn(minutes=75))
    moment = texts.sentences["page.moment"].format(
        year=expected_at.year, month=expected_at.month, day=expected_at.day, time=f"{expected_at:%H:%M}"
    )
    asked = {"Accept-Language": language}
    own = site.client.get(f"/c/{case.id}", headers={**asked, "Cookie": f"qc_claim={case.token}"}).text
    assert said.format(moment) in own
    assert own.count(level) == 1
    assert texts.sentences["customer_page.complain.expected"].format(moment=moment) not in own
    above = member(site, Role.SENIOR)
    [_, card] = page(site, above, "/desk/complaints").split(f'href="/desk/claims/{case.id}"')
    assert '<span class="badge bad">15 min overdue</span>' in card.partition("</article>")[0]
    take = site.ask("POST", f"/v1/complaints/{complaint['id']}/take", above.token, headers={"If-Match": "*"})
    below = f"claims/{case.id}{told}", str(take.json()["version"])
    assert [*_FORM.findall(page(site, above, "/desk/complaints"))].count(below) == 2  # the result, or another time
    words = {"what": "result", "words": "the part was added"}
    answer = case.ask("POST", told, above.token, json=words, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    own = site.client.get(f"/c/{case.id}", headers={**asked, "Cookie": f"qc_claim={case.token}"}).text
    assert "<p>the workshop answers first</p><p>the part was added</p>" in own


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
