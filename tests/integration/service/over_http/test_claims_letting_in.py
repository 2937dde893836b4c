"""A customer who has lost the way into a case gets another, from who may give it, and it is noted."""

import httpx2
import pytest
from sites import SCRATCH, Case, Site
from tables import PDF

from claims.states import Role


def prove(case: Case, token: str, number: str | None = None) -> httpx2.Response:
    """By the number of the policy as its customer would type it."""
    own = str(case.site.notice["policy_number"])
    typed = f" {own[:4].lower()}-{own[4:]} " if number is None else number
    return case.ask("POST", "/proof", token, json={"policy_number": typed})


def handed_out(case: Case) -> str:
    """A token that the front line made, and so has seen."""
    front = case.site.staff(Role.FRONT_LINE)
    answer = case.ask("POST", "/tokens", front, json={"checked": "identity_document"})
    assert (answer.status_code, answer.json()["proof"]) == (201, True), answer.text
    return str(answer.json()["token"])


@pytest.fixture
def handed(case: Case) -> str:
    return handed_out(case)


def test_the_app_that_opened_the_case_gives_another_way_in(case: Case, another_app: str) -> None:
    answer = case.ask("POST", "/tokens", case.site.app, json={})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    fresh = answer.json()["token"]
    assert fresh != case.token
    assert case.now(fresh)["id"] == case.now()["id"]
    assert case.ask("POST", "/withdraw", fresh).status_code == 200
    assert case.ask("POST", "/tokens", another_app, json={}).status_code == 404
    assert case.ask("POST", "/tokens", json={}).status_code == 403


def test_old_ways_in_end_where_that_is_asked_for(site: Site, case: Case) -> None:
    other = site.case()
    fresh = case.ask("POST", "/tokens", site.app, json={"revoke": True}).json()["token"]
    assert case.ask("GET").status_code == 401
    assert case.now(fresh)["id"] == case.id
    assert other.now()["id"] == other.id


def test_the_front_line_says_how_it_knows_who_asks(site: Site, case: Case) -> None:
    front = site.staff(Role.FRONT_LINE)
    unchecked = case.ask("POST", "/tokens", front, json={"revoke": True})
    assert (unchecked.status_code, unchecked.json()["code"]) == (422, "claim.identity_unchecked")
    assert case.ask("GET").status_code == 200
    asked = {"json": {"checked": "called_back"}, "headers": {"Idempotency-Key": "again"}}
    one, again = (case.ask("POST", "/tokens", front, **asked).json()["token"] for _ in range(2))
    assert one == again
    assert case.now(one)["id"] == case.id
    for role in (Role.JUNIOR, Role.SENIOR, Role.EXPERT, Role.ADMIN):
        refused = case.ask("POST", "/tokens", site.staff(role), json={"checked": "called_back"})
        assert refused.status_code == 403
    assert case.ask("POST", "/contest", one, json={"words": "x"}).json()["code"] == "rights.unproven"
    assert prove(case, one).status_code == 204
    log = case.ask("GET", "/audit", site.staff(Role.AUDITOR)).json()
    issued, proven = (entry for entry in log if entry["action"] == "issue_token")
    assert (issued["role"], proven["role"]) == ("front_line", "customer")
    assert (issued["facts"]["kind"], issued["facts"]["revoked"]) == ("called_back", False)
    assert proven["facts"] == {"kind": "token_proven", "token": issued["facts"]["token"]}
    assert case.ask("POST", "/complaints", one, json={"words": "x"}).status_code == 200
    log = case.ask("GET", "/audit", site.staff(Role.AUDITOR)).json()
    assert log[-1]["actor"] == f"customer:{issued['facts']['token']}"  # what is done with it leads back to who gave it


def test_a_case_has_so_many_ways_in_and_no_more(site: Site, case: Case) -> None:
    for _ in range(9):
        assert case.ask("POST", "/tokens", site.app, json={}).status_code == 201
    full = case.ask("POST", "/tokens", site.app, json={})
    assert (full.status_code, full.json()["code"]) == (409, "claim.too_many_tokens")
    assert case.ask("POST", "/tokens", site.app, json={"revoke": True}).status_code == 201
    assert case.ask("POST", "/tokens", site.app, json={}).status_code == 201


