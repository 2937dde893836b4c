"""One administrator alone changes no policy, with however many accounts."""

from importlib.resources import files
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sites import Site

from claims.audit import Thing, ThingKind
from claims.desk import staff
from claims.desk.console import Console
from claims.passwords import Passwords
from claims.repository import audit, people
from claims.states import Role

POLICY = files("data").joinpath("rules", "triage.yaml").read_text("utf-8")
PASSWORD = "four words of my own"  # noqa: S105 - of nobody
CHANGED = "four words of somebody else"
OWN = "five words of my very own"
ANY = {"If-Match": "*"}


@pytest.fixture
def roots(site: Site) -> tuple[str, str]:
    """Two administrators whom the operator let in."""
    return site.staff(Role.ADMIN), site.staff(Role.ADMIN)


def let_in(site: Site, by: str, login: str, role: str = "admin") -> str:
    made = site.ask(
        "POST", "/v1/admin/people", by, json={"login": login, "name": login, "role": role, "password": PASSWORD}
    )
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def signed_in(site: Site, login: str, password: str = PASSWORD) -> str:
    """By a password that an administrator chose the person has to choose another, which changes nothing."""
    new = {} if password == OWN else {"new": OWN}
    answer = site.ask("POST", "/v1/session", json={"login": login, "password": password, **new})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def proposed(site: Site, by: str) -> str:
    answer = site.ask("POST", "/v1/proposals", by, json={"kind": "policy", "content": f"{POLICY}# {by[-8:]}\n"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def approve(site: Site, by: str, proposal: str) -> httpx2.Response:
    return site.ask("POST", f"/v1/proposals/{proposal}/approve", by)


def refused(answer: httpx2.Response) -> bool:
    return (answer.status_code, answer.json().get("code")) == (403, "rights.same_line")


def reset(site: Site, by: str, person: str, password: str = CHANGED) -> None:
    path = f"/v1/admin/people/{person}/password"
    assert site.ask("POST", path, by, json={"password": password}, headers=ANY).status_code == 204


def test_an_account_of_ones_own_making_does_not_approve(site: Site, roots: tuple[str, str]) -> None:
    root, other = roots
    let_in(site, root, "second")
    second = signed_in(site, "second")
    proposal = proposed(site, root)
    assert refused(approve(site, second, proposal))
    with site.house.books.reading() as book:
        log = audit.about(book, Thing(ThingKind.PROPOSAL, UUID(proposal)))
    assert [entry.action for entry in log] == ["propose_policy", "rights.same_line"]
    assert approve(site, other, proposal).status_code == 200


def test_nor_does_it_propose_for_its_maker(site: Site, roots: tuple[str, str]) -> None:
    root, other = roots
    let_in(site, root, "second")
    proposal = proposed(site, signed_in(site, "second"))
    assert refused(approve(site, root, proposal))
    assert approve(site, other, proposal).status_code == 200


def test_nor_do_two_of_one_maker_agree(site: Site, roots: tuple[str, str]) -> None:
    """Also not one that the other of them let in."""
    let_in(site, roots[0], "second")
    let_in(site, signed_in(site, "second"), "third")
    let_in(site, roots[0], "fourth")
    proposal = proposed(site, signed_in(site, "fourth"))
    assert refused(approve(site, signed_in(site, "third"), proposal))


def test_whose_password_was_reset_is_no_second_person(site: Site, roots: tuple[str, str]) -> None:
    root, other = roots
    colleague = let_in(site, other, "colleague")
    proposal = proposed(site, root)
    reset(site, root, colleague)
    assert refused(approve(site, signed_in(site, "colleague", CHANGED), proposal))
    reset(site, other, colleague, PASSWORD)
    assert approve(site, signed_in(site, "colleague"), proposal).status_code == 200


def test_whose_role_was_given_is_no_second_person(site: Site, roots: tuple[str, str]) -> None:
    root, other = roots
    colleague = let_in(site, other, "colleague", "auditor")
    proposal = proposed(site, root)
    path = f"/v1/admin/people/{colleague}"
    assert site.ask("PATCH", path, root, json={"role": "admin"}, headers=ANY).status_code == 200
    assert refused(approve(site, signed_in(site, "colleague"), proposal))
    assert site.ask("PATCH", path, other, json={"role": "admin"}, headers=ANY).status_code == 200
    assert approve(site, signed_in(site, "colleague", OWN), proposal).status_code == 200


def test_what_was_proposed_with_an_account_stays_with_who_had_it(site: Site, roots: tuple[str, str]) -> None:
    """Proposed as somebody else, before that account was given back to them."""
    root, other = roots
    colleague = let_in(site, other, "colleague")
    reset(site, root, colleague)
    proposal = proposed(site, signed_in(site, "colleague", CHANGED))
    reset(site, other, colleague, PASSWORD)
    assert refused(approve(site, root, proposal))


def test_what_the_operator_does_stands_behind_nobody(site: Site, roots: tuple[str, str]) -> None:
    root, _ = roots
    second = UUID(let_in(site, root, "second"))
    proposal = proposed(site, root)
    with Console.open(site.house.books, site.clock()) as console:
        staff.reset_password(console, second, Passwords(memory_kib=64, passes=1).hash(CHANGED))
        staff.set_rights(console, second, role=Role.ADMIN)
    with site.house.books.reading() as book:
        found: Any = people.get(book, second)
    assert found.line == {second}
    assert approve(site, signed_in(site, "second", CHANGED), proposal).status_code == 200
