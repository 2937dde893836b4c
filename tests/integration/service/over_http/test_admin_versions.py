"""Two administrators and one person, app or receiver: ``ETag`` on what is read, ``If-Match`` on what is changed."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillAtIt
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sites import Site

from claims.desk import app_access, receivers
from claims.desk.console import Console
from claims.ids import new_id
from claims.repository import people
from claims.states import Role

PERSON = {"name": "李娜", "role": "junior", "password": "four words of my own"}
MOVED = (412, "storage.moved")


@dataclass(frozen=True)
class Thing:
    """What two administrators may change: how it was made, where it is, and two changes to it."""

    site: Site
    admin: str
    made: httpx2.Response
    path: str
    changes: tuple[dict[str, Any], dict[str, Any]]

    def read(self, **headers: str) -> httpx2.Response:
        return self.site.ask("GET", self.path, self.admin, headers=headers)

    def change(self, tag: str | None, number: int = 0, by: str | None = None) -> httpx2.Response:
        headers = {} if tag is None else {"If-Match": tag}
        return self.site.ask("PATCH", self.path, by or self.admin, json=self.changes[number], headers=headers)

    @property
    def listed(self) -> Any:
        """The same, as its list tells it."""
        rows = self.site.ask("GET", self.path.rpartition("/")[0], self.admin).json()
        return next(row for row in rows if row["id"] == self.made.json()["id"])


def _made(site: Site, admin: str, path: str, document: dict[str, Any], *changes: dict[str, Any]) -> Thing:
    made = site.ask("POST", path, admin, json=document)
    assert made.status_code == 201, made.text
    first, second = changes or ({"active": False}, {"active": True})
    return Thing(site, admin, made, f"{path}/{made.json()['id']}", (first, second))


def person(site: Site, admin: str) -> Thing:
    asked = {"login": uuid4().hex, **PERSON}
    return _made(site, admin, "/v1/admin/people", asked, {"role": "senior"}, {"active": False})


def app(site: Site, admin: str) -> Thing:
    return _made(site, admin, "/v1/admin/apps", {"name": uuid4().hex})


def receiver(site: Site, admin: str) -> Thing:
    return _made(site, admin, f"{app(site, admin).path}/webhooks", {"url": "https://8.8.8.8/hook"})


@pytest.fixture
def admin(site: Site) -> str:
    return site.staff(Role.ADMIN)


@pytest.fixture(params=[person, app, receiver], ids=lambda make: str(make.__name__))
def thing(request: pytest.FixtureRequest, site: Site, admin: str) -> Thing:
    make: Callable[[Site, str], Thing] = request.param
    return make(site, admin)


def outcome(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_one_is_read_with_its_version_and_not_again(thing: Thing) -> None:
    read = thing.read()
    shown = {name: value for name, value in thing.made.json().items() if name != "secret"}
    assert (read.status_code, read.json(), thing.listed) == (200, shown, shown)
    assert read.headers["ETag"].startswith(f'"{shown["version"]}.')
    assert thing.made.headers["ETag"] == read.headers["ETag"]
    known = thing.read(**{"If-None-Match": read.headers["ETag"]})
    assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", read.headers["ETag"])


def test_whoever_changes_it_says_what_they_have_seen(thing: Thing) -> None:
    before = thing.read()
    assert outcome(thing.change(None)) == (428, "request.precondition_needed")
    version = before.json()["version"]
    for tag in (f'"{"0" * 16}"', f'W/"{version}"', version, '"1"', "x", f'"{version[:-1]}"'):
        assert outcome(thing.change(tag)) == MOVED, tag
    assert thing.read().headers["ETag"] == before.headers["ETag"]
    changed = thing.change(f'"{thing.listed["version"]}"')
    assert changed.status_code == 200, changed.text
    assert changed.json() == thing.listed


def test_what_somebody_has_seen_no_longer_counts_once_another_has_changed_it(site: Site, thing: Thing) -> None:
    tag = thing.made.headers["ETag"]
    first = thing.change(tag, by=site.staff(Role.ADMIN))
    assert (first.status_code, first.headers["ETag"]) == (200, thing.read().headers["ETag"])
    assert outcome(thing.change(tag, 1)) == MOVED
    assert thing.read().json() == first.json()
    second = thing.change(first.headers["ETag"], 1)
    assert (second.status_code, second.headers["ETag"]) == (200, thing.read().headers["ETag"])
    assert thing.change("*").status_code == 200


def test_of_two_at_once_one_changes_it(site: Site, thing: Thing) -> None:
    admins, tag = [site.staff(Role.ADMIN) for _ in range(6)], thing.read().headers["ETag"]
    with ThreadPoolExecutor(len(admins)) as pool:
        answers = list(pool.map(lambda by: thing.change(tag, by=by), admins))
    assert sorted(one.status_code for one in answers) == [200, *[412] * 5]
    [won] = [one for one in answers if one.status_code == 200]
    assert thing.read().headers["ETag"] == won.headers["ETag"]


def test_who_may_not_is_told_so_before_anything_else(site: Site, thing: Thing) -> None:
    junior = site.staff(Role.JUNIOR)
    for method in ("GET", "PATCH"):
        given = {"json": thing.changes[0]} if method == "PATCH" else {}
        assert outcome(site.ask(method, thing.path, junior, **given)) == (403, "rights.forbidden")
        elsewhere = thing.path.replace(thing.made.json()["id"], str(UUID(int=7)))
        assert outcome(site.ask(method, elsewhere, thing.admin, **given)) == (404, "rights.not_found")


def test_oneself_is_read_and_not_changed(site: Site) -> None:
    me = new_id(site.clock())
    admin = site.staff(Role.ADMIN, me)
    path = f"/v1/admin/people/{me}"
    assert site.ask("GET", path, admin).json()["role"] == "admin"
    assert outcome(site.ask("PATCH", path, admin, json={"active": True})) == (403, "rights.same_person")


def test_whoever_gives_the_role_anew_changes_it_too(site: Site, admin: str) -> None:
    """They are the ones who answer for it from then on."""
    thing = person(site, admin)
    tag, same = thing.read().headers["ETag"], {"json": {"role": "junior"}}
    given = site.ask("PATCH", thing.path, site.staff(Role.ADMIN), headers={"If-Match": tag}, **same)
    assert (given.status_code, given.json()["role"]) == (200, "junior")
    assert outcome(thing.change(tag)) == MOVED


def test_nobody_keeps_others_from_changing_their_rights_by_what_they_do_themselves(site: Site, admin: str) -> None:
    thing = person(site, admin)
    read, who = thing.read(), UUID(thing.made.json()["id"])
    with site.house.books.writing() as book:
        people.logged_in(book, who, at=site.clock())
        people.logged_out(book, who)
        people.set_password(book, who, "another hash")
    assert thing.read(**{"If-None-Match": read.headers["ETag"]}).json()["signed_in_at"] is not None
    assert thing.change(read.headers["ETag"], 1).json()["active"] is False


def test_a_secret_is_replaced_by_whoever_knows_the_last_change(site: Site, admin: str) -> None:
    thing = receiver(site, admin)
    path, tag = f"{thing.path}/secret", thing.made.headers["ETag"]
    asked = {"json": {"keep_old": False}}
    assert outcome(site.ask("POST", path, admin, **asked)) == (428, "request.precondition_needed")
    named = {"If-Match": tag, "Idempotency-Key": "fresh"}
    first, again = (site.ask("POST", path, admin, headers=named, **asked) for _ in range(2))
    assert (first.status_code, again.content, again.headers["ETag"]) == (201, first.content, first.headers["ETag"])
    assert first.headers["ETag"] == thing.read().headers["ETag"] != tag
    other = site.ask("POST", path, site.staff(Role.ADMIN), headers={"If-Match": tag}, **asked)
    assert outcome(other) == outcome(thing.change(tag)) == MOVED
    assert thing.change(first.headers["ETag"]).status_code == 200


def meanwhile(site: Site, first: Callable[[Console], object], second: Callable[[Console], object]) -> None:
    """``second`` begins before ``first`` is committed."""

    def later() -> None:
        with Console.open(site.house.books, site.clock()) as console:
            second(console)

    with ThreadPoolExecutor(1) as pool:
        with Console.open(site.house.books, site.clock()) as console:
            first(console)
            waiting: Future[None] = pool.submit(later)
            with pytest.raises(StillAtIt):
                waiting.result(timeout=0.5)
        waiting.result()


def test_a_receiver_that_is_stopped_meanwhile_has_its_fresh_secret(site: Site, admin: str) -> None:
    thing = receiver(site, admin)
    owner, hook = UUID(thing.path.split("/")[4]), UUID(thing.made.json()["id"])
    meanwhile(
        site,
        lambda desk: receivers.replace_secret(desk, owner, hook, keep_old=True),
        lambda desk: receivers.set_active(desk, owner, hook, active=False),
    )
    assert (thing.read().json()["secrets"], thing.read().json()["active"]) == (2, False)


def test_an_app_that_is_shut_out_meanwhile_is_let_in_by_whoever_comes_later(site: Site, admin: str) -> None:
    owner = UUID(app(site, admin).made.json()["id"])
    meanwhile(
        site,
        lambda desk: app_access.set_active(desk, owner, active=False),
        lambda desk: app_access.set_active(desk, owner, active=True),
    )
    with site.house.books.reading() as book:
        assert app_access.managed(Console(book, site.clock()), owner).active
