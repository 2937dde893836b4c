"""Two administrators and one person, app or receiver: ``ETag`` on what is read, ``If-Match`` on what is changed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final
from uuid import UUID

import pytest
from administered import MAKERS, MOVED, Thing, outcome, person, receiver
from sites import Site

from claims.ids import new_id
from claims.repository import people
from claims.states import Role

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""What is compared is the same on both databases; ``test_admin_races.py`` is on both."""

PASSWORDS: Final = ("four other words", "five words of an administrator")


@pytest.fixture
def admin(site: Site) -> str:
    return site.staff(Role.ADMIN)


@pytest.fixture(params=MAKERS, ids=lambda make: str(make.__name__))
def thing(request: pytest.FixtureRequest, site: Site, admin: str) -> Thing:
    make: Callable[[Site, str], Thing] = request.param
    return make(site, admin)


def test_one_is_read_with_its_version_and_not_again(thing: Thing) -> None:
    read = thing.read()
    shown = {name: value for name, value in thing.made.json().items() if name != "secret"}
    assert (read.status_code, read.json(), thing.listed) == (200, shown, shown)
    assert read.headers["ETag"].startswith(f'"{shown["version"]}.')
    assert (thing.made.headers["ETag"], read.headers["Cache-Control"]) == (read.headers["ETag"], "no-store")
    known = thing.read(**{"If-None-Match": read.headers["ETag"]})
    assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", read.headers["ETag"])
    assert known.headers["Cache-Control"] == "no-store"


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


def test_a_password_is_given_by_whoever_knows_the_last_change(site: Site, admin: str) -> None:
    """Also the second time, when it is the same administrator's again."""
    thing, other = person(site, admin), site.staff(Role.ADMIN)
    assert outcome(thing.reset(None, PASSWORDS[0])) == (428, "request.precondition_needed")
    for password in PASSWORDS:
        seen = thing.read().headers["ETag"]
        assert thing.reset(seen, password).status_code == 204
        for late in (thing.reset(seen, "words of somebody else", other), thing.change(seen, by=other)):
            assert outcome(late) == MOVED
        own = {"login": thing.made.json()["login"], "password": password, "new": "words of her own choice"}
        given = thing.listed["version"]
        assert site.ask("POST", "/v1/session", json=own).status_code == 201
        assert thing.listed["version"] == given
    elsewhere = replace(thing, path=f"/v1/admin/people/{UUID(int=7)}")
    assert outcome(elsewhere.reset(None, PASSWORDS[0])) == (404, "rights.not_found")


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
