"""Lists that grow are read page by page on both databases: each row once, in one order, the last page without more."""

from datetime import timedelta
from uuid import UUID

import pytest
from pages_of_lists import pages
from sites import Case, Site

from claims.follow_up import FollowUp, FollowUpKind
from claims.ids import new_id
from claims.outbox import Notification
from claims.repository import follow_ups, outbox
from claims.states import Node, PublicState, Role
from model.notes import Note

MANY = 5
NAMES = ("b", "a", "D", "c d", "é")


@pytest.fixture
def admin(site: Site) -> str:
    return site.staff(Role.ADMIN)


@pytest.fixture
def app(site: Site, admin: str) -> str:
    """One of several; it has keys and receivers, whose messages all failed at the same moment."""
    made = [site.ask("POST", "/v1/admin/apps", admin, json={"name": name}).json()["id"] for name in NAMES]
    for _ in range(MANY):
        assert site.ask("POST", f"/v1/admin/apps/{made[0]}/keys", admin, json={}).status_code == 201
        receiver = {"url": "https://8.8.8.8/hook"}
        assert site.ask("POST", f"/v1/admin/apps/{made[0]}/webhooks", admin, json=receiver).status_code == 201
    return str(made[0])


@pytest.fixture
def letters(site: Site, case: Case, app: str) -> list[str]:
    """Dead letters, the latest first."""
    at = site.clock()
    with site.house.books.writing() as book:
        for hook in outbox.webhooks_of(book, UUID(app)):
            node, state = Node.ASSESSED, PublicState.ASSESSED
            told = Notification(id=new_id(at), claim=case.now()["number"], node=node, state=state, at=at)
            outbox.put(book, UUID(case.id), told, hook.id, at=at)
        taken = outbox.take(book, at=at, lease=timedelta(0))
        for number, delivery in enumerate(taken):
            given_up = at + timedelta(seconds=number // 2)
            outbox.failed(book, delivery, "webhook.unreachable", at=given_up, again=None)
        return [str(one.id) for one in outbox.dead_letters(book)]


@pytest.fixture
def calls(site: Site, case: Case) -> int:
    """Calls of several cases, all due at the same moment five days ahead."""
    due_at, task = site.clock() + timedelta(days=5), Note("follow_up.after_submission")
    due = FollowUp(kind=FollowUpKind.AFTER_SUBMISSION, due_at=due_at, task=task)
    claims = [case, *(site.case() for _ in range(MANY - 1))]
    with site.house.books.writing() as book:
        for claim in claims:
            follow_ups.add(book, UUID(claim.id), [due], at=site.clock())
    return MANY


def walk(site: Site, path: str, token: str, least: int = MANY) -> list[str]:
    """The ids of a list, which is the same by pages of two and as a whole."""
    few = pages(site, f"{path}limit=2", token)
    assert {len(one) for one in few[:-1]} <= {2}
    assert 1 <= len(few[-1]) <= 2
    [whole] = pages(site, f"{path}limit=100", token)
    assert [row for one in few for row in one] == whole
    ids = [row["id"] for row in whole]
    assert len(set(ids)) == len(ids) >= least
    return ids


def test_people_and_apps(site: Site, admin: str, app: str) -> None:
    people = [admin, *(site.staff(Role.JUNIOR) for _ in range(MANY))]
    ids = walk(site, "/v1/admin/people?", admin, least=len(people))
    assert ids == sorted(ids)
    walk(site, "/v1/admin/apps?", admin, least=len(NAMES))
    walk(site, f"/v1/admin/apps/{app}/keys?", admin)
    walk(site, f"/v1/admin/apps/{app}/webhooks?", admin)


@pytest.mark.usefixtures("app")
def test_apps_stand_by_name_on_every_page(site: Site, admin: str) -> None:
    names = [one["name"] for page in pages(site, "/v1/admin/apps?limit=1", admin) for one in page]
    assert set(NAMES) < set(names)
    assert names.index("a") < names.index("b") < names.index("c d")


def test_what_belongs_to_another_app_is_on_no_page(site: Site, admin: str, app: str) -> None:
    other = site.ask("POST", "/v1/admin/apps", admin, json={"name": "other"}).json()["id"]
    for kind in ("keys", "webhooks"):
        own = walk(site, f"/v1/admin/apps/{app}/{kind}?", admin)
        assert pages(site, f"/v1/admin/apps/{other}/{kind}?cursor={own[0]}", admin) == [[]]


def test_dead_letters_the_latest_first(site: Site, admin: str, letters: list[str]) -> None:
    assert walk(site, "/v1/admin/dead-letters?", admin) == letters
    [first, *_] = pages(site, "/v1/admin/dead-letters?limit=2", admin)
    answer = site.ask("GET", "/v1/admin/dead-letters?limit=2", admin)
    behind = answer.headers["Link"].partition(">")[0].removeprefix("<")
    for letter in first:
        assert site.ask("POST", f"/v1/admin/dead-letters/{letter['id']}/revive", admin).status_code == 204
    assert [one["id"] for one in site.ask("GET", behind, admin).json()] == letters[2:4]


def test_calls_that_are_due_at_the_same_moment(site: Site, calls: int) -> None:
    walk(site, "/v1/follow-ups?days=10&", site.staff(Role.FRONT_LINE), least=calls)


def test_complaints_that_wait_and_those_that_are_over(site: Site, case: Case) -> None:
    front = site.staff(Role.FRONT_LINE)
    for _ in range(MANY):
        assert case.ask("POST", "/complaints", json={"words": "x"}).status_code == 200
    ids = walk(site, "/v1/complaints?", front)
    for one in ids:
        solve = {"json": {"how": "explained", "words": "line by line"}, "headers": {"If-Match": "*"}}
        assert case.ask("POST", f"/complaints/{one}/solve", front, **solve).status_code == 200
    assert sorted(walk(site, "/v1/complaints?open=false&", front)) == sorted(ids)


@pytest.mark.parametrize("path", ["/v1/admin/people", "/v1/admin/apps", "/v1/admin/dead-letters", "/v1/follow-ups"])
@pytest.mark.parametrize("wrong", ["limit=0", "limit=201", "cursor=nonsense", "cursor=bnVsbA", "limit=x"])
def test_a_page_that_is_none_is_refused(site: Site, path: str, wrong: str) -> None:
    token = site.staff(Role.FRONT_LINE if path == "/v1/follow-ups" else Role.ADMIN)
    answer = site.ask("GET", f"{path}?{wrong}", token)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
