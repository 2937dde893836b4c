"""The review path over HTTP: from the queue to the money, with everything that is shown on the way."""

import uuid

import pytest
from bank import proof_of
from pages_of_lists import pages
from sites import COVER, Case, Site
from tables import Table, amounting_to, paper, referred

from claims.materials import Material
from claims.repository import reviews
from claims.states import Role


@pytest.fixture
def waiting(case: Case) -> Case:
    return referred(case)


@pytest.fixture
def senior(site: Site) -> str:
    return site.staff(Role.SENIOR)


def test_the_queue_says_why_a_case_is_there(site: Site, waiting: Case, senior: str) -> None:
    line = site.ask("GET", "/v1/reviews", senior)
    assert (line.status_code, "Link" in line.headers) == (200, False)
    (one,) = line.json()
    assert (one["claim"], one["state"], one["mine"], one["takes"]) == (waiting.id, "in_review", False, True)
    assert (one["plate"], one["currency"]) == ("沪A·***45", "CNY")
    assert 0 < one["low"] <= one["high"]
    assert one["reason"]["text"]
    assert all(doubt["code"] and doubt["text"] for doubt in one["doubts"])
    assert one["doubts"]
    assert "王小明" not in line.text
    assert "A12345" not in line.text


def test_the_queue_comes_in_pages(site: Site, senior: str) -> None:
    cases = []
    for _ in range(5):
        cases.append(referred(site.case()).id)
        site.clock.turn(minutes=1)
    seen, path = [], "/v1/reviews?limit=2"
    while path:
        page = site.ask("GET", path, senior)
        seen.append([one["claim"] for one in page.json()])
        link = page.headers.get("Link", "")
        path = link.partition(">")[0].removeprefix("<")
    assert [len(page) for page in seen] == [2, 2, 1]
    assert sorted(claim for page in seen for claim in page) == sorted(cases)
    assert site.ask("GET", "/v1/reviews?cursor=nonsense", senior).status_code == 422


def test_the_machines_value_stays_beside_the_persons(waiting: Case, senior: str) -> None:
    table = Table(waiting, senior).taken()
    seen = table.ask("GET")
    first = seen.json()
    assert all(line["machine"] and not line["human"] and not line["touches"] for line in first["lines"])
    assert all(line["evidence"] and line["rule"] and line["basis"] and line["marks"] for line in first["lines"])
    assert {photo["sha256"] for photo in first["photos"]} == {photo["sha256"] for photo in first["case"]["photos"]}
    after = table.correct(amounting_to("930.00"), tag=seen.headers["ETag"])
    assert after.status_code == 200, after.text
    line = after.json()["lines"][0]
    assert line["machine"] == first["lines"][0]["machine"]
    assert (line["human"]["total"], line["amount"], line["overridden"]) == (930.0, 930.0, True)
    touch = line["touches"][0]
    assert (touch["why"]["code"], touch["remark"], touch["role"]) == ("why.quotation", "offer of the shop", "senior")
    again = table.ask("GET")
    assert (again.json(), again.headers["ETag"]) == (after.json(), after.headers["ETag"])
    assert again.headers["ETag"] != seen.headers["ETag"]
    assert table.ask("GET", headers={"If-None-Match": again.headers["ETag"]}).status_code == 304


