"""Complaints, calls, the log, replay, examples and rates over HTTP."""

from itertools import pairwise
from uuid import UUID

import pytest
from sites import Case, Site
from sqlalchemy import text
from tables import Table, amounting_to, referred

from claims.deadline_rules import ClockKind
from claims.repository import deadlines
from claims.states import Role


@pytest.fixture
def waiting(case: Case) -> Case:
    return referred(case)


def approved(case: Case, total: str = "930.00") -> Table:
    """Settled by a senior who changed its first line."""
    table = Table(case, case.site.staff(Role.SENIOR)).taken()
    assert table.correct(amounting_to(total)).status_code == 200
    assert table.approve(words="offer of the shop").status_code == 200
    return table


def open_clocks(case: Case) -> list[tuple[ClockKind, bool]]:
    with case.site.house.books.reading() as book:
        clocks = [one.clock for one in deadlines.of_claim(book, UUID(case.id))]
    return [(clock.kind, clock.ended_at is not None) for clock in clocks if clock.kind.startswith("complaint")]


def test_a_complaint_is_answered_step_by_step(site: Site, waiting: Case) -> None:
    assert waiting.ask("POST", "/complaints", json={"words": "nobody calls"}).status_code == 200
    site.clock.turn(minutes=1)
    assert waiting.ask("POST", "/complaints", json={"words": "still nobody"}).status_code == 200
    front = site.staff(Role.FRONT_LINE)
    one, other = waiting.ask("GET", "/complaints", front).json()
    assert (one["text"], one["replied_at"], other["text"]) == ("nobody calls", None, "still nobody")
    assert waiting.ask("GET", "/complaints").status_code == 403
    path = f"/complaints/{one['id']}"
    assert waiting.ask("POST", path + "/reply", front).json()["replied_at"]
    assert waiting.ask("POST", path + "/reply", front).status_code == 412
    assert sum(ended for _, ended in open_clocks(waiting)) == 1
    solved = waiting.ask("POST", path + "/solve", front, json={"how": "put_right", "words": "called"}).json()
    assert (solved["solution"]["code"], solved["answer"]) == ("solution.put_right", "called")
    assert solved["told_at"] == solved["solved_at"]
    assert sorted(ended for _, ended in open_clocks(waiting)) == [False] * 3 + [True] * 3
    strange = site.case()
    assert strange.ask("POST", path + "/told", front).json()["code"] == "claim.no_complaint"


def test_a_call_is_made_once(site: Site, waiting: Case) -> None:
    front = site.staff(Role.FRONT_LINE)
    assert site.ask("GET", "/v1/follow-ups", front).json() == []
    (call,) = site.ask("GET", "/v1/follow-ups?days=10", front).json()
    assert (call["kind"], call["claim"]) == ("after_submission", waiting.id)
    done = f"/v1/follow-ups/{call['id']}/done"
    assert site.ask("POST", done, front, json={"claim": site.case().id}).json()["code"] == "claim.no_call"
    assert site.ask("POST", done, front, json={"claim": waiting.id}).status_code == 204
    assert site.ask("POST", done, front, json={"claim": waiting.id}).status_code == 409
    assert site.ask("GET", "/v1/follow-ups?days=10", front).json() == []
    assert site.ask("GET", "/v1/follow-ups", site.app).status_code == 403


def test_an_auditor_reads_the_log_and_finds_another_history(site: Site, waiting: Case) -> None:
    auditor = site.staff(Role.AUDITOR)
    every, path = [], "/v1/audit?limit=2"
    while path:
        page = site.ask("GET", path, auditor)
        every += page.json()
        path = page.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert [one["seq"] for one in every] == list(range(1, len(every) + 1))
    assert all(after["previous"] == before["hash"] for before, after in pairwise(every))
    own = waiting.ask("GET", "/audit", auditor).json()
    assert own == [one for one in every if one["object"] == f"claim:{waiting.id}"]
    assert {"open_claim", "refer"} <= {one["action"] for one in own}
    whole = site.ask("POST", "/v1/audit/verify", auditor, json={"anchors": [f"1:{every[0]['hash']}"]}).json()
    assert (whole["whole"], whole["entries"], whole["anchors"], whole["faults"]) == (True, len(every), 1, [])
    kept = {"anchors": [f"2:{every[0]['hash']}"]}
    broken = site.ask("POST", "/v1/audit/verify", site.staff(Role.ADMIN), json=kept).json()
    assert (broken["whole"], [(one["kind"], one["seq"]) for one in broken["faults"]]) == (False, [("other_history", 2)])
    for role in (Role.SENIOR, Role.ADMIN):
        assert site.ask("GET", "/v1/audit", site.staff(role)).status_code == 403
    assert site.ask("POST", "/v1/audit/verify", auditor, json={"anchors": ["x"]}).status_code == 422


def test_a_stored_estimate_is_made_again(site: Site, waiting: Case) -> None:
    with site.house.books.reading() as book:
        made = book.connection.execute(text("SELECT id FROM assessments")).scalar_one()
    path = f"/replay/{made}"
    answer = waiting.ask("GET", path, site.staff(Role.AUDITOR))
    assert answer.json() == {"same": True, "count": 0, "differences": [], "moved": None}
    assert waiting.ask("GET", path + "?moved=true", site.staff(Role.EXPERT)).json()["moved"] == []
    assert waiting.ask("GET", path, site.staff(Role.SENIOR)).status_code == 403
    assert site.case().ask("GET", path, site.staff(Role.EXPERT)).status_code == 404


def test_corrections_are_exported_for_training(site: Site, waiting: Case) -> None:
    approved(waiting)
    expert = site.staff(Role.EXPERT)
    answer = site.ask("GET", "/v1/examples.coco", expert)
    document = answer.json()
    assert len(document["images"]) == 2
    assert {one["lesson"] for one in document["examples"]} == {"changed"}
    assert {one["amount"] for one in document["examples"]} == {"930.00"}
    assert len(document["annotations"]) == 2 * len(document["examples"])
    first = site.ask("GET", "/v1/examples.coco?limit=1", expert)
    rest = site.ask("GET", first.headers["Link"].partition(">")[0].removeprefix("<"), expert)
    assert [*first.json()["examples"], *rest.json()["examples"]] == [
        {**one, "annotations": [1, 2]} for one in document["examples"]
    ]
    assert site.ask("GET", "/v1/examples.coco", site.staff(Role.SENIOR)).status_code == 403
    log = site.ask("GET", "/v1/audit?limit=1000", site.staff(Role.AUDITOR)).json()
    noted = [one["facts"]["items"] for one in log if one["action"] == "export_examples"]
    assert noted == [2, 1, 1]


def test_rates_of_overrides_count_what_people_changed(site: Site, waiting: Case) -> None:
    assert site.ask("GET", "/v1/stats/overrides", site.app).json()["parts"] == []
    lines = len(approved(waiting).case.now()["assessment"]["estimate"]["lines"])
    other = referred(site.case())
    table = Table(other, site.staff(Role.SENIOR)).taken()
    assert table.approve().status_code == 200
    site.clock.turn(seconds=1)
    rates = site.ask("GET", "/v1/stats/overrides", site.app).json()["parts"]
    assert sum(one["n"] for one in rates) == 2 * lines
    assert sum(one["overridden"] for one in rates) == 1
    assert all(one["low"] <= one["rate"] <= one["high"] for one in rates)
    assert site.ask("GET", "/v1/stats/overrides").status_code == 401
