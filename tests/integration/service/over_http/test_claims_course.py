"""A case over HTTP from the first report to the money: what is answered, what is shown, who may do what."""

from collections.abc import Callable
from hashlib import sha256
from uuid import UUID

from gates import Gate
from sites import SCRATCH, Case, Site
from tables import paper

from claims.materials import Material
from claims.repository import observations


def test_a_customer_reports_without_any_token_and_gets_one(site: Site) -> None:
    made = site.opened()
    case = Case(site, made["claim"]["id"], made["token"])
    assert len(made["missing"]) > 5
    assert made["claim"]["state"] == {"code": "submitted", "text": "waiting for photos and documents"}
    shown = case.now()
    assert shown["number"] == made["claim"]["number"]
    assert shown["notice"]["plate"] == "沪A12345"
    assert shown["inside"] is None
    assert {"add_photos", "withdraw", "complain", "export_own"} <= set(shown["actions"])
    assert "assess" not in shown["actions"]


def test_from_report_to_payment(case: Case, pay: Callable[[str], None]) -> None:
    offered = case.offered()
    assert offered["state"]["code"] == "assessed"
    offer, lines = offered["offer"], offered["assessment"]["estimate"]["lines"]
    assert offer["machine"]
    assert offer["total"] == offered["assessment"]["estimate"]["total"] == sum(line["total"] for line in lines)
    assert all(line["basis"] for line in lines)
    assert [photo["usable"] for photo in offered["photos"]] == [True, True]
    accepted = case.ask("POST", "/accept", json={"offer": offer["id"], "signature": "王小明"}).json()
    assert accepted["state"]["code"] == "assessed"
    for material in Material:
        answer = case.ask(
            "POST", f"/materials/{material}", content=paper(material), headers={"Content-Type": "application/pdf"}
        )
        assert answer.status_code == 201, answer.text
    shown = case.now()
    assert shown["complete"]
    assert "bank_card" not in {item["material"] for item in shown["missing"]}
    assert [event["code"] for event in shown["timeline"]] == [
        "open_claim",
        "submit_materials",
        "start_assessment",
        "publish_offer",
        "accept",
        "start_payment",
    ]


def test_the_same_photo_is_one_photo(case: Case) -> None:
    first = case.send(SCRATCH.photos[0], SCRATCH.photos[0])
    assert first.status_code == 201
    assert [photo["fresh"] for photo in first.json()["photos"]] == [True, False]
    assert case.send(SCRATCH.photos[0]).status_code == 200
    assert len(case.now()["photos"]) == 1


