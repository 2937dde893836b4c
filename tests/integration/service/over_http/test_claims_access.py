"""Who sees what of a case, who is told that there is none, and two people who change one case."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sites import COVER, SCRATCH, Case, Site, app_key
from tables import Table, referred

from claims.actors import Actor, ActorKind
from claims.audit import Thing, ThingKind
from claims.desk import noting
from claims.repository import audit, claims
from claims.review_queue import Lease
from claims.states import Role

PERSONAL = (
    "沪A12345",
    "LSVAU218XN2183294",
    "13812345678",
    "王小明",
    "PDAA202631010000012345",
    "人民广场",
    "倒车",
    "沪B67890",
)
SHA = "0" * 64
ROUTES: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "", {}),
    ("DELETE", "", {}),
    ("GET", "/export", {}),
    ("GET", "/explanation", {}),
    ("POST", "/photos", {"files": [("photos", ("a.jpg", b"x"))]}),
    ("HEAD", f"/photos/{SHA}", {}),
    ("GET", f"/photos/{SHA}", {}),
    ("PUT", f"/photos/{SHA}", {"content": b"x"}),
    ("POST", "/materials/bank_card", {"content": b"%PDF-"}),
    ("GET", f"/materials/bank_card/{SHA}", {}),
    ("POST", "/submit", {}),
    ("POST", "/assess", {}),
    ("POST", "/accept", {"json": {"offer": "0193a2c4-0000-7000-8000-000000000000", "signature": "王小明"}}),
    ("POST", "/contest", {"json": {"words": "x"}}),
    ("POST", "/refuse-automation", {}),
    ("POST", "/withdraw", {}),
    ("POST", "/reopen", {"json": {"words": "x"}}),
    ("POST", "/complaints", {"json": {"words": "x"}}),
    ("POST", "/feedback", {"json": {"convenience": 1, "communication": 1, "fairness": 1}}),
]


@pytest.mark.parametrize(("method", "path", "given"), ROUTES, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_not_yours_is_not_there(site: Site, method: str, path: str, given: dict[str, Any]) -> None:
    case, other = site.case(), site.case()
    before = case.now()
    assert case.ask(method, path, other.token, **given).status_code == 404
    assert site.ask(method, f"/v1/claims/{case.id}{path}", **given).status_code == 401
    nowhere = site.ask(method, f"/v1/claims/{SHA[:8]}-0000-7000-8000-{SHA[:12]}{path}", other.token, **given)
    assert nowhere.status_code == 404
    assert case.now() == before


@pytest.mark.parametrize("role", [Role.FRONT_LINE, Role.JUNIOR, Role.SENIOR, Role.EXPERT])
def test_staff_who_do_not_hold_the_case_see_nothing_personal(case: Case, role: Role) -> None:
    case.offered()
    case.ask("POST", "/contest", json={"words": "王小明的后门也坏了"})
    told = json.dumps(case.now(case.site.staff(role)), ensure_ascii=False)
    assert not [text for text in PERSONAL if text in told]
    assert json.loads(told)["inside"]["state"] == "contested"
    assert (json.loads(told)["assessment"] is not None) == (role is Role.EXPERT)
    assert case.now()["inside"] is None


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN])
def test_keepers_do_not_open_cases(case: Case, role: Role) -> None:
    keeper = case.site.staff(role)
    assert case.ask("GET", "", keeper).status_code == 403
    assert case.site.ask("GET", "/v1/claims", keeper).status_code == 403
    assert case.ask("GET", "/explanation", keeper).status_code == (200 if role is Role.AUDITOR else 403)


def test_only_an_app_with_that_right_and_staff_state_cover(case: Case) -> None:
    without = app_key(case.site.house.books, states_cover=False)
    made = case.site.opened(without)
    own = Case(case.site, made["claim"]["id"], made["token"])
    for token in (own.token, without):
        assert own.ask("PUT", "/cover", token, json=COVER).status_code == 403
    front = case.site.staff(Role.FRONT_LINE)
    assert own.ask("PUT", "/cover", front, json=COVER).json()["code"] == "request.precondition_needed"
    tag = own.ask("GET", "", front).headers["ETag"]
    assert own.ask("PUT", "/cover", front, json=COVER, headers={"If-Match": tag}).status_code == 200
    late = own.ask("PUT", "/cover", front, json=COVER, headers={"If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "storage.moved")
    assert own.ask("PUT", "/cover", front, json={}, headers={"If-Match": "*"}).json()["code"] == "claim.nothing_said"


def test_what_has_not_changed_is_not_sent_again(case: Case) -> None:
    first = case.ask("GET")
    tag = first.headers["ETag"]
    again = case.ask("GET", headers={"If-None-Match": f'"x", W/{tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    chinese = case.ask("GET", headers={"If-None-Match": tag, "Accept-Language": "zh"})
    assert (chinese.status_code, chinese.json()["state"]["text"]) == (200, "等待提交照片和资料")
    case.ask("POST", "/complaints", json={"words": "x"})
    assert case.ask("GET", headers={"If-None-Match": tag}).status_code == 200


def test_lists_hold_ones_own_and_go_on_by_cursor(site: Site) -> None:
    cases = []
    for _ in range(3):
        cases.append(site.case())
        site.clock.turn(seconds=1)
    foreign = site.opened()["claim"]["id"]
    cases[1].ask("POST", "/withdraw")
    newest_first = [case.id for case in reversed(cases)]
    first = site.ask("GET", "/v1/claims", site.app, params={"limit": 2})
    assert [one["id"] for one in first.json()] == newest_first[:2]
    rest = site.ask("GET", first.links["next"]["url"], site.app)
    assert [one["id"] for one in rest.json()] == newest_first[2:]
    assert "next" not in rest.links
    closed = site.ask("GET", "/v1/claims", site.app, params={"state": "closed"}).json()
    assert [one["id"] for one in closed] == [cases[1].id]
    assert [one["id"] for one in site.ask("GET", "/v1/claims", cases[0].token).json()] == [cases[0].id]
    every = site.ask("GET", "/v1/claims", site.staff(Role.JUNIOR)).json()
    assert {one["id"] for one in every} == {*newest_first, foreign}


def test_a_number_of_a_car_made_for_europe_is_taken_and_told(site: Site) -> None:
    """To the customer, who may have mistyped it, and to whoever looks at the case; it raises no risk."""
    opened = site.opened(site.app, vin="WVWZZZ1JZ3W386752")
    assert any("9th character" in told for told in opened["contradictions"])
    case = Case(site, opened["claim"]["id"], opened["token"])
    table = Table(referred(case), site.staff(Role.SENIOR)).taken()
    seen = table.ask("GET").json()
    assert [(one["code"], one["weight"]) for one in seen["suspicions"]] == [("vin_check_digit", 0)]
    assert seen["case"]["inside"]["risk"] == 0
    assert seen["case"]["notice"]["vin"] == "WVWZZZ1JZ3W386752"


def test_a_notice_that_cannot_be_taken_is_answered_field_by_field(site: Site) -> None:
    wrong = {
        **site.notice,
        "plate": "沪I12345",
        "vin": "LSVAU218XN218329",
        "contact": {**site.notice["contact"], "phone": "12"},
    }
    answer = site.ask("POST", "/v1/claims", json={"notice": wrong}, headers={"Accept-Language": "zh"})
    assert answer.status_code == 422
    errors = {error["field"]: error for error in answer.json()["errors"]}
    assert errors["body.notice.vin"]["code"] == "vin_length"
    assert "17" in errors["body.notice.vin"]["detail"]
    assert not [text for text in ("沪I12345", "LSVAU218XN218329") if text in answer.text]
    ahead = {**site.notice, "happened_at": "2026-11-23T20:00:00+08:00"}
    late = site.ask("POST", "/v1/claims", json={"notice": ahead}).json()
    assert (late["code"], late["errors"][0]["code"]) == ("claim.notice_refused", "time_in_future")


def test_nobody_draws_their_own_sample(site: Site) -> None:
    for place in ("vehicle", "notice"):
        body = {"notice": dict(site.notice), "vehicle": {}}
        body[place]["sample_draw"] = "0.9"
        assert site.ask("POST", "/v1/claims", json=body).status_code == 422
    case = site.case()
    assert case.ask("PUT", "/cover", site.app, json={**COVER, "sample_draw": "0.9"}).status_code == 422


def test_whoever_works_on_a_case_sees_it_whole_and_the_log_is_told(case: Case) -> None:
    case.send(*SCRATCH.photos)
    case.assessed()
    person = uuid4()
    senior = case.site.staff(Role.SENIOR, person)
    with case.site.house.books.writing() as book:
        claim = claims.locked(book, UUID(case.id))
        assert claim is not None
        at = case.site.clock()
        claims.save(book, replace(claim, lease=Lease(holder=person, taken_at=at, until=at + timedelta(hours=1))))
    shown = case.now(senior)
    assert (shown["notice"]["masked"], shown["notice"]["plate"]) == (False, "沪A12345")
    assert len(shown["photos"]) == 2
    with case.site.house.books.reading() as book:
        last = list(audit.entries(book))[-1]
    assert (last.action, last.actor) == ("see_personal_data", f"staff:{person}")


def entries(case: Case, person: UUID) -> list[str]:
    """What the log tells of somebody of the staff and this case."""
    with case.site.house.books.reading() as book:
        about = audit.about(book, Thing(ThingKind.CLAIM, UUID(case.id)))
    return [entry.action for entry in about if entry.actor == f"staff:{person}"]


def test_staff_who_look_where_they_do_not_work_leave_a_trace(case: Case) -> None:
    case.send(*SCRATCH.photos)
    case.assessed()
    person = uuid4()
    junior = case.site.staff(Role.JUNIOR, person)
    sha256 = case.now()["photos"][0]["sha256"]
    for path in (f"/photos/{sha256}", f"/materials/bank_card/{SHA}"):
        refused = case.ask("GET", path, junior)
        assert (refused.status_code, refused.json()["code"]) == (409, "rights.not_held")
    assert case.site.ask("GET", f"/v1/reviews/{case.id}", junior).status_code == 409
    assert case.ask("GET", "/export", junior).status_code == 403
    assert entries(case, person) == ["rights.not_held"] * 3 + ["rights.forbidden"]


def test_refused_customers_and_apps_do_not_fill_the_log(site: Site, case: Case) -> None:
    with site.house.books.reading() as book:
        before = audit.head(book)
    other = site.case()
    assert [case.ask("GET", "/audit", token).status_code for token in (case.token, site.app)] == [403, 403]
    assert case.ask("GET", "", other.token).status_code == 404
    with site.house.books.reading() as book:
        later = [entry.action for entry in audit.entries(book, after=before.seq)]
    assert later == ["open_claim"]


def test_whoever_reviews_a_case_is_noted_once_an_hour(case: Case) -> None:
    case.send(*SCRATCH.photos)
    case.assessed()
    person = uuid4()
    senior, review = case.site.staff(Role.SENIOR, person), f"/v1/reviews/{case.id}"
    assert case.site.ask("POST", f"{review}/take", senior).json()["notice"]["masked"] is False
    assert entries(case, person) == ["claim_next", "see_personal_data"]
    shown = case.site.ask("GET", review, senior)
    assert shown.json()["case"]["notice"]["plate"] == "沪A12345"
    assert entries(case, person) == ["claim_next", "see_personal_data"]
    with case.site.house.books.writing() as book:
        claim = claims.locked(book, UUID(case.id))
        assert claim is not None
        at = case.site.clock()
        claims.save(book, replace(claim, lease=Lease(holder=person, taken_at=at, until=at + timedelta(hours=2))))
    actor = Actor(kind=ActorKind.STAFF, id=person, role=Role.SENIOR)
    for minutes, again in ((59, False), (61, True)):
        with case.site.house.looking(actor, at + timedelta(minutes=minutes)) as desk:
            assert noting.unnoted(desk, UUID(case.id)) is again
