"""What is shown to get in: tokens of claims, keys of apps, tokens of staff; and everything that looks like them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from claims.bearer import OwnIssuer, issue
from claims.ids import new_id
from claims.keys import Keys, Ring
from claims.repository import apps, people
from claims.repository.apps import App, AppKey, ClaimToken
from claims.repository.book import Books
from claims.repository.claims import Claim
from claims.repository.people import Person
from claims.states import Role
from claims.tokens import new_api_key, new_token

from .conftest import AT, PROVIDER, Provider, Site

NOBODY = UUID(int=404)


@pytest.fixture
def claim_token(books: Books, add_claim: Callable[..., Claim]) -> Callable[..., tuple[str, UUID]]:
    """The text of a token, and the claim that it opens."""

    def make(**changes: Any) -> tuple[str, UUID]:
        claim, issued = add_claim(), new_token()
        token = ClaimToken(id=new_id(AT), claim=claim.id, digest=issued.digest, made_at=AT)
        with books.writing() as book:
            apps.add_token(book, replace(token, **changes))
        return issued.text, claim.id

    return make


@pytest.fixture
def app_key(books: Books) -> Callable[..., tuple[str, App, AppKey]]:
    """The text of a key, with its app."""

    def make(**changes: Any) -> tuple[str, App, AppKey]:
        issued = new_api_key()
        app = App(id=new_id(AT), name=f"app {issued.prefix}", made_at=AT)
        key = AppKey(id=new_id(AT), app=app.id, prefix=issued.prefix, digest=issued.digest, made_at=AT)
        with books.writing() as book:
            assert apps.add(book, app)
            apps.add_key(book, replace(key, **changes))
        return issued.text, app, key

    return make


def own_token(keys: Keys, person: Person, version: int = 1, **by: Any) -> str:
    issuer = OwnIssuer(name="quickclaim", audience="quickclaim", ring=by.pop("ring", keys.bearer), **by)
    return issue(person.id, person.role, version, at=AT, by=issuer)


# --- who comes in ---------------------------------------------------------------------------------------------------


def test_the_customer_of_one_claim(site: Site, claim_token: Callable[..., tuple[str, UUID]]) -> None:
    text, claim = claim_token()
    found = site.who(text)
    assert found["role"] == "customer"
    assert found["claim"] == str(claim)
    assert found["actor"].startswith("customer:")


def test_an_app_by_any_of_its_keys(site: Site, app_key: Callable[..., tuple[str, App, AppKey]]) -> None:
    text, app, _ = app_key()
    assert site.who(text) == {"actor": f"app:{app.id}", "role": "app", "claim": ""}


def test_one_of_the_staff(site: Site, keys: Keys, add_staff: Callable[..., Person]) -> None:
    person = add_staff(role=Role.JUNIOR)
    assert site.who(own_token(keys, person)) == {"actor": f"staff:{person.id}", "role": "junior", "claim": ""}


def test_somebody_whom_the_identity_provider_vouches_for(
    site: Site, provider: Provider, add_staff: Callable[..., Person]
) -> None:
    person = add_staff("f:1", Role.SENIOR, issuer=PROVIDER, password=None)
    assert site.who(provider.token(AT))["actor"] == f"staff:{person.id}"


def test_nobody_need_be_known_where_nobody_is_asked_for(site: Site) -> None:
    assert site.ask("GET", "/test/maybe").json() == {"actor": "nobody"}
    assert site.ask("GET", "/test/maybe", "wrong").json()["code"] == "rights.token_invalid"


def test_where_somebody_is_asked_for_nothing_is_told_to_show_something(site: Site) -> None:
    answer = site.ask("GET", "/test/who")
    assert (answer.status_code, answer.json()["code"]) == (401, "rights.who")
    assert answer.headers["www-authenticate"] == 'Bearer realm="quickclaim"'


# --- everything that is wrong ---------------------------------------------------------------------------------------


def unsigned(person: Person) -> str:
    now = int(AT.timestamp())
    told = {"iss": "quickclaim", "aud": "quickclaim", "sub": str(person.id), "role": "admin", "ver": 1}
    return jwt.encode({**told, "iat": now, "exp": now + 60}, None, algorithm="none")


@pytest.mark.parametrize("kind", ["nonsense", "empty", "claim", "prefix", "secret", "none", "ring", "nobody", "issuer"])
def test_every_wrong_token_gets_the_same_answer(
    site: Site,
    keys: Keys,
    provider: Provider,
    add_staff: Callable[..., Person],
    app_key: Callable[..., tuple[str, App, AppKey]],
    kind: str,
) -> None:
    person, (key, _, _) = add_staff(), app_key()
    wrong = {
        "nonsense": "let me in",
        "empty": " ",
        "claim": new_token().text,
        "prefix": new_api_key().text,
        "secret": f"{key[:16]}_{new_token().text}",
        "none": unsigned(person),
        "ring": own_token(keys, person, ring=Ring.new()),
        "nobody": own_token(keys, replace(person, id=NOBODY)),
        "issuer": provider.token(AT, iss="https://other.example"),
    }[kind]
    answer = site.ask("GET", "/test/who", wrong)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="quickclaim", error="invalid_token"'
    told = {name: value for name, value in answer.json().items() if name != "request_id"}
    assert told == {
        "type": "/problems#rights.token_invalid",
        "title": "This sign-in is not valid",
        "status": 401,
        "detail": "Please sign in again, or check the token or key that was sent.",
        "instance": "/test/who",
        "code": "rights.token_invalid",
    }


@pytest.mark.parametrize("header", ["Basic bGk6bmE=", "Bearer", "Token x", "Bearer é"])
def test_a_header_that_is_no_token(site: Site, header: str) -> None:
    answer = site.ask("GET", "/test/who", headers={"Authorization": header.encode("utf-8")})
    assert answer.json()["code"] == "rights.token_invalid"


def test_two_tokens_at_once_are_none(site: Site, claim_token: Callable[..., tuple[str, UUID]]) -> None:
    text, _ = claim_token()
    twice = [("Authorization", f"Bearer {text}"), ("Authorization", f"Bearer {text}")]
    assert site.client.get("/test/who", headers=twice).json()["code"] == "rights.token_invalid"


# --- what was right once --------------------------------------------------------------------------------------------


def test_tokens_of_claims_end(site: Site, claim_token: Callable[..., tuple[str, UUID]]) -> None:
    revoked, _ = claim_token(revoked_at=AT)
    ending, _ = claim_token(expires_at=AT + timedelta(hours=1))
    assert site.who(revoked)["code"] == "rights.token_invalid"
    assert site.who(ending)["role"] == "customer"
    site.clock.turn(hours=1)
    assert site.who(ending)["code"] == "rights.token_expired"


def test_keys_of_apps_end(site: Site, books: Books, app_key: Callable[..., tuple[str, App, AppKey]]) -> None:
    ending, app, key = app_key(expires_at=AT + timedelta(days=1))
    assert site.who(ending)["role"] == "app"
    with books.writing() as book:
        apps.set_active(book, app.id, active=False)
    assert site.who(ending)["code"] == "rights.token_invalid"
    with books.writing() as book:
        apps.set_active(book, app.id, active=True)
    site.clock.turn(days=1)
    assert site.who(ending)["code"] == "rights.token_expired"
    with books.writing() as book:
        apps.revoke_key(book, key.id, at=AT)
    assert site.who(ending)["code"] == "rights.token_invalid"


def test_tokens_of_staff_end_with_their_time(site: Site, keys: Keys, add_staff: Callable[..., Person]) -> None:
    token = own_token(keys, add_staff())
    site.clock.turn(minutes=14)
    assert site.who(token)["role"] == "admin"
    site.clock.turn(minutes=2)
    answer = site.ask("GET", "/test/who", token)
    assert answer.json()["code"] == "rights.token_expired"
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("change", ["role", "inactive", "logout", "password"])
def test_tokens_of_staff_end_with_their_rights(
    site: Site, keys: Keys, books: Books, add_staff: Callable[..., Person], change: str
) -> None:
    person = add_staff(role=Role.SENIOR)
    token = own_token(keys, person)
    assert site.who(token)["role"] == "senior"
    with books.writing() as book:
        match change:
            case "role":
                people.set_rights(book, person.id, role=Role.JUNIOR, active=True, came_from=())
            case "inactive":
                people.set_rights(book, person.id, role=Role.SENIOR, active=False, came_from=())
            case "logout":
                people.logged_out(book, person.id)
            case "password":
                people.set_password(book, person.id, "another hash")
    assert site.who(token)["code"] == "rights.token_revoked"


def test_a_token_of_ours_for_a_role_that_the_person_does_not_have(
    site: Site, keys: Keys, add_staff: Callable[..., Person]
) -> None:
    person = add_staff(role=Role.JUNIOR)
    assert site.who(own_token(keys, replace(person, role=Role.ADMIN)))["code"] == "rights.token_revoked"


# --- an identity provider -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "somebody-else"}, "rights.token_invalid"),
        ({"sub": "f:2"}, "rights.no_role"),
        ({"role": "gardener"}, "rights.no_role"),
        ({"role": ["senior", "admin"]}, "rights.role_unclear"),
        ({"role": "admin"}, "rights.role_unclear"),
        ({"exp": int(AT.timestamp()) - 60, "iat": int(AT.timestamp()) - 600}, "rights.token_expired"),
    ],
)
def test_what_a_provider_says_has_to_fit(
    site: Site, provider: Provider, add_staff: Callable[..., Person], changes: dict[str, Any], code: str
) -> None:
    add_staff("f:1", Role.SENIOR, issuer=PROVIDER, password=None)
    answer = site.ask("GET", "/test/who", provider.token(AT, **changes))
    assert answer.json()["code"] == code
    assert answer.status_code == (403 if code in {"rights.no_role", "rights.role_unclear"} else 401)


def test_a_provider_that_signs_with_another_key(
    site: Site, provider: Provider, add_staff: Callable[..., Person]
) -> None:
    add_staff("f:1", Role.SENIOR, issuer=PROVIDER, password=None)
    forged = replace(provider, key=ec.generate_private_key(ec.SECP256R1()))
    assert site.who(forged.token(AT))["code"] == "rights.token_invalid"


def test_whoever_is_not_let_in_any_more(site: Site, provider: Provider, add_staff: Callable[..., Person]) -> None:
    add_staff("f:1", Role.SENIOR, issuer=PROVIDER, password=None, active=False)
    assert site.who(provider.token(AT))["code"] == "rights.token_revoked"


def test_a_subject_of_the_provider_is_no_login_of_ours(
    site: Site, provider: Provider, add_staff: Callable[..., Person]
) -> None:
    add_staff("f:1", Role.SENIOR)
    assert site.who(provider.token(AT))["code"] == "rights.no_role"


def test_our_key_does_not_sign_for_the_provider(site: Site, keys: Keys, add_staff: Callable[..., Person]) -> None:
    add_staff("f:1", Role.SENIOR, issuer=PROVIDER, password=None)
    now = int(AT.timestamp())
    told = {"iss": PROVIDER, "aud": "claims-desk", "sub": "f:1", "role": "senior", "iat": now, "exp": now + 60}
    ring = keys.bearer
    signer = Ed25519PrivateKey.from_private_bytes(ring.keys[ring.active])
    assert site.who(jwt.encode(told, signer, algorithm="EdDSA", headers={"kid": ring.active}))["code"] == (
        "rights.token_invalid"
    )
