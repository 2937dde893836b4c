"""Every POST of ``/openapi.json`` takes an ``Idempotency-Key`` and heeds it, but for those that make nothing twice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final
from uuid import uuid4

import httpx2
import pytest
from desks import picture
from every_route import NOBODY, PDF, ROUTES, WORDS
from peopled import member, opened_site, photographed
from sites import CAR, Case, Site

from api.app import create_app
from api.given import REPLAYED
from api.settings import Settings
from claims.rights import Rights, Scope
from claims.states import Role

KEY: Final = "Idempotency-Key"
POSTS: Final = {
    path: methods["post"] for path, methods in create_app(Settings()).openapi()["paths"].items() if "post" in methods
}
KEYED: Final = sorted(
    path for path, one in POSTS.items() if KEY in {each["name"] for each in one.get("parameters", ())}
)
UNKEYED: Final = {
    "/v1/quick-estimate": "nothing is stored",
    "/v1/audit/verify": "it reads",
    "/v1/claims/{claim_id}/call": "it reads; the log is to note every time that somebody was told the number",
    "/v1/claims/{claim_id}/proof": "once more changes nothing; every wrong number is to be counted",
    "/v1/session": "a token is stored nowhere, and not with a key either",
    "/v1/session/renew": "a token is stored nowhere, and not with a key either",
    "/v1/session/password": "a token is stored nowhere; a password is no part of what is kept of a request",
    "/v1/admin/people/{person}/password": "once more is refused by `If-Match`; a password is kept nowhere",
}
"""POSTs without a key, and why nothing is there twice."""
WHO: Final = (Role.CUSTOMER, Role.APP, Role.SENIOR, Role.EXPERT, Role.FRONT_LINE, Role.ADMIN)
Asked = Callable[["World", int], dict[str, Any]]
POLICY: Final = files("data").joinpath("rules", "triage.yaml").read_text("utf-8")


@dataclass(frozen=True)
class World:
    """A case that was complained about, an app with a receiver, and a token of every role."""

    site: Site
    case: Case
    ids: dict[str, str]
    tokens: dict[Role, str]

    def post(self, path: str, role: Role, key: str, **given: Any) -> httpx2.Response:
        given["headers"] = {"If-Match": "*", KEY: key}
        return self.site.ask("POST", path.format(**self.ids), self.tokens[role], **given)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened_site(tmp_path_factory.mktemp("keys")) as site:
        case = site.case()
        photographed(case, 1)
        assert case.ask("POST", "/complaints", **WORDS).status_code == 200
        staff = {role: member(site, role).token for role in WHO[2:]}
        ids = {"claim_id": case.id, "material": "bank_card", **_ids(case, staff[Role.ADMIN])}
        yield World(site, case, ids, {Role.CUSTOMER: case.token, Role.APP: site.app, **staff})


def _ids(case: Case, admin: str) -> dict[str, str]:
    app = case.site.ask("POST", "/v1/admin/apps", admin, json={"name": "told"}).json()["id"]
    hook = case.site.ask("POST", f"/v1/admin/apps/{app}/webhooks", admin, json={"url": "https://8.8.8.8/"}).json()["id"]
    [complaint] = case.now()["complaints"]
    absent = dict.fromkeys(("proposal_id", "delivery", "call_id"), NOBODY)
    return {"app": app, "webhook": hook, "complaint_id": complaint["id"], **absent}


@pytest.fixture(scope="module")
def used(world: World) -> str:
    """A key under which everybody has done something."""
    key = str(uuid4())
    report = {"notice": world.site.notice, "vehicle": CAR}
    done = [
        world.post("/v1/claims/{claim_id}/complaints", Role.CUSTOMER, key, json={"words": "Nobody calls."}),
        world.post("/v1/claims", Role.APP, key, json=report),
        world.post("/v1/reviews/next", Role.SENIOR, key),
        world.post("/v1/reviews/next", Role.EXPERT, key),
        world.post("/v1/complaints/{complaint_id}/release", Role.FRONT_LINE, key),
        world.post("/v1/admin/apps", Role.ADMIN, key, json={"name": "another"}),
    ]
    assert {one.status_code for one in done} <= {200, 201, 204}, [one.text for one in done]
    return key


def test_every_post_takes_a_key_or_says_why_not() -> None:
    assert set(POSTS) - set(KEYED) == set(UNKEYED)
    for path in KEYED:
        assert {"409", "422"} <= set(POSTS[path]["responses"]), path


@pytest.mark.parametrize("path", [path for path in KEYED if path != "/v1/reviews/next"])
def test_a_key_of_something_else_is_refused_and_nothing_is_done(world: World, used: str, path: str) -> None:
    """``nextReview`` is what the key was used for; it asks nothing, so that nothing else can be asked."""
    before = world.case.now()
    answer = world.post(path, _who_may(world.site.house.rights, path), used, **_request(world, path))
    assert (answer.status_code, answer.json()["code"]) == (422, "request.key_reused"), answer.text
    assert world.case.now() == before


def _request(world: World, path: str) -> dict[str, Any]:
    """One that is well formed."""
    if path in MADE:
        return MADE[path][1](world, 1)
    given = {name: value for name, value in ROUTES["POST", path].given.items() if name != "headers"}
    return {"json": {"claim": world.case.id}} if "claim" in given.get("json", {}) else given


def _who_may(rights: Rights, path: str) -> Role:
    if path in MADE:
        return MADE[path][0]
    right = ROUTES["POST", path].right
    assert right is not None
    return next(role for role in WHO if rights.scope(role, right) is not Scope.NEVER)


def _report(world: World, number: int) -> dict[str, Any]:
    return {"json": {"notice": {**world.site.notice, "cause": ("scrape", "hail")[number]}, "vehicle": CAR}}


def _person(_: World, number: int) -> dict[str, Any]:
    return {"json": {"login": f"login-{number}", "name": "x", "role": "junior", "password": "four words of my own"}}


def _photo(_: World, number: int) -> dict[str, Any]:
    return {"files": {"photos": ("a.jpg", picture(50 + number), "image/jpeg")}}


def _fields(name: str, *values: object) -> Asked:
    return lambda _, number: {"json": {name: values[number]}}


MADE: Final[dict[str, tuple[Role, Asked]]] = {
    "/v1/claims": (Role.APP, _report),
    "/v1/claims/{claim_id}/photos": (Role.CUSTOMER, _photo),
    "/v1/claims/{claim_id}/materials/{material}": (Role.CUSTOMER, lambda _, number: {"content": PDF + b"%" * number}),
    "/v1/claims/{claim_id}/tokens": (Role.APP, _fields("revoke", False, True)),
    "/v1/proposals": (Role.ADMIN, lambda _, number: {"json": {"kind": "policy", "content": f"{POLICY}# {number}\n"}}),
    "/v1/admin/people": (Role.ADMIN, _person),
    "/v1/admin/apps": (Role.ADMIN, _fields("name", "one", "two")),
    "/v1/admin/apps/{app}/keys": (Role.ADMIN, _fields("days", 1, 2)),
    "/v1/admin/apps/{app}/webhooks": (Role.ADMIN, _fields("url", "https://8.8.8.8/1", "https://8.8.8.8/2")),
    "/v1/admin/apps/{app}/webhooks/{webhook}/secret": (Role.ADMIN, _fields("keep_old", True, False)),
}
"""What answers 201: who asks for it, and two requests that differ."""


def test_all_that_is_made_is_in_the_table() -> None:
    assert set(MADE) == {path for path in KEYED if "201" in POSTS[path]["responses"]}


@pytest.mark.parametrize("path", MADE)
def test_the_same_request_again_gets_the_same_answer_and_another_is_refused(world: World, path: str) -> None:
    role, asked = MADE[path]
    key = str(uuid4())
    first, again, other = (world.post(path, role, key, **asked(world, number)) for number in (0, 0, 1))
    assert first.status_code == 201, first.text
    assert REPLAYED not in first.headers
    assert (again.status_code, again.content, again.headers[REPLAYED]) == (201, first.content, "true")
    assert (other.status_code, other.json()["code"]) == (422, "request.key_reused")
