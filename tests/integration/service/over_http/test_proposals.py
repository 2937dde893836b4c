"""Two people for every change of prices or policy, over HTTP, and what is in force afterwards."""

import time
from importlib.resources import files
from typing import Any
from uuid import UUID

import pytest
import yaml
from sites import Site
from tables import Table, referred

from claims.actors import Actor, ActorKind
from claims.audit import Thing, ThingKind
from claims.desk import proposing
from claims.desk.in_force import up_to_date
from claims.repository import audit
from claims.states import Role

PRICES = files("data").joinpath("prices", "parts.csv").read_text("utf-8")
POLICY = files("data").joinpath("rules", "triage.yaml").read_text("utf-8")


@pytest.fixture
def admins(site: Site) -> tuple[str, str]:
    return site.staff(Role.ADMIN), site.staff(Role.ADMIN)


def proposed(site: Site, token: str, **document: Any) -> Any:
    answer = site.ask("POST", "/v1/proposals", token, json=document)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_table_is_in_force_once_another_person_agrees(site: Site, admins: tuple[str, str]) -> None:
    one, other = admins
    before = site.house.rulebook.catalogue.version
    made = proposed(site, one, kind="prices", name="2026-12", content=PRICES + "\n")
    assert made["name"].startswith("2026-12@")
    assert [item["id"] for item in site.ask("GET", "/v1/proposals", other).json()] == [made["id"]]
    own = site.ask("POST", f"/v1/proposals/{made['id']}/approve", one)
    assert (own.status_code, own.json()["code"]) == (403, "rights.same_person")
    assert in_service(site) == before
    assert site.ask("GET", f"/v1/proposals/{made['id']}", other).json()["content"] == PRICES + "\n"
    approved = site.ask("POST", f"/v1/proposals/{made['id']}/approve", other)
    assert (approved.status_code, approved.json()["state"]) == (200, "approved"), approved.text
    assert in_service(site) == made["name"]
    assert site.ask("POST", f"/v1/proposals/{made['id']}/approve", other).json()["code"] == "storage.moved"
    assert site.ask("GET", "/v1/proposals", one).json() == []
    with site.house.books.reading() as book:
        log = audit.about(book, Thing(ThingKind.PROPOSAL, UUID(made["id"])))
    assert [(entry.action, entry.facts.get("result")) for entry in log] == [
        ("propose_prices", None),
        ("rights.same_person", None),
        ("approve_prices", "approved"),
    ]
    assert {entry.facts.get("content_sha256") for entry in log} == {made["content_sha256"], None}
    assert up_to_date(site.house).rulebook.catalogue.version == made["name"]


def test_what_was_decided_is_found_page_by_page(site: Site, admins: tuple[str, str]) -> None:
    one, other = admins
    made = []
    for number in range(4):
        made.append(proposed(site, one, kind="policy", content=f"{POLICY}# {number}\n")["id"])
        site.clock.turn(seconds=1)
    for proposal in made[:3]:
        assert site.ask("POST", f"/v1/proposals/{proposal}/refuse", other, json={"words": "no"}).status_code == 200
    assert [item["id"] for item in site.ask("GET", "/v1/proposals", one).json()] == made[3:]
    every, path = [], "/v1/proposals?state=refused&state=waiting&limit=3"
    while path:
        page = site.ask("GET", path, one)
        every += page.json()
        path = page.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert [(item["id"], item["state"]) for item in every] == [
        *((proposal, "refused") for proposal in made[:3]),
        (made[3], "waiting"),
    ]
    assert {(item["reason"], item["content"]) for item in every[:3]} == {("no", None)}
    assert site.ask("GET", "/v1/proposals?state=approved", one).json() == []
    assert site.ask("GET", "/v1/proposals?state=lost", one).status_code == 422


def test_another_process_takes_up_what_was_approved(site: Site, admins: tuple[str, str]) -> None:
    """The approval goes past this process: only the database tells it."""
    made = proposed(site, admins[0], kind="prices", name="2027-01", content=PRICES + "\n")
    assert in_service(site) != made["name"]
    other = Actor(kind=ActorKind.STAFF, id=person_of(site, admins[1]), role=Role.ADMIN)
    with site.house.desk(other, site.clock()) as desk:
        proposing.approve(desk, UUID(made["id"]))
    until = time.monotonic() + 30
    while in_service(site) != made["name"]:
        assert time.monotonic() < until
        time.sleep(0.1)


def person_of(site: Site, token: str) -> UUID:
    return UUID(site.ask("POST", "/v1/session/renew", token).json()["person"])


