"""Complaints, calls, the log, replay, examples and rates over HTTP."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sites import Case, Site
from sqlalchemy import text
from tables import Table, amounting_to, referred

from claims.deadline_rules import ClockKind
from claims.desk.overdue import act_on_overdue
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


def seen(complaint: dict[str, Any], **document: str) -> dict[str, Any]:
    """What is sent by somebody who has seen this version of a complaint."""
    return {"headers": {"If-Match": f'"{complaint["version"]}"'}} | ({"json": document} if document else {})


def test_a_complaint_is_answered_step_by_step(site: Site, waiting: Case) -> None:
    assert waiting.now()["complaints"] == []
    assert waiting.ask("POST", "/complaints", json={"words": "nobody calls"}).status_code == 200
    site.clock.turn(minutes=1)
    assert waiting.ask("POST", "/complaints", json={"words": "still nobody"}).status_code == 200
    front = site.staff(Role.FRONT_LINE)
    one, other = waiting.ask("GET", "/complaints", front).json()
    assert (one["text"], one["replied_at"], other["text"]) == ("nobody calls", None, "still nobody")
    assert waiting.ask("GET", "/complaints").status_code == 403
    path = f"/complaints/{one['id']}"
    replied = waiting.ask("POST", path + "/reply", front, **seen(one, words="we look into it")).json()
    assert (replied["state"], replied["reply"], replied["mine"]) == ("replied", "we look into it", True)
    assert waiting.ask("POST", path + "/reply", front, **seen(replied, words="we look into it")).status_code == 412
    assert sum(ended for _, ended in open_clocks(waiting)) == 1
    solved = waiting.ask("POST", path + "/solve", front, **seen(replied, how="put_right", words="called")).json()
    assert (solved["solution"]["code"], solved["answer"]) == ("solution.put_right", "called")
    assert solved["told_at"] == solved["solved_at"]
    assert sorted(ended for _, ended in open_clocks(waiting)) == [False] * 3 + [True] * 3
    strange = site.case()
    assert (
        strange.ask("POST", path + "/told", front, **seen(solved, what="result", words="called")).json()["code"]
        == "claim.no_complaint"
    )
    assert strange.ask("GET", path, front).json()["code"] == "claim.no_complaint"


def test_no_clock_of_a_complaint_is_met_by_silence(site: Site, waiting: Case) -> None:
    waiting.ask("POST", "/complaints", json={"words": "nobody calls"})
    front = site.staff(Role.FRONT_LINE)
    [one] = waiting.ask("GET", "/complaints", front).json()
    steps: dict[str, dict[str, str]] = {"reply": {}, "told": {"what": "result"}, "solve": {"how": "explained"}}
    for step, how in steps.items():
        for words in ({}, {"words": None}, {"words": "   "}, {"words": "ok."}):
            refused = waiting.ask("POST", f"/complaints/{one['id']}/{step}", front, **seen(one, **how, **words))
            assert refused.status_code == 422, (step, words)
            field = refused.json()["errors"][0]["field"]
            assert field == ("body.result.words" if step == "told" else "body.words" if how or words else "body")
    assert not any(ended for _, ended in open_clocks(waiting))


def test_the_customer_reads_how_far_a_complaint_is_and_what_was_answered(site: Site, waiting: Case) -> None:
    waiting.ask("POST", "/complaints", json={"words": "nobody calls"})
    [fresh] = waiting.now()["complaints"]
    assert (fresh["state"], fresh["text"], fresh["answer"]) == ("received", "nobody calls", None)
    assert fresh["due_at"].endswith("+08:00")
    front = site.staff(Role.FRONT_LINE)
    path, before = f"/complaints/{fresh['id']}", waiting.now()["version"]
    found = waiting.ask("GET", path, front).json()
    told = waiting.ask("POST", path + "/told", front, **seen(found, what="result", words="on Friday")).json()
    solved = seen(told, how="put_right", words="called, and sorry")
    assert waiting.ask("POST", path + "/solve", front, **solved).status_code == 200
    [shown] = waiting.now()["complaints"]
    assert waiting.now()["version"] > before
    assert (shown["state"], shown["result"], shown["answer"], shown["due_at"]) == (
        "solved",
        "on Friday",
        "called, and sorry",
        None,
    )
    assert shown["solution"]["text"] == "It was put right."
    [masked] = waiting.now(front)["complaints"]
    assert (masked["state"], masked["text"], masked["answer"]) == ("solved", None, None)
    assert waiting.ask("GET", "/export").json()["complaints"][0]["result"] == "on Friday"
    assert waiting.now(site.app)["complaints"] == [shown]


LATER = {"what": "delay", "words": "we wait for the workshop"}


def test_a_result_that_takes_longer_is_told_with_a_time(site: Site, waiting: Case) -> None:
    waiting.ask("POST", "/complaints", json={"words": "nobody calls"})
    front, expected_at = site.staff(Role.FRONT_LINE), site.clock() + timedelta(hours=30)
    [found] = waiting.ask("GET", "/complaints", front).json()
    document = {**LATER, "expected_at": expected_at.isoformat()}
    told = waiting.ask("POST", f"/complaints/{found['id']}/told", front, **seen(found, **document))
    assert told.status_code == 200, told.text
    assert (told.json()["state"], datetime.fromisoformat(told.json()["expected_at"])) == ("delayed", expected_at)
    [listed] = site.ask("GET", "/v1/complaints", front).json()
    assert listed["expected_at"] == told.json()["expected_at"]
    [shown] = waiting.now()["complaints"]
    assert (shown["state_text"], shown["result"]) == ("takes longer", "we wait for the workshop")
    assert shown["expected_at"].endswith("+08:00")
    [masked] = waiting.now(front)["complaints"]
    assert (masked["result"], masked["expected_at"]) == (None, shown["expected_at"])
    [kept] = waiting.ask("GET", "/export").json()["complaints"]
    assert [datetime.fromisoformat(one["expected_at"]) for one in (shown, kept)] == [expected_at] * 2


def test_the_customer_reads_that_a_time_was_not_kept_and_the_result_when_it_is_there(site: Site, waiting: Case) -> None:
    waiting.ask("POST", "/complaints", json={"words": "nobody calls"})
    front, expected_at = site.staff(Role.FRONT_LINE), site.clock() + timedelta(hours=30)
    [found] = waiting.ask("GET", "/complaints", front).json()
    path = f"/complaints/{found['id']}"
    later = {**LATER, "expected_at": expected_at.isoformat()}
    told = waiting.ask("POST", path + "/told", front, **seen(found, **later)).json()
    assert waiting.ask("POST", path + "/reply", front, **seen(told, words="we look into it")).status_code == 200
    assert waiting.now()["complaints"][0]["overruns"] == []
    after = site.clock.turn(hours=31)
    [unseen] = waiting.now()["complaints"]
    assert (len(unseen["overruns"]), unseen["escalated"]) == (1, False)
    act_on_overdue(site.house, after)
    [shown] = waiting.now()["complaints"]
    said = "Not finished in time: result of the complaint by the time that was told."
    assert [(one["kind"], one["text"]) for one in shown["overruns"]] == [("complaint_expected", said)]
    assert shown["overruns"][0]["due_at"] == shown["due_at"] == shown["expected_at"]
    assert shown["escalated"]
    expert = site.staff(Role.EXPERT)
    [listed] = site.ask("GET", "/v1/complaints", expert).json()
    assert (listed["level"], datetime.fromisoformat(listed["due_at"]) < after) == ("senior", True)
    words = {"what": "result", "words": "the part was added"}
    done = waiting.ask("POST", path + "/told", expert, **seen(listed, **words)).json()
    assert (done["state"], done["expected_at"]) == ("told", None)
    assert done["result"] == "we wait for the workshop\n\nthe part was added"
    [over] = waiting.now()["complaints"]
    assert (over["overruns"], over["escalated"]) == (shown["overruns"], False)
    assert waiting.ask("POST", path + "/told", expert, **seen(done, **words)).status_code == 412
    rates = site.ask("GET", "/v1/stats/sla").json()["rates"]
    assert [(one["n"], one["met"]) for one in rates if one["kind"] == "complaint_expected"] == [(1, 0)]


@pytest.mark.parametrize(
    ("document", "field", "code"),
    [
        ({"words": "we look into it"}, "body", "union_tag_not_found"),
        ({"what": "nothing", "words": "we look into it"}, "body", "union_tag_invalid"),
        (LATER, "body.delay.expected_at", "missing"),
        ({**LATER, "expected_at": None}, "body.delay.expected_at", "datetime_type"),
        ({**LATER, "expected_at": "2026-11-25T18:00:00"}, "body.delay.expected_at", "timezone_aware"),
        (
            {**LATER, "what": "result", "expected_at": "2099-01-01T00:00:00Z"},
            "body.result.expected_at",
            "extra_forbidden",
        ),
    ],
)
def test_who_tells_no_result_names_a_time(
    site: Site, waiting: Case, document: dict[str, Any], field: str, code: str
) -> None:
    waiting.ask("POST", "/complaints", json={"words": "nobody calls"})
    front = site.staff(Role.FRONT_LINE)
    [found] = waiting.ask("GET", "/complaints", front).json()
    refused = waiting.ask("POST", f"/complaints/{found['id']}/told", front, **seen(found, **document))
    assert refused.status_code == 422
    assert [(one["field"], one["code"]) for one in refused.json()["errors"]] == [(field, code)]


@pytest.mark.parametrize("expected_at", ["2000-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "9999-12-31T23:59:59-23:00"])
def test_a_time_that_nobody_can_keep_is_not_promised(site: Site, waiting: Case, expected_at: str) -> None:
    waiting.ask("POST", "/complaints", json={"words": "nobody calls"})
    front = site.staff(Role.FRONT_LINE)
    [found] = waiting.ask("GET", "/complaints", front).json()
    document = {**LATER, "expected_at": expected_at}
    refused = waiting.ask("POST", f"/complaints/{found['id']}/told", front, **seen(found, **document))
    assert (refused.status_code, refused.json()["code"]) == (422, "claim.expected_when")
    assert waiting.ask("GET", "/complaints", front).json() == [found]


def test_complaints_of_all_cases_stand_in_one_line(site: Site, waiting: Case) -> None:
    cases = [waiting, site.case(), site.case()]
    for case in cases:
        assert case.ask("POST", "/complaints", json={"words": "王小明 13812345678"}).status_code == 200
        site.clock.turn(minutes=1)
    front, senior = site.staff(Role.FRONT_LINE), site.staff(Role.SENIOR)
    every, path = [], "/v1/complaints?limit=2"
    while path:
        page = site.ask("GET", path, front)
        every += page.json()
        path = page.headers.get("Link", "").partition(">")[0].removeprefix("<")
        assert "13812345678" not in page.text
    assert [one["claim"] for one in every] == [case.id for case in cases]
    assert {(one["held"], one["mine"], one["takes"]) for one in every} == {(False, False, True)}
    first = f"/v1/complaints/{every[0]['id']}"
    taken = site.ask("POST", first + "/take", front, **seen(every[0]))
    assert (taken.status_code, taken.json()["text"], taken.json()["mine"]) == (200, "王小明 13812345678", True)
    held = site.ask("GET", "/v1/complaints", senior).json()[0]
    assert (held["held"], held["mine"], held["takes"]) == (True, False, False)
    refused = site.ask("POST", first + "/take", senior, **seen(held))
    assert (refused.status_code, refused.json()["code"]) == (409, "claim.complaint_taken")
    assert site.ask("POST", first + "/release", senior, **seen(held)).status_code == 409
    free = site.ask("POST", first + "/release", front, **seen(held)).json()
    assert free["held"] is False
    own = site.ask("POST", first + "/take", senior, **seen(free)).json()
    solved = waiting.ask(
        "POST", f"/complaints/{own['id']}/solve", senior, **seen(own, how="explained", words="line by line")
    )
    assert solved.status_code == 200
    assert [one["claim"] for one in site.ask("GET", "/v1/complaints", front).json()] == [case.id for case in cases[1:]]
    [over] = site.ask("GET", "/v1/complaints?open=false", front).json()
    assert (over["claim"], over["state"], over["due_at"]) == (waiting.id, "solved", None)
    assert site.ask("GET", "/v1/complaints?cursor=nonsense", front).status_code == 422
    assert site.ask("GET", "/v1/complaints", waiting.token).status_code == 403


def test_whoever_calls_is_told_the_number_for_what_is_due_and_it_is_noted(site: Site, waiting: Case) -> None:
    front, junior = site.staff(Role.FRONT_LINE), site.staff(Role.JUNIOR)
    [call] = site.ask("GET", "/v1/follow-ups?days=10", front).json()
    assert "13812345678" not in str(call)
    told = waiting.ask("POST", "/call", front, json={"why": "follow_up"})
    assert (told.status_code, told.headers["Cache-Control"]) == (200, "no-store")
    assert told.json() == {"name": "王小明", "phone": "13812345678", "language": "zh"}
    for why in ("complaint", "escalation", "payment_returned"):
        refused = waiting.ask("POST", "/call", front, json={"why": why})
        assert (refused.status_code, refused.json()["code"]) == (409, "claim.nothing_to_call_for")
    assert waiting.ask("POST", "/complaints", json={"words": "x"}).status_code == 200
    assert Table(waiting, site.staff(Role.SENIOR)).ask("POST", "/escalate", json={"words": "x"}).status_code == 200
    for why in ("complaint", "escalation"):
        assert waiting.ask("POST", "/call", junior, json={"why": why}).json()["phone"] == "13812345678"
    done = site.ask("POST", f"/v1/follow-ups/{call['id']}/done", front, json={"claim": waiting.id})
    assert done.status_code == 204
    assert waiting.ask("POST", "/call", front, json={"why": "follow_up"}).status_code == 409
    for token in (waiting.token, site.app, site.staff(Role.ADMIN)):
        assert waiting.ask("POST", "/call", token, json={"why": "complaint"}).status_code == 403
    log = waiting.ask("GET", "/audit", site.staff(Role.AUDITOR)).json()
    noted = [(one["role"], one["facts"]) for one in log if one["action"] == "call_customer"]
    assert noted == [
        ("front_line", {"kind": "follow_up", "seen_unmasked": True}),
        ("junior", {"kind": "complaint", "seen_unmasked": True}),
        ("junior", {"kind": "escalation", "seen_unmasked": True}),
    ]


def test_a_call_is_made_once(site: Site, waiting: Case) -> None:
    front = site.staff(Role.FRONT_LINE)
    assert site.ask("GET", "/v1/follow-ups", front).json() == []
    (call,) = site.ask("GET", "/v1/follow-ups?days=10", front).json()
    assert (call["kind"], call["claim"]) == ("after_submission", waiting.id)
    done = f"/v1/follow-ups/{call['id']}/done"
    assert site.ask("POST", done, front, json={"claim": site.case().id}).json()["code"] == "claim.no_call"
    made = {"json": {"claim": waiting.id}, "headers": {"Idempotency-Key": "made"}}
    first, again = (site.ask("POST", done, front, **made) for _ in range(2))
    assert (first.status_code, first.content, first.headers.get("Content-Type")) == (204, b"", None)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (204, "true")
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
    assert "annotations.json" in answer.headers["Content-Disposition"]
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
    assert table.approve(words="as the machine sees it").status_code == 200
    site.clock.turn(seconds=1)
    rates = site.ask("GET", "/v1/stats/overrides", site.app).json()["parts"]
    assert sum(one["n"] for one in rates) == 2 * lines
    assert sum(one["overridden"] for one in rates) == 1
    assert all(one["low"] <= one["rate"] <= one["high"] for one in rates)
    assert site.ask("GET", "/v1/stats/overrides").status_code == 401
