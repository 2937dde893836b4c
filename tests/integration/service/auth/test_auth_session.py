"""Signing in with a password, going on, signing out; and what wrong passwords cost."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from claims.audit import Thing, ThingKind
from claims.ids import new_id
from claims.repository import apps, audit, people
from claims.repository.apps import ClaimToken
from claims.repository.book import Books
from claims.repository.claims import Claim
from claims.repository.people import Person
from claims.states import Role
from claims.tokens import new_token

from .conftest import AT, CHEAP, PASSWORD, PROVIDER, Provider, Site

WRONG = "not the password at all"


def told(books: Books, person: Person) -> list[str]:
    """What the log says about somebody."""
    with books.reading() as book:
        assert audit.verify(book) == ()
        return [entry.action for entry in audit.about(book, Thing(ThingKind.PERSON, person.id))]


def without_id(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name != "request_id"}


# --- a sign-in ------------------------------------------------------------------------------------------------------


def test_a_password_becomes_a_token_that_ends_soon(site: Site, books: Books, add_staff: Callable[..., Person]) -> None:
    person = add_staff("li.na", Role.SENIOR)
    answer = site.sign_in("li.na")
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    shown = answer.json()
    assert (shown["token_type"], shown["person"], shown["role"]) == ("Bearer", str(person.id), "senior")
    expires = datetime.fromisoformat(shown["expires_at"])
    assert timedelta(minutes=14) < expires - AT <= timedelta(minutes=15)
    assert site.who(shown["token"])["actor"] == f"staff:{person.id}"
    site.clock.turn(minutes=16)
    assert site.who(shown["token"])["code"] == "rights.token_expired"
    assert told(books, person) == ["signed_in"]


def test_a_login_has_one_spelling(site: Site, add_staff: Callable[..., Person]) -> None:
    add_staff("li.na")
    assert site.sign_in("  Li.NA ").status_code == 201


def test_a_hash_of_lower_cost_is_replaced(site: Site, books: Books, add_staff: Callable[..., Person]) -> None:
    older = type(CHEAP)(memory_kib=32, passes=1).hash(PASSWORD)
    person = add_staff(password=older)
    token = site.token("li.na")
    with books.reading() as book:
        found = people.get(book, person.id)
    assert found is not None
    assert found.password not in {older, None}
    assert found.rights_version == person.rights_version
    assert site.who(token)["role"] == "admin"
    assert site.sign_in("li.na").status_code == 201


@pytest.mark.parametrize("wrong", ["password", "login", "inactive", "provider"])
def test_whatever_is_wrong_gets_the_same_answer(site: Site, add_staff: Callable[..., Person], wrong: str) -> None:
    add_staff("li.na")
    add_staff("gone", active=False)
    add_staff("f:1", issuer=PROVIDER, password=None)
    login = {"password": "li.na", "login": "nobody", "inactive": "gone", "provider": "f:1"}[wrong]
    answer = site.sign_in(login, WRONG if wrong == "password" else PASSWORD)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="quickclaim"'
    assert without_id(answer) == {
        "type": "/problems#rights.credentials",
        "title": "This login and password do not go together",
        "status": 401,
        "detail": "Please check both and try again.",
        "instance": "/v1/session",
        "code": "rights.credentials",
    }


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"login": "li.na"},
        {"login": "", "password": "x"},
        {"login": "li.na", "password": "x" * 1025},
        {"login": "li\u0000na", "password": "x"},
        {"login": "li.na", "password": "x", "role": "admin"},
        ["li.na", "x"],
    ],
)
def test_a_document_that_is_none_repeats_nothing(site: Site, document: object) -> None:
    answer = site.ask("POST", "/v1/session", json=document)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert "x" * 9 not in answer.text


def test_neither_login_nor_password_is_logged(
    site: Site, add_staff: Callable[..., Person], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    add_staff("zhang.wei")
    site.token("zhang.wei")
    site.sign_in("zhang.wei", WRONG)
    site.sign_in("wang.fang", WRONG)
    kept = [str(vars(record)) for record in caplog.records]
    for word in ("zhang.wei", "wang.fang", "李娜", PASSWORD, WRONG):
        assert not [line for line in kept if word in line]


# --- wrong passwords ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["li.na", "nobody"])
def test_wrong_passwords_lock_for_longer_each_time(site: Site, add_staff: Callable[..., Person], login: str) -> None:
    """The same for a login that does not exist: what is answered does not tell which do."""
    add_staff("li.na")
    waits = []
    for _ in range(10):
        while site.sign_in(login, WRONG).status_code == 401:
            continue
        locked = site.sign_in(login, WRONG)
        assert (locked.status_code, locked.json()["code"]) == (429, "rights.locked")
        waits.append(int(locked.headers["retry-after"]))
        site.clock.turn(seconds=waits[-1] - 1)
        assert site.sign_in(login, WRONG).status_code == 429
        site.clock.turn(seconds=1)
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900, 900, 900]


def test_the_right_password_waits_too_and_then_clears_everything(
    site: Site, books: Books, add_staff: Callable[..., Person]
) -> None:
    person = add_staff("li.na")
    for _ in range(5):
        assert site.sign_in("li.na", WRONG).status_code == 401
    locked = site.sign_in("li.na")
    assert locked.status_code == 429
    assert locked.json()["detail"].startswith("Please try again in 1 min.")
    site.clock.turn(seconds=30)
    assert site.sign_in("li.na").status_code == 201
    for _ in range(4):
        assert site.sign_in("li.na", WRONG).status_code == 401
    assert site.sign_in("li.na").status_code == 201
    assert told(books, person) == ["rights.locked", "signed_in", "signed_in"]


def test_a_lock_outlives_the_process(
    site: Site, open_site: Callable[..., Site], add_staff: Callable[..., Person]
) -> None:
    add_staff("li.na")
    for _ in range(5):
        site.sign_in("li.na", WRONG)
    site.client.__exit__(None, None, None)
    assert open_site().sign_in("li.na").status_code == 429


def test_a_lock_does_not_end_a_session(site: Site, add_staff: Callable[..., Person]) -> None:
    add_staff("li.na")
    token = site.token("li.na")
    for _ in range(5):
        site.sign_in("li.na", WRONG)
    assert site.ask("POST", "/v1/session/renew", token).status_code == 201


def test_many_guesses_at_once_count_one_by_one(site: Site, add_staff: Callable[..., Person]) -> None:
    """At most as many slip past the lock as are looked at together."""
    add_staff("li.na")
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda _: site.sign_in("li.na", WRONG).status_code, range(12)))
    assert set(answers) == {401, 429}
    assert 5 <= answers.count(401) <= 6


def test_logins_from_one_address_are_limited(open_site: Callable[..., Site]) -> None:
    site = open_site(rate_login=3)
    answers = [site.sign_in(f"somebody-{number}") for number in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert answers[-1].json()["code"] == "request.too_many"
    assert int(answers[-1].headers["retry-after"]) > 0


# --- going on and signing out ---------------------------------------------------------------------------------------


def test_a_session_goes_on(site: Site, add_staff: Callable[..., Person]) -> None:
    add_staff("li.na")
    first = site.token("li.na")
    site.clock.turn(minutes=10)
    renewed = site.ask("POST", "/v1/session/renew", first).json()
    assert site.who(first)["role"] == site.who(renewed["token"])["role"] == "admin"
    site.clock.turn(minutes=10)
    assert site.ask("POST", "/v1/session/renew", first).json()["code"] == "rights.token_expired"
    assert site.who(renewed["token"])["role"] == "admin"


def test_a_session_that_is_renewed_for_ever_ends_after_twelve_hours(
    site: Site, add_staff: Callable[..., Person]
) -> None:
    add_staff("li.na")
    token = site.token("li.na")
    for _ in range(71):
        site.clock.turn(minutes=10)
        token = site.ask("POST", "/v1/session/renew", token).json()["token"]
    site.clock.turn(minutes=10)
    assert site.ask("POST", "/v1/session/renew", token).json()["code"] == "rights.token_expired"
    site.clock.turn(minutes=1)
    assert site.ask("POST", "/v1/session/renew", token).json()["code"] == "rights.token_expired"


def test_signing_out_ends_every_token(site: Site, books: Books, add_staff: Callable[..., Person]) -> None:
    person = add_staff("li.na")
    one, other = site.token("li.na"), site.token("li.na")
    assert site.ask("DELETE", "/v1/session", one).status_code == 204
    for token in (one, other):
        assert site.ask("POST", "/v1/session/renew", token).json()["code"] == "rights.token_revoked"
    assert site.who(site.token("li.na"))["role"] == "admin"
    assert told(books, person) == ["signed_in", "signed_in", "signed_out", "signed_in"]


def test_whoever_signed_in_elsewhere_signs_out_there(
    site: Site, provider: Provider, add_staff: Callable[..., Person]
) -> None:
    add_staff("f:1", Role.SENIOR, issuer=PROVIDER, password=None)
    token = provider.token(AT)
    change = {"old": PASSWORD, "new": "four other words"}
    for answer in (
        site.ask("POST", "/v1/session/renew", token),
        site.ask("DELETE", "/v1/session", token),
        site.ask("POST", "/v1/session/password", token, json=change),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "rights.signed_in_elsewhere")


# --- one's own password ---------------------------------------------------------------------------------------------


def change(site: Site, token: str, old: str, new: str) -> Any:
    return site.ask("POST", "/v1/session/password", token, json={"old": old, "new": new})


def test_a_password_is_changed_by_its_owner(site: Site, books: Books, add_staff: Callable[..., Person]) -> None:
    person = add_staff("li.na")
    mine, forgotten = site.token("li.na"), site.token("li.na")
    changed = change(site, mine, PASSWORD, "four other words")
    assert changed.status_code == 201
    assert site.who(forgotten)["code"] == site.who(mine)["code"] == "rights.token_revoked"
    assert site.who(changed.json()["token"])["role"] == "admin"
    assert site.sign_in("li.na").status_code == 401
    assert site.sign_in("li.na", "four other words").status_code == 201
    assert told(books, person) == ["signed_in", "signed_in", "password_changed", "signed_in"]


def test_a_new_password_is_long_enough(site: Site, add_staff: Callable[..., Person]) -> None:
    add_staff("li.na")
    token = site.token("li.na")
    for new, code in (("short", "rights.password_too_short"), ("x" * 300, "rights.password_too_long")):
        answer = change(site, token, PASSWORD, new)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert site.who(token)["role"] == "admin"


def test_guessing_with_a_stolen_token_locks_too(site: Site, add_staff: Callable[..., Person]) -> None:
    add_staff("li.na")
    token = site.token("li.na")
    for _ in range(5):
        answer = change(site, token, WRONG, "four other words")
        assert (answer.status_code, answer.json()["code"]) == (403, "rights.password_wrong")
    answer = change(site, token, PASSWORD, "four other words")
    assert (answer.status_code, answer.json()["code"]) == (429, "rights.locked")


def test_a_customer_has_no_session(site: Site, add_claim: Callable[..., Claim]) -> None:
    claim, issued = add_claim(), new_token()
    with site.books.writing() as book:
        apps.add_token(book, ClaimToken(id=new_id(AT), claim=claim.id, digest=issued.digest, made_at=AT))
    answer = site.ask("POST", "/v1/session/renew", issued.text)
    assert (answer.status_code, answer.json()["code"]) == (403, "rights.forbidden")