def test_estimates_name_the_policy_that_was_approved(site: Site, admins: tuple[str, str]) -> None:
    one, other = admins
    content = POLICY.replace("audit_sample_share: 0.05", "audit_sample_share: 0.04")
    assert content != POLICY
    made = proposed(site, one, kind="policy", content=content)
    assert site.ask("POST", f"/v1/proposals/{made['id']}/approve", other).status_code == 200
    fresh = site.client.app.state.service.house.rulebook  # type: ignore[attr-defined]
    assert fresh.versions["policy"] == made["name"]
    assert fresh.policy.audit_sample_share == pytest.approx(0.04)
    case = referred(site.case())
    assert Table(case, site.staff(Role.EXPERT)).ask("GET").status_code == 200


def test_what_is_wrong_is_listed_and_nothing_is_stored(site: Site, admins: tuple[str, str]) -> None:
    for kind, content in (("prices", "part,oem_price\nhood,abc\n"), ("prices", "x"), ("policy", "version: a\n")):
        answer = site.ask("POST", "/v1/proposals", admins[0], json={"kind": kind, "content": content})
        assert (answer.status_code, answer.json()["code"]) == (422, "request.content_refused"), answer.text
        assert answer.json()["errors"]
    for document in ({"kind": "rates", "content": "x"}, {"kind": "prices"}, [], {"kind": "prices", "content": 1}):
        answer = site.ask("POST", "/v1/proposals", admins[0], json=document)
        assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid"), answer.text
    assert site.ask("GET", "/v1/proposals", admins[1]).json() == []


def test_only_who_proposed_takes_back_and_only_others_refuse(site: Site, admins: tuple[str, str]) -> None:
    one, other = admins
    made = proposed(site, one, kind="policy", content=POLICY + "# looked at\n")
    path = f"/v1/proposals/{made['id']}"
    assert site.ask("POST", path + "/take-back", other).json()["code"] == "rights.forbidden"
    assert site.ask("POST", path + "/refuse", one, json={"words": "no"}).json()["code"] == "rights.same_person"
    refused = site.ask("POST", path + "/refuse", other, json={"words": "not yet"}).json()
    assert (refused["state"], refused["reason"]) == ("refused", "not yet")
    again = proposed(site, one, kind="policy", content=POLICY + "# looked at again\n")
    taken = site.ask("POST", f"/v1/proposals/{again['id']}/take-back", one)
    assert taken.json()["state"] == "taken_back"
    assert site.ask("POST", f"/v1/proposals/{again['id']}/approve", other).status_code == 412


def test_a_market_with_open_cases_stays_in_the_policy(site: Site, admins: tuple[str, str]) -> None:
    one, other = admins
    written = yaml.safe_load(POLICY)
    del written["markets"]["CN"]
    early = proposed(site, one, kind="policy", content=yaml.safe_dump(written, allow_unicode=True))
    case = site.case()
    document = {"kind": "policy", "content": yaml.safe_dump(written | {"version": "later"}, allow_unicode=True)}
    for path, token, asked in (
        ("/v1/proposals", one, document),
        (f"/v1/proposals/{early['id']}/approve", other, None),
    ):
        refused = site.ask("POST", path, token, json=asked)
        assert (refused.status_code, refused.json()["code"]) == (422, "request.content_refused"), refused.text
        assert [(fault["code"], "CN" in fault["detail"]) for fault in refused.json()["errors"]] == [
            ("rules.market_in_use", True)
        ]
    assert case.ask("POST", "/withdraw").status_code == 200
    assert site.ask("POST", f"/v1/proposals/{early['id']}/approve", other).status_code == 200
    shown = case.ask("GET")  # the market has left the policy, and the case is its customer's all the same
    assert (shown.status_code, shown.json()["state"]["code"]) == (200, "closed"), shown.text
    assert case.ask("GET", "/export").status_code == 200
    assert not {"complain", "contest", "reopen"} & set(shown.json()["actions"])
    senior = {"Cookie": f"qc_desk={site.staff(Role.SENIOR)}"}
    for page in (f"/desk/claims/{case.id}", "/desk/calls", "/desk/complaints"):
        assert site.client.get(page, headers=senior, follow_redirects=False).status_code == 200
    kept = case.ask("DELETE")
    assert (kept.status_code, kept.json()["code"]) == (409, "claim.kept"), kept.text


@pytest.mark.parametrize("role", [Role.SENIOR, Role.EXPERT, Role.AUDITOR])
def test_others_have_no_word_in_it(site: Site, role: Role) -> None:
    token = site.staff(role)
    document = {"kind": "policy", "content": POLICY}
    assert site.ask("POST", "/v1/proposals", token, json=document).status_code == 403
    assert site.ask("GET", "/v1/proposals", token).status_code == 403


def in_service(site: Site) -> str:
    return str(site.client.app.state.service.house.rulebook.catalogue.version)  # type: ignore[attr-defined]