def test_a_photo_is_sent_again_by_its_hash(case: Case) -> None:
    content = SCRATCH.photos[0]
    address = f"/photos/{sha256(content).hexdigest()}"
    assert case.ask("HEAD", address).status_code == 404
    wrong = case.ask("PUT", address, content=content[:-1], headers={"Content-Type": "image/jpeg"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "request.hash_differs")
    for status in (201, 200):
        assert case.ask("PUT", address, content=content).status_code == status
    assert case.ask("HEAD", address).status_code == 200
    whole = case.ask("GET", address)
    assert (whole.content, whole.headers["content-type"]) == (content, "image/jpeg")
    small = case.ask("GET", address, params={"size": 200})
    assert small.headers["content-type"] == "image/jpeg"
    assert len(small.content) < len(content)


def test_each_file_has_its_verdict(case: Case) -> None:
    answer = case.send(SCRATCH.photos[0], b"no photo", b"")
    good, bad, empty = answer.json()["photos"]
    assert (good["usable"], bad["usable"], empty["usable"]) == (True, False, False)
    assert (bad["sha256"], bad["verdict"][0]["code"]) == (None, "unknown_format")
    assert (empty["sha256"], empty["verdict"][0]["code"]) == (None, "empty")
    half = case.send(SCRATCH.photos[1][:5000]).json()["photos"][0]
    assert (half["usable"], half["verdict"][0]["code"]) == (False, "truncated")
    assert case.ask("GET", f"/photos/{half['sha256']}").headers["content-type"] == "image/jpeg"
    assert case.ask("GET", f"/photos/{half['sha256']}", params={"size": 200}).json()["code"] == "request.no_picture"


def test_what_takes_longer_is_a_job(site: Site, gate: Gate) -> None:
    case, stranger = site.case(), site.case()
    case.send(*SCRATCH.photos)
    with site.house.books.writing() as book:
        observations.erase(book, UUID(case.id))  # so that the job has to look again
    gate.close()
    answer = case.ask("POST", "/assess", headers={"Idempotency-Key": "one"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "1")
    job = answer.headers["Location"]
    assert gate.asked.wait(60)
    waiting = site.ask("GET", job, case.token).json()
    assert (waiting["state"], waiting["claim"]) == ("running", case.id)
    assert site.ask("GET", job, stranger.token).status_code == 404
    gate.open.set()
    assert case.after(answer)["assessment"]["decision"]["route"] == "human_review"
    assert site.ask("GET", job, case.token).json()["state"] == "done"
    again = case.ask("POST", "/assess", headers={"Idempotency-Key": "one"})
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")


def test_a_shot_is_a_photo_of_the_case(case: Case) -> None:
    digest = sha256(SCRATCH.photos[0]).hexdigest()
    assert case.ask("POST", "/materials/shot_front", json={"photo": digest}).status_code == 404
    case.send(SCRATCH.photos[0])
    shown = case.ask("POST", "/materials/shot_front", json={"photo": digest}).json()
    assert "shot_front" not in {item["material"] for item in shown["missing"]}
    script = case.ask("POST", "/materials/bank_card", content=b"<html>", headers={"Content-Type": "application/pdf"})
    assert (script.status_code, script.json()["code"]) == (415, "request.not_a_document")


def test_whoever_wants_a_person_gets_one_and_may_complain(case: Case) -> None:
    case.offered()
    shown = case.ask("POST", "/refuse-automation").json()
    assert shown["state"]["code"] == "submitted"
    assert shown["timeline"][-1]["reason"]["code"] == "refuse_automation"
    complained = case.ask("POST", "/complaints", json={"words": "没有人接电话"}).json()
    assert {"complaint_reply", "complaint_solution"} <= {item["kind"] for item in complained["promises"]}
    assert all(item["due_at"].endswith("+08:00") for item in complained["promises"])


def test_a_contested_offer_is_over(case: Case) -> None:
    offer = case.offered()["offer"]
    nothing = case.ask("POST", "/contest", json={"words": "  "})
    assert (nothing.status_code, nothing.json()["errors"][0]["field"]) == (422, "body.words")
    contested = case.ask("POST", "/contest", json={"words": "后门也坏了"}).json()
    assert contested["timeline"][-1]["words"] == "后门也坏了"
    assert contested["offer"] is None
    late = case.ask("POST", "/accept", json={"offer": offer["id"], "signature": "王小明"})
    assert (late.status_code, late.json()["code"]) == (409, "claim.offer_over")


def test_steps_that_do_not_fit_are_refused(case: Case) -> None:
    for path, body, code in (
        ("/assess", None, "claim.no_photos"),
        ("/submit", None, "claim.no_photos"),
        ("/reopen", {"words": "x"}, "claim.impossible_move"),
        ("/feedback", {"convenience": 5, "communication": 5, "fairness": 5}, "claim.too_early"),
        ("/accept", {"offer": case.id, "signature": "王小明"}, "claim.offer_over"),
    ):
        answer = case.ask("POST", path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, code), path
    assert case.ask("POST", "/withdraw").json()["state"]["code"] == "closed"
    assert case.send(SCRATCH.photos[0]).json()["code"] == "claim.at_rest"


def test_feedback_is_given_once_and_counted_for_everybody(case: Case) -> None:
    case.offered()
    scores = {"convenience": 5, "communication": 4, "fairness": 2}
    assert case.ask("POST", "/feedback", json=scores).status_code == 200
    assert case.ask("POST", "/feedback", json=scores).json()["code"] == "claim.judged_already"
    case.site.clock.turn(minutes=1)
    aspects = case.site.client.get("/v1/stats/satisfaction").json()["aspects"]
    assert [(one["aspect"], one["n"], one["mean"]) for one in aspects] == [
        ("convenience", 1, 5.0),
        ("communication", 1, 4.0),
        ("fairness", 1, 2.0),
    ]


def test_kept_promises_are_public(case: Case) -> None:
    case.offered()
    case.site.clock.turn(days=2)
    rates = case.site.client.get("/v1/stats/sla", params={"days": 30}).json()["rates"]
    review = [(one["audience"], one["n"], one["met"]) for one in rates if one["kind"] == "review"]
    assert review == [("public", 1, 1)]
