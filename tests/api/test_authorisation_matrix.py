"""Every route × every role × an object of one's own and of others: what comes of it is what ``rights.yaml`` says.

A route that is not in ``ROUTES`` fails the test of its own: whoever adds one says here which right it needs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid4

import httpx2
import pytest
from peopled import STAFF, hold, member, opened_site, photographed
from sites import CAR, COVER, Case, Site, app_key
from sqlalchemy import select

from claims.actions import Action
from claims.rights import Rights, Scope
from claims.states import Role
from claims.tables import assessments, complaints, follow_ups, jobs

NOBODY: Final = "0193a2c4-0000-7000-8000-000000000000"
WORDS: Final = {"json": {"words": "x"}}
JPEG: Final = {"files": {"photos": ("a.jpg", b"x")}}
PDF: Final = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
ALLOWED, NOT_HELD = "allowed", "not held"
NOT_HELD_CODES: Final = {"rights.not_held", "review.not_held", "review.held_by_other", "review.lease_over"}
REFUSED: Final = {"rights.who", "rights.forbidden", "rights.not_found", "rights.token_invalid", "rights.no_role"}
"""Other ``rights.*`` are told to whoever has the right: beyond their authority, a wrong password, a name taken."""


@dataclass(frozen=True)
class Route:
    """The right that a route needs; None for one that is open to all. ``given`` is a request that is well formed.

    ``signed_in``: for whoever has a login, without a right of its own. ``also``: a right that is needed besides.
    ``absent``: what it is about is not there, which whoever has the right is told. ``about_a_case``: about one, which
    may be another's.
    """

    right: Action | None
    given: dict[str, Any] = field(default_factory=dict)
    signed_in: bool = False
    also: Action | None = None
    absent: bool = False
    about_a_case: bool = True


def of(
    right: Action | None,
    *,
    also: Action | None = None,
    absent: bool = False,
    about_a_case: bool = True,
    **given: Any,
) -> Route:
    return Route(right, given, also=also, absent=absent, about_a_case=about_a_case)


A = Action
CLAIM = "/v1/claims/{claim_id}"
REVIEW = "/v1/reviews/{claim_id}"
ADMIN = "/v1/admin"
APP = "/v1/admin/apps/{app}"
PROPOSAL = "/v1/proposals/{proposal_id}"
COMPLAINT = CLAIM + "/complaints/{complaint_id}"
SIGNED_IN = Route(None, signed_in=True)
ROUTES: Final[dict[tuple[str, str], Route]] = {
    ("GET", "/livez"): of(None),
    ("GET", "/readyz"): of(None),
    ("POST", "/v1/quick-estimate"): of(None, **JPEG),
    ("GET", "/v1/stats/sla"): of(None),
    ("GET", "/v1/stats/satisfaction"): of(None),
    ("POST", "/v1/session"): of(None, json={"login": "x", "password": "x"}),
    ("DELETE", "/v1/session"): SIGNED_IN,
    ("POST", "/v1/session/renew"): SIGNED_IN,
    ("POST", "/v1/session/password"): Route(
        None, {"json": {"old": "x", "new": "four words of my own"}}, signed_in=True
    ),
    ("GET", "/v1/claims"): of(A.READ_CLAIM_MASKED, about_a_case=False),
    ("GET", CLAIM): of(A.READ_CLAIM_MASKED),
    ("DELETE", CLAIM): of(A.DELETE_OWN),
    ("GET", f"{CLAIM}/export"): of(A.EXPORT_OWN),
    ("GET", f"{CLAIM}/explanation"): of(A.EXPLAIN),
    ("POST", f"{CLAIM}/photos"): of(A.ADD_PHOTOS, **JPEG),
    ("HEAD", f"{CLAIM}/photos/{{sha256}}"): of(A.ADD_PHOTOS),
    ("GET", f"{CLAIM}/photos/{{sha256}}"): of(A.READ_CLAIM),
    ("PUT", f"{CLAIM}/photos/{{sha256}}"): of(A.ADD_PHOTOS, content=b"x"),
    ("POST", f"{CLAIM}/materials/{{material}}"): of(A.SUBMIT_MATERIALS, content=PDF),
    ("GET", f"{CLAIM}/materials/{{material}}/{{sha256}}"): of(A.SEE_PERSONAL_DATA),
    ("POST", f"{CLAIM}/submit"): of(A.SUBMIT_MATERIALS),
    ("POST", f"{CLAIM}/assess"): of(A.ASSESS),
    ("POST", f"{CLAIM}/accept"): of(A.ACCEPT, json={"offer": NOBODY, "signature": "王小明"}),
    ("POST", f"{CLAIM}/renew-offer"): of(A.RENEW_OFFER),
    ("POST", f"{CLAIM}/contest"): of(A.CONTEST, **WORDS),
    ("POST", f"{CLAIM}/refuse-automation"): of(A.REFUSE_AUTOMATION),
    ("POST", f"{CLAIM}/withdraw"): of(A.WITHDRAW),
    ("POST", f"{CLAIM}/reopen"): of(A.REOPEN, **WORDS),
    ("POST", f"{CLAIM}/complaints"): of(A.COMPLAIN, **WORDS),
    ("POST", f"{CLAIM}/feedback"): of(A.FEEDBACK, json={"convenience": 1, "communication": 1, "fairness": 1}),
    ("PUT", f"{CLAIM}/cover"): of(A.STATE_COVER, json=COVER, headers={"If-Match": "*"}),
    ("GET", f"{CLAIM}/complaints"): of(A.ANSWER_COMPLAINT),
    ("POST", f"{COMPLAINT}/reply"): of(A.ANSWER_COMPLAINT),
    ("POST", f"{COMPLAINT}/told"): of(A.ANSWER_COMPLAINT),
    ("POST", f"{COMPLAINT}/solve"): of(A.ANSWER_COMPLAINT, json={"how": "put_right"}),
    ("GET", "/v1/complaints"): of(A.ANSWER_COMPLAINT),
    ("POST", "/v1/complaints/{complaint_id}/take"): of(A.ANSWER_COMPLAINT),
    ("POST", "/v1/complaints/{complaint_id}/release"): of(A.ANSWER_COMPLAINT),
    ("POST", f"{CLAIM}/call"): of(A.CALL_CUSTOMER, json={"why": "complaint"}),
    ("POST", f"{CLAIM}/tokens"): of(A.ISSUE_TOKEN, json={"checked": "called_back"}),
    ("POST", f"{CLAIM}/payments"): of(A.START_PAYMENT),
    ("GET", "/v1/payments"): of(A.START_PAYMENT),
    ("GET", f"{CLAIM}/payments"): of(A.READ_CLAIM_MASKED),
    ("POST", f"{CLAIM}/payments/confirm"): of(
        A.CONFIRM_PAYMENT,
        json={"payment": NOBODY, "proof": "x", "amount": "1.00", "currency": "CNY", "payee": "x"},
        absent=True,
    ),
    ("POST", f"{CLAIM}/payments/return"): of(
        A.PAYMENT_RETURNED, json={"payment": NOBODY, "why": "wrong_account"}, absent=True
    ),
    ("POST", f"{CLAIM}/close-unpaid"): of(A.CLOSE_UNPAID, **WORDS),
    ("GET", f"{CLAIM}/audit"): of(A.READ_AUDIT),
    ("GET", f"{CLAIM}/replay/{{assessment_id}}"): of(A.REPLAY),
    ("GET", "/v1/jobs/{job_id}"): of(A.READ_CLAIM_MASKED),
    ("GET", "/v1/follow-ups"): of(A.FOLLOW_UP),
    ("POST", "/v1/follow-ups/{call_id}/done"): of(A.FOLLOW_UP, json={"claim": "{claim_id}"}),
    ("GET", "/v1/reviews"): of(A.QUEUE_READ),
    ("POST", "/v1/reviews/next"): of(A.CLAIM_NEXT),
    ("GET", REVIEW): of(A.READ_CLAIM, also=A.QUEUE_READ),
    ("POST", f"{REVIEW}/take"): of(A.CLAIM_NEXT),
    ("POST", f"{REVIEW}/extend"): of(A.RELEASE),
    ("POST", f"{REVIEW}/release"): of(A.RELEASE),
    ("POST", f"{REVIEW}/corrections"): of(
        A.CORRECT_LINES, json={"changes": [{"do": "remove", "line": 0, "why": "old_damage"}]}, headers={"If-Match": "*"}
    ),
    ("POST", f"{REVIEW}/approve"): of(A.APPROVE, json={}, headers={"If-Match": "*"}),
    ("POST", f"{REVIEW}/decline"): of(A.DECLINE, json={"words": "x", "terms": "x"}),
    ("POST", f"{REVIEW}/ask-photos"): of(A.ASK_PHOTO, json={"wishes": [{"shot": "damage"}]}),
    ("POST", f"{REVIEW}/ask-materials"): of(A.ASK_MATERIALS, json={}),
    ("POST", f"{REVIEW}/escalate"): of(A.ESCALATE, **WORDS),
    ("POST", f"{REVIEW}/return"): of(A.RETURN, **WORDS),
    ("POST", f"{REVIEW}/suspect"): of(A.SUSPECT, json={"evidence": [NOBODY]}),
    ("POST", f"{REVIEW}/clear"): of(A.CLEAR, **WORDS),
    ("POST", f"{REVIEW}/send-third-party"): of(A.SEND_THIRD_PARTY, **WORDS),
    ("POST", f"{REVIEW}/third-party-answer"): of(A.THIRD_PARTY_ANSWERED, json={"amount": "100.00"}),
    ("POST", f"{REVIEW}/recall"): of(A.RECALL, **WORDS),
    ("POST", f"{REVIEW}/take-up"): of(A.TAKE_UP),
    ("POST", f"{REVIEW}/refer"): of(A.REFER, **WORDS),
    ("GET", "/v1/stats/overrides"): of(A.STATS_READ),
    ("GET", "/v1/audit"): of(A.READ_AUDIT),
    ("POST", "/v1/audit/verify"): of(A.VERIFY_AUDIT, json={}),
    ("GET", "/v1/examples.coco"): of(A.EXPORT_EXAMPLES),
    ("POST", "/v1/proposals"): of(A.PROPOSE_POLICY, json={"kind": "policy", "content": "x"}),
    ("GET", "/v1/proposals"): of(A.PROPOSE_PRICES),
    ("GET", PROPOSAL): of(A.PROPOSE_PRICES, absent=True),
    ("POST", f"{PROPOSAL}/approve"): of(A.PROPOSE_PRICES, absent=True),
    ("POST", f"{PROPOSAL}/refuse"): of(A.PROPOSE_PRICES, absent=True, **WORDS),
    ("POST", f"{PROPOSAL}/take-back"): of(A.PROPOSE_PRICES, absent=True),
    ("GET", f"{ADMIN}/people"): of(A.MANAGE_PEOPLE),
    ("POST", f"{ADMIN}/people"): of(
        A.MANAGE_PEOPLE, json={"login": "new", "name": "x", "role": "junior", "password": "four words of my own"}
    ),
    ("PATCH", f"{ADMIN}/people/{{person}}"): of(A.MANAGE_PEOPLE, json={"active": True}),
    ("POST", f"{ADMIN}/people/{{person}}/password"): of(A.MANAGE_PEOPLE, json={"password": "four words of my own"}),
    ("GET", f"{ADMIN}/apps"): of(A.MANAGE_APPS),
    ("POST", f"{ADMIN}/apps"): of(A.MANAGE_APPS, json={"name": "another"}),
    ("PATCH", APP): of(A.MANAGE_APPS, json={"active": True}),
    ("GET", f"{APP}/keys"): of(A.MANAGE_APPS),
    ("POST", f"{APP}/keys"): of(A.MANAGE_APPS, json={}),
    ("DELETE", f"{APP}/keys/{{key}}"): of(A.MANAGE_APPS, absent=True),
    ("GET", f"{APP}/webhooks"): of(A.MANAGE_APPS),
    ("POST", f"{APP}/webhooks"): of(A.MANAGE_APPS, json={"url": "https://hooks.example/a"}),
    ("PATCH", f"{APP}/webhooks/{{webhook}}"): of(A.MANAGE_APPS, absent=True, json={"active": True}),
    ("POST", f"{APP}/webhooks/{{webhook}}/secret"): of(A.MANAGE_APPS, absent=True, json={}),
    ("GET", f"{ADMIN}/dead-letters"): of(A.MANAGE_APPS),
    ("POST", f"{ADMIN}/dead-letters/{{delivery}}/revive"): of(A.MANAGE_APPS, absent=True),
}


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
    assert case.ask("POST", "/assess").status_code == 200
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
        never = site.house.rights.scope(role, A.OPEN_CLAIM) is Scope.NEVER
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
