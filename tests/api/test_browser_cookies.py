"""Cookies of browsers: no script reads them, each opens one thing, and alone none of them changes anything."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from http.cookies import Morsel, SimpleCookie
from ipaddress import ip_network
from typing import Any, Final
from uuid import uuid4

import httpx2
import pytest
from fastapi.testclient import TestClient
from peopled import CHEAP, opened_site
from sites import Case, Site

from claims.desk import staff
from claims.desk.console import Console
from claims.states import Role

PASSWORD: Final = "four words of my own"  # noqa: S105 - of nobody
CUSTOMER: Final = {"X-QuickClaim-Page": "customer"}
DESK: Final = {"X-QuickClaim-Page": "desk"}
CHANGING: Final = [
    ("POST", "/withdraw", {}),
    ("POST", "/contest", {"json": {"words": "The door too."}}),
    ("POST", "/refuse-automation", {}),
    ("POST", "/photos", {"files": {"photos": ("a.jpg", b"x")}}),
    ("PUT", f"/photos/{'0' * 64}", {"content": b"x"}),
    ("DELETE", "", {}),
]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened_site(tmp_path_factory.mktemp("cookies")) as site:
        yield site


@pytest.fixture
def site(opened: Site) -> Iterator[Site]:
    """With a browser that knows nothing yet."""
    opened.client.cookies.clear()
    yield opened
    opened.client.cookies.clear()


@pytest.fixture
def case(site: Site) -> Case:
    return site.case()


@pytest.fixture
def login(site: Site) -> str:
    """Of somebody who may sign in with ``PASSWORD``."""
    name = uuid4().hex
    new = staff.NewPerson(subject=name, name="李娜", role=Role.SENIOR, password=CHEAP.hash(PASSWORD))
    with Console.open(site.house.books, site.clock()) as console:
        staff.add(console, new)
    return name


def enter(site: Site, case: Case, token: str | None = None, **headers: str) -> httpx2.Response:
    """As the page of a link does."""
    sent = {**CUSTOMER, **headers}
    return site.ask("POST", f"/c/{case.id}/enter", headers=sent, json={"token": token or case.token})


def sign_in(site: Site, login: str, password: str = PASSWORD, **headers: str) -> httpx2.Response:
    credentials = {"login": login, "password": password}
    return site.ask("POST", "/desk/session", headers={**DESK, **headers}, json=credentials)


def cookies(answer: httpx2.Response) -> list[Morsel[str]]:
    """Those that a browser is told to keep."""
    return [morsel for line in answer.headers.get_list("set-cookie") for morsel in SimpleCookie(line).values()]


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_link_becomes_a_cookie_for_that_case_alone(site: Site, case: Case) -> None:
    answer = enter(site, case)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["cache-control"] == "no-store"
    kept = cookies(answer)
    assert {morsel["path"] for morsel in kept} == {f"/c/{case.id}", f"/v1/claims/{case.id}"}
    for morsel in kept:
        assert morsel.value == case.token
        assert morsel["httponly"] is True
        assert morsel["samesite"].lower() == "lax"
        assert not morsel["secure"]
        assert not morsel["domain"]
        assert int(morsel["max-age"]) > 30 * 24 * 3600


def test_the_cookie_of_one_case_does_not_open_another(site: Site, case: Case) -> None:
    enter(site, case)
    other = site.case()
    assert site.ask("GET", f"/v1/claims/{case.id}").status_code == 200
    assert refusal(site.ask("GET", f"/v1/claims/{other.id}")) == (401, "rights.who")
    shown = {"Cookie": f"qc_claim={case.token}"}
    assert refusal(site.ask("GET", f"/v1/claims/{other.id}", headers=shown)) == (404, "rights.not_found")


@pytest.mark.parametrize("token", ["of another case", "of an app", "x", "x" * 128])
def test_what_opens_another_case_or_nothing_is_not_kept(site: Site, case: Case, token: str) -> None:
    real = {"of another case": site.case().token, "of an app": site.app}
    answer = enter(site, case, real.get(token, token))
    assert refusal(answer) == (401, "rights.token_invalid")
    assert not cookies(answer)


@pytest.mark.parametrize(("method", "path", "given"), CHANGING)
def test_a_cookie_alone_changes_nothing(site: Site, case: Case, method: str, path: str, given: dict[str, Any]) -> None:
    enter(site, case)
    address, before = f"/v1/claims/{case.id}{path}", case.now()
    assert refusal(site.ask(method, address, **given)) == (403, "request.cross_site")
    for page in ("", "nobody", "customer, desk"):
        answer = site.ask(method, address, headers={"X-QuickClaim-Page": page}, **given)
        assert refusal(answer) == (403, "request.cross_site")
    elsewhere = {**CUSTOMER, "Sec-Fetch-Site": "cross-site"}
    assert refusal(site.ask(method, address, headers=elsewhere, **given)) == (403, "request.cross_site")
    assert case.now() == before


def test_a_page_reads_and_acts_with_its_cookie(site: Site, case: Case) -> None:
    enter(site, case)
    address = f"/v1/claims/{case.id}"
    assert "withdraw" in site.ask("GET", address).json()["actions"]
    assert site.ask("POST", f"{address}/withdraw", headers=CUSTOMER).status_code == 200
    assert case.now()["closed_at"]


def test_a_token_that_is_shown_goes_before_the_cookie(site: Site, case: Case) -> None:
    enter(site, case)
    answer = case.ask("POST", "/withdraw", token=site.case().token)
    assert refusal(answer) == (404, "rights.not_found")
    assert case.ask("POST", "/withdraw").status_code == 200


def test_a_link_that_is_put_away_is_put_away(site: Site, case: Case) -> None:
    enter(site, case)
    left = site.ask("POST", f"/c/{case.id}/leave", headers=CUSTOMER)
    assert left.status_code == 204
    assert {morsel["path"] for morsel in cookies(left)} == {f"/c/{case.id}", f"/v1/claims/{case.id}"}
    assert refusal(site.ask("GET", f"/v1/claims/{case.id}")) == (401, "rights.who")


def test_the_link_is_told_again_to_a_browser_that_has_the_case_and_to_no_other(site: Site, case: Case) -> None:
    address = f"/c/{case.id}/link"
    assert refusal(site.ask("POST", address, headers=CUSTOMER)) == (401, "rights.who")
    enter(site, case)
    again = site.ask("POST", address, headers=CUSTOMER)
    assert (again.status_code, again.json()) == (200, {"token": case.token})
    assert again.headers["cache-control"] == "no-store"
    for headers in ({}, {**CUSTOMER, "Sec-Fetch-Site": "cross-site"}):
        assert refusal(site.ask("POST", address, headers=headers)) == (403, "request.cross_site")
    assert site.ask("GET", address).status_code == 405
    assert refusal(site.ask("POST", f"/c/{site.case().id}/link", headers=CUSTOMER)) == (401, "rights.who")


def test_nobody_is_let_in_or_out_by_another_site(site: Site, case: Case, login: str) -> None:
    asked = [
        ("POST", f"/c/{case.id}/enter", {"token": case.token}),
        ("POST", f"/c/{case.id}/leave", None),
        ("POST", f"/c/{case.id}/link", None),
        ("POST", "/desk/session", {"login": login, "password": PASSWORD}),
        ("POST", "/desk/session/renew", None),
        ("POST", "/desk/session/end", None),
    ]
    for method, path, document in asked:
        for headers in ({}, {"X-QuickClaim-Page": "mine"}, {**DESK, "Sec-Fetch-Site": "cross-site"}):
            answer = site.ask(method, path, json=document, headers=headers)
            assert refusal(answer) == (403, "request.cross_site"), (path, headers)
            assert not cookies(answer)


def test_a_password_becomes_a_session_that_no_script_reads(site: Site, login: str) -> None:
    answer = sign_in(site, login)
    assert (answer.status_code, answer.content) == (204, b"")
    [morsel] = cookies(answer)
    assert (morsel["path"], morsel["httponly"], morsel["samesite"].lower()) == ("/", True, "lax")
    assert 0 < int(morsel["max-age"]) <= 12 * 3600
    assert site.ask("GET", "/v1/reviews").status_code == 200
    assert refusal(site.ask("POST", "/v1/reviews/next")) == (403, "request.cross_site")
    assert site.ask("POST", "/v1/reviews/next", headers=DESK).status_code in (200, 204)


def test_a_wrong_password_leaves_no_cookie(site: Site, login: str) -> None:
    answer = sign_in(site, login, "four other words of mine")
    assert refusal(answer) == (401, "rights.credentials")
    assert not cookies(answer)


def test_a_session_goes_on_for_twelve_hours_and_no_longer(site: Site, login: str) -> None:
    sign_in(site, login)
    for _ in range(47):
        site.clock.turn(minutes=15)
        assert site.ask("POST", "/desk/session/renew", headers=DESK).status_code == 204
    site.clock.turn(minutes=16)
    assert site.ask("POST", "/desk/session/renew", headers=DESK).status_code == 401
    assert site.ask("GET", "/v1/reviews").status_code == 401


def test_who_signs_out_is_out_and_so_is_whoever_has_a_copy(site: Site, login: str) -> None:
    [copied] = cookies(sign_in(site, login))
    assert site.ask("GET", "/v1/reviews", copied.value).status_code == 200
    assert site.ask("POST", "/desk/session/end", headers=DESK).status_code == 204
    assert refusal(site.ask("GET", "/v1/reviews")) == (401, "rights.who")
    assert refusal(site.ask("GET", "/v1/reviews", copied.value)) == (401, "rights.token_revoked")
    assert site.ask("POST", "/desk/session/end", headers=DESK).status_code == 204  # once more, from another window
    assert sign_in(site, login).status_code == 204


def test_where_both_are_kept_the_page_says_whose_is_meant(site: Site, case: Case, login: str) -> None:
    enter(site, case)
    sign_in(site, login)
    address = f"/v1/claims/{case.id}"
    assert site.ask("GET", address, headers=CUSTOMER).json()["inside"] is None
    assert site.ask("GET", address, headers=DESK).json()["inside"]
    refused = site.ask("POST", f"{address}/withdraw", headers=DESK)
    assert refusal(refused) == (403, "rights.forbidden")
    assert site.ask("POST", f"{address}/withdraw", headers=CUSTOMER).status_code == 200


@pytest.mark.parametrize("strange", ["x" * 5000, "x", "", "%E2%82%AC", "a.b.c"])
def test_a_strange_cookie_is_nobody(site: Site, case: Case, strange: str) -> None:
    headers = {"Cookie": f"qc_claim={strange}; qc_desk={strange}"}
    for path in (f"/v1/claims/{case.id}", "/v1/reviews"):
        assert site.ask("GET", path, headers=headers).status_code == 401


def test_somebody_who_may_no_longer_come_in_is_out(site: Site, login: str) -> None:
    sign_in(site, login)
    with Console.open(site.house.books, site.clock()) as console:
        found = staff.with_login(console, login)
        assert found is not None
        staff.set_rights(console, found.id, active=False)
    assert refusal(site.ask("GET", "/v1/reviews")) == (401, "rights.token_revoked")


def test_over_tls_a_cookie_never_leaves_it(serve: Callable[..., TestClient]) -> None:
    """The proxy in front says how the browser came."""
    client = serve(trusted_proxies=(ip_network("127.0.0.1"),), hosts=("*",))
    app = client.app
    beside = TestClient(app, base_url="http://localhost", client=("127.0.0.1", 5000))
    entrance = replace(app.state.service.entrance, passwords=CHEAP, refusal_s=0.0)  # type: ignore[attr-defined]
    app.state.service = replace(app.state.service, entrance=entrance)  # type: ignore[attr-defined]
    new = staff.NewPerson(subject="li.na", name="李娜", role=Role.SENIOR, password=CHEAP.hash(PASSWORD))
    service = app.state.service  # type: ignore[attr-defined]
    with Console.open(service.house.books, service.clock()) as console:
        staff.add(console, new)
    credentials = {"login": "li.na", "password": PASSWORD}
    for scheme, secure, name in (("http", "", "qc_desk"), ("https", True, "__Host-qc_desk")):
        headers = {**DESK, "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": scheme}
        [morsel] = cookies(beside.post("/desk/session", headers=headers, json=credentials))
        assert (morsel.key, morsel["secure"], morsel["path"], morsel["domain"]) == (name, secure, "/", "")
        plain, bound = ({**headers, "Cookie": f"{one}={morsel.value}"} for one in ("qc_desk", "__Host-qc_desk"))
        beside.cookies.clear()
        found = [beside.get("/v1/reviews", headers=shown).status_code for shown in (plain, bound)]
        assert found == ([401, 200] if secure else [200, 401])
        [gone] = cookies(beside.post("/desk/session/end", headers=headers))
        assert (gone.key, gone.value, gone["secure"], gone["max-age"]) == (name, "", secure, "0")
