"""What its customer and staff read of a complaint: by when there is a result, and what was not kept."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from peopled import Member, member, opened_site
from sites import Case, Site

from claims.desk.overdue import act_on_overdue
from claims.states import Role
from model.texts import Texts

_FORM = re.compile(r"<form[^>]* data-call=\"POST /v1/([^\"]+)\" data-version='\"(\d+)\"'>")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened_site(tmp_path_factory.mktemp("home")) as opened:
        yield opened


@pytest.fixture
def who(site: Site) -> Member:
    return member(site, Role.FRONT_LINE)


@pytest.fixture
def case(site: Site) -> Case:
    case = site.case()
    assert case.ask("POST", "/complaints", json={"words": "x"}).status_code == 200
    return case


@pytest.mark.parametrize(
    ("language", "until"), [("en", "You have the result by {}."), ("zh", "我们将在{}前告知您结果。")]
)
def test_both_sides_read_by_when_a_result_is_expected(
    site: Site, who: Member, case: Case, language: str, until: str
) -> None:
    [complaint] = case.ask("GET", "/complaints", who.token).json()
    by = moment(later(site, case, who, complaint, hours=30), language)
    assert until.format(by) in card(site, case, language)
    said = Texts.load(language).sentences["desk_page.complaints.expected_by"].format(moment=by)
    assert said in line(site, who, language)


@pytest.mark.parametrize(
    ("language", "said", "level"),
    [
        (
            "en",
            "Not finished in time: result of the complaint by the time that was told. It was due by {}.",
            "The next level takes care of it",
        ),
        ("zh", "未在时限内完成：按告知时间给出投诉结果。原定时间为{}。", "已转交上一级处理"),
    ],
)
def test_both_sides_read_that_a_time_was_not_kept(
    site: Site, who: Member, case: Case, language: str, said: str, level: str
) -> None:
    [complaint] = case.ask("GET", "/complaints", who.token).json()
    told = f"/complaints/{complaint['id']}/told"
    by = moment(later(site, case, who, complaint, hours=1), language)
    site.clock.turn(minutes=75)
    unseen = card(site, case, language)
    assert said.format(by) in unseen
    assert level not in unseen  # nobody has taken it there yet
    act_on_overdue(site.house, site.clock())
    own = card(site, case, language)
    assert said.format(by) in own
    assert own.count(level) == 1
    assert own.count(by) == 1  # neither the result nor the next step is still to come by then
    above = member(site, Role.SENIOR)
    [_, mine] = line(site, above).split(f'href="/desk/claims/{case.id}"')
    assert '<span class="badge bad">15 min overdue</span>' in mine.partition("</article>")[0]
    take = site.ask("POST", f"/v1/complaints/{complaint['id']}/take", above.token, headers={"If-Match": "*"})
    below = f"claims/{case.id}{told}", str(take.json()["version"])
    assert [*_FORM.findall(line(site, above))].count(below) == 2  # the result, or another time
    words = {"what": "result", "words": "the part was added"}
    answer = case.ask("POST", told, above.token, json=words, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    own = card(site, case, language)
    assert "<p>the workshop answers first</p><p>the part was added</p>" in own
    assert level not in own


def test_a_later_time_is_shown_beside_one_that_was_not_kept(site: Site, who: Member, case: Case) -> None:
    [complaint] = case.ask("GET", "/complaints", who.token).json()
    first, second = (moment(later(site, case, who, complaint, hours=hours), "en") for hours in (1, 2))
    site.clock.turn(minutes=75)
    own = card(site, case, "en")
    assert f"It was due by {first}." in own
    assert f"You have the result by {second}." in own


def test_complaints_side_by_side_hide_no_time_of_each_other(site: Site, who: Member, case: Case) -> None:
    site.clock.turn(minutes=1)
    assert case.ask("POST", "/complaints", json={"words": "and again"}).status_code == 200
    for hours, one in enumerate(case.ask("GET", "/complaints", who.token).json(), 1):
        later(site, case, who, one, hours=hours)

    def due(kind: str) -> list[str]:
        return [one["due_at"] for one in case.now()["promises"] if one["kind"] == kind]

    kinds = ("complaint_reply", "complaint_expected", "complaint_solution")
    assert [len(due(kind)) for kind in kinds] == [2, 2, 2]
    told = due("complaint_expected")
    site.clock.turn(minutes=75)
    assert due("complaint_expected") == told[1:]  # the other is told as one that was not kept


def line(site: Site, who: Member, language: str = "en") -> str:
    """The page of everybody who answers complaints."""
    answer = site.client.get(
        "/desk/complaints", headers={"Accept-Language": language, "Cookie": f"qc_desk={who.token}"}
    )
    assert answer.status_code == 200, answer.text
    return answer.text


def later(site: Site, case: Case, who: Member, complaint: dict[str, Any], *, hours: int) -> datetime:
    """The customer is told a time, which is returned in the market's zone."""
    expected_at = (site.clock() + timedelta(hours=hours)).astimezone(ZoneInfo("Asia/Shanghai"))
    document = {"what": "delay", "words": "the workshop answers first", "expected_at": expected_at.isoformat()}
    path = f"/complaints/{complaint['id']}/told"
    assert case.ask("POST", path, who.token, json=document, headers={"If-Match": "*"}).status_code == 200
    return expected_at


def card(site: Site, case: Case, language: str) -> str:
    """The complaint on the page of its customer."""
    asked = {"Accept-Language": language, "Cookie": f"qc_claim={case.token}"}
    own = site.client.get(f"/c/{case.id}", headers=asked).text
    title = Texts.load(language).sentences["customer_page.complain.yours"]
    return own.partition(f"<h2>{title}")[2].partition("</section>")[0]


def moment(at: datetime, language: str) -> str:
    """As the pages write it."""
    return (
        Texts.load(language)
        .sentences["page.moment"]
        .format(year=at.year, month=at.month, day=at.day, time=f"{at:%H:%M}")
    )