def test_whoever_hands_a_token_out_does_not_become_the_customer(case: Case) -> None:
    offered = case.offered()
    handed = handed_out(case)
    seen = case.now(handed)
    assert seen["notice"] == case.now(case.site.staff(Role.FRONT_LINE))["notice"]
    assert (seen["notice"]["masked"], seen["offer"], seen["photos"], seen["materials"]) == (True, None, [], [])
    assert set(seen["actions"]) == {"add_photos", "submit_materials"}
    accept = {"json": {"offer": offered["offer"]["id"], "signature": "王小明"}}
    asked = [
        case.ask("POST", "/accept", handed, **accept),
        case.ask("POST", "/withdraw", handed),
        case.ask("POST", "/refuse-automation", handed),
        case.ask("GET", "/export", handed),
        case.ask("GET", f"/photos/{offered['photos'][0]['sha256']}", handed),
        case.ask("DELETE", "", handed),
    ]
    assert [(one.status_code, one.json()["code"]) for one in asked] == [(403, "rights.unproven")] * len(asked)
    assert case.now()["state"] == offered["state"]
    assert prove(case, handed).status_code == 204
    assert case.now(handed)["notice"]["masked"] is False
    assert case.ask("POST", "/accept", handed, **accept).status_code == 200


def test_photos_and_documents_are_taken_before_that(case: Case, handed: str) -> None:
    assert case.send(*SCRATCH.photos, token=handed).status_code == 201
    sent = case.ask("POST", "/materials/bank_card", handed, content=PDF, headers={"Content-Type": "application/pdf"})
    assert sent.status_code == 201, sent.text


def test_nobody_guesses_for_long(site: Site, case: Case, handed: str) -> None:
    """Neither with another token nor by waiting a little; the right number does not count while it is locked."""
    for number in range(4):
        wrong = prove(case, handed, f"PDAA{number}")
        assert (wrong.status_code, wrong.json()["code"]) == (403, "rights.proof_wrong")
    second = handed_out(case)
    assert prove(case, second, "PDAA").json()["code"] == "rights.proof_wrong"
    for token in (handed, second, handed_out(case)):
        locked = prove(case, token)
        assert (locked.status_code, locked.json()["code"]) == (429, "rights.proof_locked")
        assert locked.headers["Retry-After"] == str(24 * 3600)
    assert case.now()["notice"]["masked"] is False
    log = case.ask("GET", "/audit", site.staff(Role.AUDITOR)).json()
    assert [entry["facts"]["attempts"] for entry in log if entry["action"] == "rights.proof_locked"] == [5]
    site.clock.turn(hours=24)
    assert prove(case, second).status_code == 204


def test_a_token_of_the_app_has_nothing_to_prove(case: Case) -> None:
    fresh = case.ask("POST", "/tokens", case.site.app, json={}).json()
    assert fresh["proof"] is False
    assert case.now(fresh["token"])["notice"]["masked"] is False
    assert prove(case, fresh["token"], "anything").status_code == 204


def test_who_reports_for_a_customer_does_not_hold_their_token(site: Site) -> None:
    made = site.opened(site.staff(Role.FRONT_LINE))
    case = Case(site, made["claim"]["id"], made["token"])
    assert case.ask("POST", "/withdraw").json()["code"] == "rights.unproven"
    assert prove(case, case.token).status_code == 204
    assert case.ask("POST", "/withdraw").status_code == 200


def test_the_page_asks_once(case: Case, handed: str) -> None:
    ask, page = {"X-QuickClaim-Page": "customer"}, f"/c/{case.id}"
    client = case.site.client
    assert client.post(f"{page}/enter", json={"token": handed}, headers=ask).status_code == 204
    form = client.get(page)
    assert form.status_code == 200
    assert f'data-call="POST /v1/claims/{case.id}/proof"' in form.text
    assert "timeline" not in form.text
    number = {"policy_number": case.site.notice["policy_number"]}
    assert client.post(f"/v1/claims/{case.id}/proof", json=number, headers=ask).status_code == 204
    assert "timeline" in client.get(page).text
