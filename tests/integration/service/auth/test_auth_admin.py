"""Administrators let people and apps in, and every change is in the log."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from claims.actors import STAFF
from claims.audit import Entry, Thing, ThingKind
from claims.ids import new_id
from claims.outbox import LEAST_SECRET_BYTES, Notification
from claims.repository import audit, outbox
from claims.repository.book import Books
from claims.repository.claims import Claim
from claims.repository.people import Person
from claims.states import Node, PublicState, Role

from .conftest import AT, PROVIDER, Provider, Site

NOBODY = UUID(int=404)
OWN = "words of her own choice"
ANY = {"If-Match": "*"}
WANG = {"login": "Wang.Fang", "name": "王芳", "role": "junior", "password": "words that she changes"}


@pytest.fixture
def admin(site: Site, add_staff: Callable[..., Person]) -> Callable[..., Any]:
    """``admin("GET", "/people")``: what an administrator is answered, under ``/v1/admin``."""
    add_staff("root", Role.ADMIN)
    token = site.token("root")
    return lambda method, path, **given: site.ask(method, f"/v1/admin{path}", token, **given)


def first_token(site: Site, password: str = WANG["password"]) -> str:
    """That of a sign-in with a password that an administrator chose, and with another of her own."""
    answer = site.sign_in("wang.fang", password, new=OWN)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def told(books: Books, thing: Thing) -> list[Entry]:
    with books.reading() as book:
        assert audit.verify(book) == ()
        return list(audit.about(book, thing))


def kinds(entries: list[Entry]) -> list[object]:
    assert {entry.action for entry in entries} <= {"manage_people", "manage_apps"}
    return [entry.facts["kind"] for entry in entries]


# --- people ---------------------------------------------------------------------------------------------------------


def test_somebody_is_let_in(site: Site, books: Books, admin: Callable[..., Any]) -> None:
    made = admin("POST", "/people", json=WANG)
    assert made.status_code == 201, made.text
    shown = made.json()
    assert (shown["login"], shown["name"], shown["role"], shown["active"]) == ("wang.fang", "王芳", "junior", True)
    assert shown["issuer"] == "quickclaim"
    assert "password" not in made.text
    listed = admin("GET", "/people")
    assert listed.headers["cache-control"] == "no-store"
    assert {one["login"] for one in listed.json()} == {"root", "wang.fang"}
    assert site.who(first_token(site))["role"] == "junior"
    entry = told(books, Thing(ThingKind.PERSON, UUID(shown["id"])))[0]
    assert dict(entry.facts) == {"kind": "person_added", "as_role": "junior"}
    assert entry.actor.startswith("staff:")


def test_a_login_is_somebodys_once(admin: Callable[..., Any]) -> None:
    assert admin("POST", "/people", json=WANG).status_code == 201
    again = admin("POST", "/people", json={**WANG, "login": "wang.fang "})
    assert (again.status_code, again.json()["code"]) == (409, "rights.login_taken")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"role": "customer"}, "request.invalid"),
        ({"role": "system"}, "request.invalid"),
        ({"name": " "}, "request.invalid"),
        ({"name": "a\nb"}, "request.invalid"),
        ({"login": ""}, "request.invalid"),
        ({"password": None}, "request.invalid"),
        ({"issuer": PROVIDER}, "request.invalid"),
        ({"issuer": "quickclaim", "password": None}, "request.invalid"),
        ({"rights_version": 7}, "request.invalid"),
        ({"password": "short"}, "rights.password_too_short"),
    ],
)
def test_a_person_has_one_way_in(admin: Callable[..., Any], changes: dict[str, Any], code: str) -> None:
    answer = admin("POST", "/people", json={**WANG, **changes})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert len(admin("GET", "/people").json()) == 1


def test_somebody_of_the_identity_provider(site: Site, provider: Provider, admin: Callable[..., Any]) -> None:
    given = {"login": "f:1", "name": "王芳", "role": "senior", "issuer": PROVIDER}
    made = admin("POST", "/people", json=given)
    assert site.who(provider.token(AT))["actor"] == f"staff:{made.json()['id']}"
    reset = admin("POST", f"/people/{made.json()['id']}/password", json={"password": "four other words"}, headers=ANY)
    assert (reset.status_code, reset.json()["code"]) == (409, "rights.signed_in_elsewhere")


def test_another_role_ends_what_the_old_one_opened(site: Site, books: Books, admin: Callable[..., Any]) -> None:
    person = admin("POST", "/people", json=WANG).json()["id"]
    token = first_token(site)
    changed = admin("PATCH", f"/people/{person}", json={"role": "senior"}, headers=ANY)
    assert (changed.status_code, changed.json()["role"]) == (200, "senior")
    assert site.who(token)["code"] == "rights.token_revoked"
    assert site.who(site.token("wang.fang", OWN))["role"] == "senior"
    entry = told(books, Thing(ThingKind.PERSON, UUID(person)))[3]
    assert dict(entry.facts) == {"kind": "rights_changed", "before_role": "junior", "as_role": "senior"}


def test_whoever_is_shut_out_stays_out(site: Site, admin: Callable[..., Any]) -> None:
    person = admin("POST", "/people", json=WANG).json()["id"]
    token = first_token(site)
    assert admin("PATCH", f"/people/{person}", json={"active": False}, headers=ANY).json()["active"] is False
    assert site.who(token)["code"] == "rights.token_revoked"
    assert site.sign_in("wang.fang", OWN).status_code == 401
    assert admin("PATCH", f"/people/{person}", json={"active": True}, headers=ANY).json()["active"] is True
    assert site.who(token)["code"] == "rights.token_revoked"
    assert site.sign_in("wang.fang", OWN).status_code == 201


def test_a_change_that_is_none_leaves_nothing(site: Site, books: Books, admin: Callable[..., Any]) -> None:
    person = admin("POST", "/people", json=WANG).json()["id"]
    token = first_token(site)
    assert admin("PATCH", f"/people/{person}", json={"role": "junior", "active": True}, headers=ANY).status_code == 200
    assert site.who(token)["role"] == "junior"
    assert len(told(books, Thing(ThingKind.PERSON, UUID(person)))) == 3


def test_a_forgotten_password(site: Site, books: Books, admin: Callable[..., Any]) -> None:
    person = admin("POST", "/people", json=WANG).json()["id"]
    for _ in range(5):
        site.sign_in("wang.fang", "what was it")
    assert site.sign_in("wang.fang", WANG["password"]).status_code == 429
    locked = {one["id"]: one["locked_until"] for one in admin("GET", "/people").json()}
    assert [one for one, until in locked.items() if until] == [person]
    asked = {"json": {"password": "four other words"}, "headers": ANY}
    assert admin("POST", f"/people/{person}/password", **asked).status_code == 204
    assert site.who(first_token(site, "four other words"))["role"] == "junior"
    assert site.sign_in("wang.fang", WANG["password"]).status_code == 401
    reset = told(books, Thing(ThingKind.PERSON, UUID(person)))[2]
    assert (reset.action, dict(reset.facts)) == ("manage_people", {"kind": "password_reset"})


def test_what_an_administrator_chose_is_changed_before_it_opens_anything(
    site: Site, books: Books, admin: Callable[..., Any]
) -> None:
    person = UUID(admin("POST", "/people", json=WANG).json()["id"])
    chosen = WANG["password"]
    for new, status, code in (
        ({}, 403, "rights.password_due"),
        ({"new": chosen}, 422, "rights.password_same"),
        ({"new": "short"}, 422, "rights.password_too_short"),
    ):
        answer = site.sign_in("wang.fang", chosen, **new)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert site.sign_in("wang.fang", "what was it", new=OWN).json()["code"] == "rights.credentials"
    assert site.who(first_token(site))["role"] == "junior"
    assert site.sign_in("wang.fang", chosen).status_code == 401
    assert site.sign_in("wang.fang", OWN).status_code == 201
    after = [entry.action for entry in told(books, Thing(ThingKind.PERSON, person))]
    assert after == ["manage_people", "password_changed", "signed_in", "signed_in"]


def test_nobody_changes_their_own_rights(admin: Callable[..., Any], books: Books) -> None:
    me = admin("GET", "/people").json()[0]["id"]
    asked = [
        admin("PATCH", f"/people/{me}", json={"role": "expert"}, headers=ANY),
        admin("PATCH", f"/people/{me}", json={"active": True}, headers=ANY),
        admin("POST", f"/people/{me}/password", json={"password": "four other words"}, headers=ANY),
    ]
    for answer in asked:
        assert (answer.status_code, answer.json()["code"]) == (403, "rights.same_person")
    refused = [entry for entry in told(books, Thing(ThingKind.PERSON, UUID(me))) if entry.action != "signed_in"]
    assert [entry.action for entry in refused] == ["rights.same_person"] * 3


def test_whoever_is_not_there_is_not_found(admin: Callable[..., Any]) -> None:
    for answer in (
        admin("PATCH", f"/people/{NOBODY}", json={"active": False}, headers=ANY),
        admin("POST", f"/people/{NOBODY}/password", json={"password": "four other words"}, headers=ANY),
        admin("PATCH", f"/apps/{NOBODY}", json={"active": False}, headers=ANY),
        admin("GET", f"/apps/{NOBODY}/keys"),
        admin("POST", f"/apps/{NOBODY}/keys", json={}),
        admin("DELETE", f"/apps/{NOBODY}/keys/{NOBODY}"),
        admin("GET", f"/apps/{NOBODY}/webhooks"),
        admin("POST", f"/dead-letters/{NOBODY}/revive"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "rights.not_found")


ASKED = [
    ("GET", "/people", None),
    ("POST", "/people", WANG),
    ("PATCH", f"/people/{NOBODY}", {"role": "admin"}),
    ("POST", f"/people/{NOBODY}/password", {"password": "four other words"}),
    ("GET", "/apps", None),
    ("POST", "/apps", {"name": "mine"}),
    ("PATCH", f"/apps/{NOBODY}", {"active": True}),
    ("GET", f"/apps/{NOBODY}/keys", None),
    ("POST", f"/apps/{NOBODY}/keys", {}),
    ("DELETE", f"/apps/{NOBODY}/keys/{NOBODY}", None),
    ("GET", f"/apps/{NOBODY}/webhooks", None),
    ("POST", f"/apps/{NOBODY}/webhooks", {"url": "https://example.com/"}),
    ("PATCH", f"/apps/{NOBODY}/webhooks/{NOBODY}", {"active": True}),
    ("POST", f"/apps/{NOBODY}/webhooks/{NOBODY}/secret", {}),
    ("GET", "/dead-letters", None),
    ("POST", f"/dead-letters/{NOBODY}/revive", None),
]


def test_nobody_else_manages_anything(site: Site, books: Books, add_staff: Callable[..., Person]) -> None:
    """Without a word about whether what they name exists; attempts are in the log, to look at something too."""
    for role in sorted(STAFF - {Role.ADMIN}):
        add_staff(role, role)
        token = site.token(role)
        for method, path, document in ASKED:
            answer = site.ask(method, f"/v1/admin{path}", token, json=document)
            assert (answer.status_code, answer.json()["code"]) == (403, "rights.forbidden"), (role, method, path)
    with books.reading() as book:
        refused = [entry for entry in audit.entries(book) if entry.action == "rights.forbidden"]
        assert audit.verify(book) == ()
    assert len(refused) == len(ASKED) * len(STAFF - {Role.ADMIN})


def test_nobody_at_all_manages_nothing(site: Site) -> None:
    for method, path, document in ASKED:
        answer = site.ask(method, f"/v1/admin{path}", json=document)
        assert (answer.status_code, answer.json()["code"]) == (401, "rights.who"), (method, path)


# --- apps and keys --------------------------------------------------------------------------------------------------


def test_an_app_comes_in_with_a_key_that_is_shown_once(site: Site, books: Books, admin: Callable[..., Any]) -> None:
    app = admin("POST", "/apps", json={"name": "insurer's app", "states_cover": True}).json()
    assert (app["name"], app["states_cover"], app["active"]) == ("insurer's app", True, True)
    made = admin("POST", f"/apps/{app['id']}/keys", json={})
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    key = made.json()
    assert key["key"].startswith(f"qc_{key['prefix']}_")
    assert site.who(key["key"])["actor"] == f"app:{app['id']}"
    listed = admin("GET", f"/apps/{app['id']}/keys")
    used = {"used_at": key["made_at"]}
    assert listed.json() == [{name: key[name] for name in key if name != "key"} | used]
    assert key["key"].removeprefix(f"qc_{key['prefix']}_") not in listed.text
    assert admin("DELETE", f"/apps/{app['id']}/keys/{key['id']}").status_code == 204
    assert admin("DELETE", f"/apps/{app['id']}/keys/{key['id']}").status_code == 204
    assert site.who(key["key"])["code"] == "rights.token_invalid"
    assert admin("GET", f"/apps/{app['id']}/keys").json()[0]["revoked_at"] is not None
    entries = told(books, Thing(ThingKind.APP, UUID(app["id"])))
    assert kinds(entries) == ["app_added", "key_added", "key_revoked"]
    assert entries[1].facts["token"] == entries[2].facts["token"] == key["id"]


def test_keys_run_out_and_others_go_on(site: Site, admin: Callable[..., Any]) -> None:
    app = admin("POST", "/apps", json={"name": "one"}).json()["id"]
    short, long = (admin("POST", f"/apps/{app}/keys", json=given).json()["key"] for given in ({"days": 1}, {}))
    site.clock.turn(days=1)
    assert site.who(short)["code"] == "rights.token_expired"
    assert site.who(long)["role"] == "app"


def test_a_key_of_another_app_is_not_found(site: Site, admin: Callable[..., Any]) -> None:
    mine, other = (admin("POST", "/apps", json={"name": name}).json()["id"] for name in ("mine", "other"))
    key = admin("POST", f"/apps/{mine}/keys", json={}).json()
    assert admin("DELETE", f"/apps/{other}/keys/{key['id']}").status_code == 404
    assert site.who(key["key"])["role"] == "app"


def test_an_app_is_shut_out_and_let_in(site: Site, books: Books, admin: Callable[..., Any]) -> None:
    app = admin("POST", "/apps", json={"name": "one"}).json()["id"]
    key = admin("POST", f"/apps/{app}/keys", json={}).json()["key"]
    assert admin("PATCH", f"/apps/{app}", json={"active": False}, headers=ANY).json()["active"] is False
    assert site.who(key)["code"] == "rights.token_invalid"
    assert admin("PATCH", f"/apps/{app}", json={"active": True}, headers=ANY).json()["active"] is True
    assert site.who(key)["role"] == "app"
    assert [one["name"] for one in admin("GET", "/apps").json()] == ["one"]
    assert kinds(told(books, Thing(ThingKind.APP, UUID(app)))) == [
        "app_added",
        "key_added",
        "app_shut_out",
        "app_let_in",
    ]


@pytest.mark.parametrize("name", ["", " ", "a" * 81, "a\u0000b", "a\u202eb"])
def test_the_name_of_an_app_is_a_line(admin: Callable[..., Any], name: str) -> None:
    assert admin("POST", "/apps", json={"name": name}).json()["code"] == "request.invalid"


def test_names_of_apps_are_unique(admin: Callable[..., Any]) -> None:
    admin("POST", "/apps", json={"name": "one"})
    again = admin("POST", "/apps", json={"name": " one "})
    assert (again.status_code, again.json()["code"]) == (409, "rights.name_taken")


def test_the_same_request_again_makes_nothing_new(admin: Callable[..., Any]) -> None:
    """What is kept of a request does not depend on the password: it would be a hash that is quick to try."""
    twice = {"headers": {"Idempotency-Key": "one"}}
    people = [admin("POST", "/people", json={**WANG, "password": text}, **twice) for text in ("a" * 12, "b" * 12)]
    assert people[0].json() == people[1].json()
    assert "idempotency-replayed" not in people[0].headers
    assert people[1].headers["idempotency-replayed"] == "true"

    apps = [admin("POST", "/apps", json={"name": "one"}, headers={"Idempotency-Key": "two"}) for _ in range(2)]
    app = apps[0].json()["id"]
    assert apps[1].json()["id"] == app
    made = [admin("POST", f"/apps/{app}/keys", json={}, headers={"Idempotency-Key": "three"}) for _ in range(2)]
    assert made[0].json()["key"] == made[1].json()["key"]
    assert len(admin("GET", f"/apps/{app}/keys").json()) == 1
    other = admin("POST", f"/apps/{app}/keys", json={"days": 1}, headers={"Idempotency-Key": "three"})
    assert (other.status_code, other.json()["code"]) == (422, "request.key_reused")


# --- webhooks -------------------------------------------------------------------------------------------------------


@pytest.fixture
def app(admin: Callable[..., Any]) -> str:
    return str(admin("POST", "/apps", json={"name": "told"}).json()["id"])


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("https://127.0.0.1/hook", "webhook.not_public"),
        ("https://[::1]/hook", "webhook.not_public"),
        ("https://169.254.169.254/latest", "webhook.not_public"),
        ("https://localhost/hook", "webhook.not_public"),
        ("http://8.8.8.8/hook", "webhook.not_https"),
        ("https://8.8.8.8:22/hook", "webhook.port"),
        ("https://me:secret@8.8.8.8/hook", "webhook.credentials"),
        ("https://name.invalid/hook", "webhook.unresolved"),
        ("nonsense", "webhook.not_a_url"),
    ],
)
def test_an_address_is_checked_before_it_is_kept(admin: Callable[..., Any], app: str, address: str, code: str) -> None:
    answer = admin("POST", f"/apps/{app}/webhooks", json={"url": address})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert "secret" not in answer.text
    assert admin("GET", f"/apps/{app}/webhooks").json() == []


def test_a_receiver_and_its_secrets(books: Books, admin: Callable[..., Any], app: str) -> None:
    def stored() -> tuple[bytes, ...]:
        with books.reading() as book:
            return outbox.webhooks_of(book, UUID(app))[0].secrets

    made = admin("POST", f"/apps/{app}/webhooks", json={"url": "https://8.8.8.8/hook?key=1"})
    assert made.status_code == 201, made.text
    assert made.headers["cache-control"] == "no-store"
    hook, first = made.json()["id"], bytes.fromhex(made.json()["secret"])
    assert len(first) == LEAST_SECRET_BYTES
    assert stored() == (first,)
    listed = admin("GET", f"/apps/{app}/webhooks")
    assert listed.json()[0]["url"] == "https://8.8.8.8/hook?key=1"
    assert made.json()["secret"] not in listed.text

    beside = admin("POST", f"/apps/{app}/webhooks/{hook}/secret", json={}, headers=ANY)
    second = bytes.fromhex(beside.json()["secret"])
    assert stored() == (second, first)
    assert beside.json()["secrets"] == 2
    stolen = admin("POST", f"/apps/{app}/webhooks/{hook}/secret", json={"keep_old": False}, headers=ANY)
    assert stored() == (bytes.fromhex(stolen.json()["secret"]),)

    assert admin("PATCH", f"/apps/{app}/webhooks/{hook}", json={"active": False}, headers=ANY).json()["active"] is False
    assert admin("GET", f"/apps/{app}/webhooks").json()[0]["active"] is False
    assert admin("PATCH", f"/apps/{app}/webhooks/{hook}", json={"active": True}, headers=ANY).json()["active"] is True
    assert kinds(told(books, Thing(ThingKind.APP, UUID(app)))) == [
        "app_added",
        "webhook_added",
        "secret_replaced",
        "secret_replaced",
        "webhook_stopped",
        "webhook_resumed",
    ]


def test_a_receiver_of_another_app_is_not_found(admin: Callable[..., Any], app: str) -> None:
    hook = admin("POST", f"/apps/{app}/webhooks", json={"url": "https://8.8.8.8/hook"}).json()["id"]
    other = admin("POST", "/apps", json={"name": "other"}).json()["id"]
    assert admin("PATCH", f"/apps/{other}/webhooks/{hook}", json={"active": False}, headers=ANY).status_code == 404
    assert admin("POST", f"/apps/{other}/webhooks/{hook}/secret", json={}, headers=ANY).status_code == 404


def test_a_receiver_on_this_computer_only_where_it_is_set(
    open_site: Callable[..., Site], add_staff: Callable[..., Person]
) -> None:
    site = open_site(plain_webhooks=True)
    add_staff("root", Role.ADMIN)
    token = site.token("root")
    app = site.ask("POST", "/v1/admin/apps", token, json={"name": "one"}).json()["id"]
    answer = site.ask("POST", f"/v1/admin/apps/{app}/webhooks", token, json={"url": "http://127.0.0.1:9/hook"})
    assert answer.status_code == 201


def test_what_could_not_be_delivered_is_tried_again(
    books: Books, admin: Callable[..., Any], app: str, add_claim: Callable[..., Claim]
) -> None:
    hook = UUID(admin("POST", f"/apps/{app}/webhooks", json={"url": "https://8.8.8.8/hook"}).json()["id"])
    claim = add_claim(app=UUID(app))
    said = Notification(id=new_id(AT), claim=claim.number, node=Node.ASSESSED, state=PublicState.ASSESSED, at=AT)
    with books.writing() as book:
        outbox.put(book, claim.id, said, hook, at=AT)
        [delivery] = outbox.take(book, at=AT, lease=AT - AT)
        outbox.failed(book, delivery, "webhook.unreachable", at=AT, again=None)
    [letter] = admin("GET", "/dead-letters").json()
    assert (letter["claim"], letter["error"], letter["attempts"]) == (str(claim.id), "webhook.unreachable", 1)
    revive = f"/dead-letters/{letter['id']}/revive"
    first, again = (admin("POST", revive, headers={"Idempotency-Key": "revive"}) for _ in range(2))
    assert (first.status_code, again.status_code, again.headers["Idempotency-Replayed"]) == (204, 204, "true")
    assert admin("GET", "/dead-letters").json() == []
    assert admin("POST", f"/dead-letters/{letter['id']}/revive").status_code == 404
    with books.reading() as book:
        entries = [entry for entry in audit.entries(book) if entry.facts.get("kind") == "delivery_revived"]
    assert [entry.facts["message"] for entry in entries] == [letter["id"]]


def test_a_large_document_is_refused_before_it_is_read(admin: Callable[..., Any]) -> None:
    answer = admin("POST", "/apps", content=b'{"name": "' + b"a" * 70_000 + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "request.document_too_large")