def test_from_the_queue_to_the_money(site: Site, waiting: Case, senior: str) -> None:
    taken = site.ask("POST", "/v1/reviews/next", senior)
    assert (taken.status_code, taken.headers["Location"]) == (200, f"/v1/reviews/{waiting.id}")
    assert taken.json()["notice"]["plate"] == "沪A12345"
    assert site.ask("POST", "/v1/reviews/next", senior).status_code == 204
    table = Table(waiting, senior)
    after = table.correct(amounting_to("930.00"))
    approved = table.approve(after.headers["ETag"], reasons=["quotation"], words="offer of the shop")
    assert (approved.status_code, approved.json()["state"]["code"]) == (200, "assessed"), approved.text
    with site.house.books.reading() as book:
        (taught, *_) = (example for _, example in reviews.examples_after(book))
    assert (float(taught.amount), taught.why) == (930.0, "quotation")
    offer = waiting.now()["offer"]
    assert (offer["total"], offer["machine"]) == (after.json()["total"], False)
    assert [reason["code"] for reason in offer["reasons"]] == ["why.quotation"]
    assert waiting.ask("POST", "/payments", senior).json()["code"] == "claim.nothing_accepted"
    site.ask("PUT", f"/v1/claims/{waiting.id}/cover", site.app, json=COVER)
    assert waiting.ask("POST", "/accept", json={"offer": offer["id"], "signature": "王小明"}).status_code == 200
    assert waiting.ask("POST", "/payments", senior).json()["known"] == ["materials_complete"]
    for material in Material:
        waiting.ask(
            "POST", f"/materials/{material}", content=paper(material), headers={"Content-Type": "application/pdf"}
        )
    assert waiting.now()["state"]["code"] == "pending_payment"
    assert waiting.ask("POST", "/payments", senior).json()["code"] == "claim.impossible_move"
    [first] = waiting.ask("GET", "/payments").json()
    assert [one["id"] for one in site.ask("GET", "/v1/payments?state=under_way", senior).json()] == [first["id"]]
    told = {"payment": first["id"], "why": "wrong_account"}
    back = waiting.ask("POST", "/payments/return", senior, json=told)
    assert (back.status_code, back.json()["state"]["code"]) == (200, "pending_payment"), back.text
    again = waiting.ask("POST", "/payments/return", senior, json=told)
    assert (again.status_code, again.json()["code"]) == (409, "claim.payment_over")
    [waits] = site.ask("GET", "/v1/payments", senior).json()
    assert (waits["id"], waits["state"], waits["return_reason"]) == (first["id"], "returned", "wrong_account")
    assert waits["due_at"]
    assert waiting.ask("POST", "/payments", senior).json()["code"] == "claim.payment_unnamed"
    sent = waiting.ask("POST", "/payments", senior, json={"again": first["id"]})
    assert sent.json()["state"]["code"] == "pending_payment"
    _, second = waiting.ask("GET", "/payments").json()
    walked = pages(site, f"/v1/claims/{waiting.id}/payments?limit=1", senior)
    assert [[one["id"] for one in page] for page in walked] == [[first["id"]], [second["id"]]]
    late = waiting.ask("POST", "/payments/confirm", senior, json=proof_of(first))
    assert (late.status_code, late.json()["code"]) == (409, "claim.payment_over")
    paid = waiting.ask("POST", "/payments/confirm", senior, json=proof_of(second))
    assert (paid.status_code, paid.json()["state"]["code"]) == (200, "closed"), paid.text
    assert waiting.ask("POST", "/payments/confirm", senior, json=proof_of(second)).status_code == 409
    assert [one["state"] for one in waiting.ask("GET", "/payments").json()] == ["returned", "paid"]
    assert site.ask("GET", "/v1/payments", senior).json() == []


def test_who_may_not_look_sees_no_review(site: Site, waiting: Case) -> None:
    answers = {
        Role.FRONT_LINE: "rights.forbidden",
        Role.JUNIOR: "rights.not_held",
        Role.SENIOR: "rights.not_held",
        Role.AUDITOR: "rights.forbidden",
        Role.ADMIN: "rights.forbidden",
    }
    for role, code in answers.items():
        assert Table(waiting, site.staff(role)).ask("GET").json()["code"] == code, role
    for token in (waiting.token, site.app):
        assert Table(waiting, token).ask("GET").json()["code"] == "rights.forbidden"
    expert = site.staff(Role.EXPERT)
    assert Table(waiting, expert).ask("GET").status_code == 200
    assert site.ask("GET", f"/v1/reviews/{uuid.uuid4()}", expert).status_code == 404
    assert site.ask("GET", "/v1/reviews").status_code == 401
