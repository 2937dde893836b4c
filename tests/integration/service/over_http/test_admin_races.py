"""Two administrators at the same moment: one of them changes a person, an app or a receiver, and nothing is lost."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillAtIt
from uuid import UUID

import pytest
from administered import MAKERS, Thing, app, person, receiver
from sites import Site
from sqlalchemy import text

from claims.desk import app_access, receivers
from claims.desk.console import Console
from claims.ids import new_id
from claims.repository import apps
from claims.repository.apps import AppKey
from claims.repository.held import held_app
from claims.states import Role


@pytest.fixture
def admin(site: Site) -> str:
    return site.staff(Role.ADMIN)


@pytest.fixture(params=MAKERS, ids=lambda make: str(make.__name__))
def thing(request: pytest.FixtureRequest, site: Site, admin: str) -> Thing:
    make: Callable[[Site, str], Thing] = request.param
    return make(site, admin)


def test_of_two_at_once_one_changes_it(site: Site, thing: Thing) -> None:
    admins, tag = [site.staff(Role.ADMIN) for _ in range(6)], thing.read().headers["ETag"]
    with ThreadPoolExecutor(len(admins)) as pool:
        answers = list(pool.map(lambda by: thing.change(tag, by=by), admins))
    assert sorted(one.status_code for one in answers) == [200, *[412] * 5]
    [won] = [one for one in answers if one.status_code == 200]
    assert thing.read().headers["ETag"] == won.headers["ETag"]


def test_of_two_at_once_one_gives_the_password(site: Site, admin: str) -> None:
    thing, admins = person(site, admin), [site.staff(Role.ADMIN) for _ in range(4)]
    tag = thing.read().headers["ETag"]
    with ThreadPoolExecutor(len(admins)) as pool:
        answers = list(pool.map(lambda one: thing.reset(tag, f"the four words {one}", admins[one]), range(4)))
    assert sorted(one.status_code for one in answers) == [204, *[412] * 3]
    [won] = [number for number, one in enumerate(answers) if one.status_code == 204]
    own = {"login": thing.made.json()["login"], "password": f"the four words {won}", "new": "words of her own"}
    assert site.ask("POST", "/v1/session", json=own).status_code == 201


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


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_an_app_gets_a_key_while_somebody_changes_it(site: Site, admin: str) -> None:
    """What only refers to a row need not wait for it; SQLite has one writer."""
    owner = UUID(app(site, admin).made.json()["id"])
    key = AppKey(id=new_id(site.clock()), app=owner, prefix="beside", digest="0" * 64, made_at=site.clock())
    with site.house.books.writing() as holding, site.house.books.writing() as beside:
        beside.connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        assert held_app(holding, owner)
        apps.add_key(beside, key)
    with site.house.books.reading() as book:
        assert apps.key_with_prefix(book, "beside") == key
