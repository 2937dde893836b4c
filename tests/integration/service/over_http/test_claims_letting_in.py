"""A customer who has lost the way into a case gets another, from who may give it, and it is noted."""

from sites import Case, Site

from claims.states import Role


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
    assert case.ask("POST", "/contest", one, json={"words": "x"}).status_code == 409
    log = case.ask("GET", "/audit", site.staff(Role.AUDITOR)).json()
    [issued] = [entry for entry in log if entry["action"] == "issue_token"]
    assert issued["role"] == "front_line"
    assert (issued["facts"]["kind"], issued["facts"]["revoked"]) == ("called_back", False)
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
