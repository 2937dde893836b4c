"""Every route × every role × an object of one's own and of others: what comes of it is what ``rights.yaml`` says.

A route that is not in ``every_route`` fails the test of its own: whoever adds one says there which right it needs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid4

import httpx2
import pytest
from every_route import NOBODY, PDF, ROUTES, WORDS, Route
from peopled import STAFF, hold, member, opened_site, photographed
from sites import CAR, Case, Site, app_key
from sqlalchemy import select

from claims.actions import Action
from claims.rights import Rights, Scope
from claims.states import Role
from claims.tables import assessments, complaints, follow_ups, jobs

ALLOWED, NOT_HELD = "allowed", "not held"
NOT_HELD_CODES: Final = {"rights.not_held", "review.not_held", "review.held_by_other", "review.lease_over"}
REFUSED: Final = {"rights.who", "rights.forbidden", "rights.not_found", "rights.token_invalid", "rights.no_role"}
"""Other ``rights.*`` are told to whoever has the right: beyond their authority, a wrong password, a name taken."""


@dataclass(frozen=True)
class Caller:
    """Somebody who asks: with which role, whether the case is theirs or in their hands. ``role`` None: nobody."""

    role: Role | None
    token: str | None = field(repr=False)
    own: bool = True
    person: UUID | None = None

    @property
    def holds(self) -> bool:
        return self.person is not None

    def __str__(self) -> str:
        return f"{self.role or 'nobody'}{'' if self.own else ' of another case'}{' who holds it' if self.holds else ''}"


@dataclass(frozen=True)
class World:
    """A case that a person has to look at, and everybody who may ask about it."""

    site: Site
    case: Case
    callers: tuple[Caller, ...]
    ids: dict[str, str]

    def ask(self, method: str, path: str, caller: Caller) -> httpx2.Response:
        given = dict(ROUTES[(method, path)].given)
        if given.get("json", {}).get("claim"):
            given["json"] = {"claim": self.case.id}
        ids = {**self.ids, "sha256": self.ids["document"]} if "/materials/" in path else self.ids
        hold(self.site, self.case.id, caller.person)
        return self.site.ask(method, path.format(**ids), caller.token, **given)

    def as_it_is(self) -> dict[str, Any]:
        """What its customer sees, but for the version, which counts who takes it as well."""
        return {name: value for name, value in self.case.now().items() if name != "version"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened_site(tmp_path_factory.mktemp("matrix")) as opened:
        yield opened


@pytest.fixture(scope="module")
def seeds() -> Iterator[int]:
    return iter(range(1000))


@pytest.fixture
def world(site: Site, seeds: Iterator[int]) -> World:
    case = site.case()
    [digest, *_] = photographed(case, next(seeds))
    case.assessed()
    assert case.ask("POST", "/materials/bank_card", content=PDF).status_code == 201
    assert case.ask("POST", "/complaints", **WORDS).status_code == 200
    about = {"claim_id": case.id, "sha256": digest, "material": "bank_card", "document": sha256(PDF).hexdigest()}
    return World(site, case, tuple(_callers(site, case)), {**about, **_stored(site, case), **_of_the_house(site)})


def _callers(site: Site, case: Case) -> Iterator[Caller]:
    other_app = app_key(site.house.books)
    stranger = site.opened(other_app)["token"]
    yield Caller(None, None)
    yield Caller(Role.CUSTOMER, stranger, own=False)
    yield Caller(Role.APP, other_app, own=False)
    for role in STAFF:
        yield Caller(role, member(site, role).token)
    for role in STAFF:
        holder = member(site, role)
        yield Caller(role, holder.token, person=holder.person.id)
    yield Caller(Role.APP, site.app)
    yield Caller(Role.CUSTOMER, case.token)


def _stored(site: Site, case: Case) -> dict[str, str]:
    tables = {"job_id": jobs, "assessment_id": assessments, "complaint_id": complaints, "call_id": follow_ups}
    found = {}
    with site.house.books.reading() as book:
        for name, table in tables.items():
            rows = book.connection.execute(select(table.c.id).where(table.c.claim == UUID(case.id)))
            found[name] = str(next(iter(rows)).id)
    return found


def _of_the_house(site: Site) -> dict[str, str]:
    admin = member(site, Role.ADMIN).token
    app = site.ask("POST", "/v1/admin/apps", admin, json={"name": uuid4().hex}).json()["id"]
    absent = dict.fromkeys(("proposal_id", "key", "webhook", "delivery"), NOBODY)
    return {"app": app, "person": str(member(site, Role.JUNIOR).person.id), **absent}


def test_every_route_says_which_right_it_needs(site: Site) -> None:
    paths = site.client.app.openapi()["paths"]  # type: ignore[attr-defined]
    served = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert served - {("POST", "/v1/claims")} == set(ROUTES)


def test_who_may_report(site: Site) -> None:
    callers = {None: Role.CUSTOMER, site.app: Role.APP, **{member(site, role).token: role for role in STAFF}}
    for token, role in callers.items():
        answer = site.ask("POST", "/v1/claims", token, json={"notice": site.notice, "vehicle": CAR})
        never = site.house.rights.scope(role, Action.OPEN_CLAIM) is Scope.NEVER
        assert answer.status_code == (403 if never else 201), role


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=str)
def test_rights_are_what_the_table_says(world: World, method: str, path: str) -> None:
    """Those who are refused come first, and change nothing."""
    route = ROUTES[(method, path)]
    expected = {caller: _expected(world.site.house.rights, route, caller) for caller in world.callers}
    before, wrong = world.as_it_is(), {}
    for refused in (True, False):
        for caller, outcome in expected.items():
            if (outcome != ALLOWED) is refused:
                answer = world.ask(method, path, caller)
                if (found := _outcome(answer, route)) != outcome:
                    wrong[str(caller)] = f"{outcome} was expected: {found}, {answer.status_code} {answer.text[:300]}"
        if refused:
            assert world.as_it_is() == before
    assert not wrong, "\n".join(f"{who}: {what}" for who, what in wrong.items())


def _expected(rights: Rights, route: Route, caller: Caller) -> str:
    if route.right is None and not route.signed_in:
        return ALLOWED
    if caller.role is None:
        return "rights.who"
    if route.right is None:
        return ALLOWED if caller.role in STAFF else "rights.forbidden"
    scope = rights.scope(caller.role, route.right)
    if scope is Scope.NEVER or (route.also and rights.scope(caller.role, route.also) is Scope.NEVER):
        return "rights.forbidden"
    if scope is Scope.OWN and not caller.own and route.about_a_case:
        return "rights.not_found"
    return NOT_HELD if scope is Scope.HELD and not caller.holds else ALLOWED


def _outcome(answer: httpx2.Response, route: Route) -> str:
    """What rights made of it: whatever else is wrong with the case or the request comes after that."""
    if answer.request.method == "HEAD":
        return {401: "rights.who", 403: "rights.forbidden", 404: "rights.not_found"}.get(answer.status_code, ALLOWED)
    code = answer.json().get("code", "") if "problem" in answer.headers.get("content-type", "") else ""
    if code in NOT_HELD_CODES:
        return NOT_HELD
    past_rights = code not in REFUSED or (route.absent and code == "rights.not_found")
    fault = answer.status_code >= 500 or code == "request.invalid"
    return f"fault {code}" if fault else ALLOWED if past_rights else code
