"""Everything that staff decide about a case besides its amount, over HTTP."""

import json
from typing import Any
from uuid import UUID

import pytest
from desks import AT, customer
from sites import COVER, OTHER, SCRATCH, Case, Site
from tables import Table, amounting_to, referred

from claims.actions import Action
from claims.desk.handed_in import submitted
from claims.repository import audit
from claims.states import Role

WHY = {"words": "the shop names twice as much"}


@pytest.fixture
def waiting(case: Case) -> Case:
    return referred(case)


@pytest.fixture
def senior(site: Site, waiting: Case) -> Table:
    return Table(waiting, site.staff(Role.SENIOR)).taken()


def moved(table: Table, path: str, **document: Any) -> str:
    """Where the case really is after a decision."""
    answer = table.ask("POST", path, json=document)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["inside"]["state"])


def test_a_refusal_needs_a_person_words_and_terms(senior: Table) -> None:
    assert senior.ask("POST", "/decline", json=WHY).status_code == 422
    assert moved(senior, "/decline", terms="Article 7 (3)", **WHY) == "declined_manual"
    assert senior.case.ask("POST", "/contest", json=WHY).status_code == 200


def test_a_contested_case_is_taken_up_by_somebody_with_more_authority(site: Site, senior: Table) -> None:
    moved(senior, "/decline", terms="Article 7 (3)", **WHY)
    senior.case.ask("POST", "/contest", json=WHY)
    assert Table(senior.case, site.staff(Role.JUNIOR)).ask("POST", "/take-up").status_code == 403
    expert = Table(senior.case, site.staff(Role.EXPERT))
    assert moved(expert, "/take-up") == "in_review"
    assert expert.ask("POST", "/extend").status_code == 200


def test_photos_are_asked_for_by_what_they_shall_show(senior: Table) -> None:
    for wishes, status in (([], 422), ([{"shot": "again", "photo": 9}], 422), ([{"shot": "again"}], 422)):
        assert senior.ask("POST", "/ask-photos", json={"wishes": wishes}).status_code == status
    wishes = [{"shot": "again", "photo": 1}, {"shot": "second_view", "part": "hood"}]
    assert moved(senior, "/ask-photos", wishes=wishes) == "more_photos"
    told = senior.case.now()["timeline"][-1]
    assert (told["code"], told["reason"]["code"]) == ("ask_photos", "ask_photos")


def test_everything_that_is_missing_is_asked_for_at_once(senior: Table) -> None:
    assert moved(senior, "/ask-materials", more=["repair_invoice"]) == "materials_incomplete"


def test_what_cannot_be_meant_is_named_by_its_field(senior: Table) -> None:
    flat = {"do": "edit", "line": 0, "why": "wrong_box", "marks": [{"photo": 0, "box": [5, 5, 5, 9]}]}
    answer = senior.correct(flat).json()
    assert (answer["code"], answer["errors"][0]["code"]) == ("request.invalid", "box_without_area")
    crossed = {"photo": 0, "box": [0, 0, 9, 9], "outline": [[0, 0], [9, 9], [9, 0], [0, 9]]}
    answer = senior.correct({**flat, "marks": [crossed]}).json()
    assert (answer["code"], answer["errors"][0]["code"]) == ("request.invalid", "outline_shape")
    for change, code in (
        ({"do": "remove", "line": 99, "why": "mistake"}, "review.unknown_line"),
        ({"do": "edit", "line": 0, "why": "mistake"}, "review.nothing_changed"),
        ({"do": "edit", "line": 0, "why": "mistake", "side": "none"}, "review.unknown_part"),
        ({"do": "edit", "line": 0, "why": "mistake", "hours": "1e9"}, "review.over_limit"),
        ({"do": "restore", "line": 0, "why": "mistake"}, "review.line_counts"),
        ({**flat, "marks": [{"photo": 9, "box": [1, 1, 5, 9]}]}, "review.unknown_photo"),
        ({**flat, "marks": [{"photo": 0, "box": [1, 1, 5000, 9]}]}, "review.box_outside"),
        (
            {**flat, "marks": [{"photo": 0, "box": [1, 1, 5000, 9], "outline": [[1, 1], [5000, 5], [2, 9]]}]},
            "review.box_outside",
        ),
    ):
        assert senior.correct(change).json()["code"] == code
    bare = {"do": "add", "part": "grille", "operation": "repair", "why": "missed"}
    assert senior.correct(bare).status_code == 200
    unpriced = senior.approve(words="seen")
    assert (unpriced.status_code, unpriced.json()["code"]) == (409, "review.unpriced_lines")
    assert senior.ask("GET").json()["version"].split(".")[1] == "1"


def test_an_outline_is_shown_and_taught_as_it_was_drawn(site: Site, senior: Table) -> None:
    mark = {"photo": 0, "box": [12.0, 8.5, 60.0, 40.0], "outline": [[12.0, 40.0], [30.5, 8.5], [60.0, 33.0]]}
    answer = senior.correct({"do": "edit", "line": 0, "why": "wrong_box", "marks": [mark]})
    assert answer.status_code == 200, answer.text
    assert answer.json()["lines"][0]["marks"] == senior.ask("GET").json()["lines"][0]["marks"] == [mark]
    assert senior.approve(words="seen").status_code == 200
    told = site.ask("GET", "/v1/examples.coco", site.staff(Role.EXPERT)).json()
    [drawn] = {json.dumps(one["segmentation"]) for one in told["annotations"] if "segmentation" in one}
    assert json.loads(drawn) == [[12, 40, 30.5, 8.5, 60, 33]]
    assert [record["outline"] for record in told["examples"] if record["outline"]] == [mark["outline"]]


def test_nobody_approves_by_oversight_what_may_not_be_covered(site: Site, senior: Table) -> None:
    refused = senior.approve(words="seen", despite_cover=None)
    assert (refused.status_code, refused.json()["code"]) == (409, "review.cover_in_doubt")
    silent = senior.approve(despite_cover="unknown")
    assert (silent.status_code, silent.json()["errors"][0]["code"]) == (422, "words_needed")
    for stated, code in (({"policy_active": True}, 409), ({"plate_matches_policy": False}, 409), (COVER, 200)):
        assert senior.case.ask("PUT", "/cover", site.app, json=stated).status_code == 200
        assert senior.approve().status_code == code


def test_who_says_why_approves_what_may_not_be_covered(site: Site, senior: Table) -> None:
    assert senior.case.ask("PUT", "/cover", site.app, json={"policy_active": False}).status_code == 200
    unaware = senior.approve(words="nobody has stated it", despite_cover="unknown")
    assert (unaware.status_code, unaware.json()["code"]) == (409, "review.cover_in_doubt")
    assert senior.approve(words="the policy was in force that day", despite_cover="against").status_code == 200
    with site.house.books.reading() as book:
        told = [entry.facts["fields"] for entry in audit.entries(book) if "fields" in entry.facts]
    assert set(told[-1]) == {"policy_active", "plate_matches_policy"}


def test_the_next_level_decides_and_gives_it_back(site: Site, senior: Table) -> None:
    assert moved(senior, "/escalate", **WHY) == "escalated"
    expert = Table(senior.case, site.staff(Role.EXPERT))
    level = expert.ask("GET").json()["levels"][0]
    assert (level["reason"]["code"], level["ended_at"]) == ("asked_for", None)
    assert expert.ask("POST", "/return", json=WHY).json()["code"] == "review.not_held"
    assert moved(expert.taken(), "/return", words="Article 3 covers it") == "in_review"


def test_facts_go_to_a_specialist_and_are_explained(site: Site, case: Case) -> None:
    referred(site.case())  # the same photos in another case
    site.clock.turn(minutes=1)
    table = Table(referred(case), site.staff(Role.SENIOR)).taken()
    suspicions = table.ask("GET").json()["suspicions"]
    assert {"same_photo"} <= {one["code"] for one in suspicions}
    line = {one["claim"]: one for one in site.ask("GET", "/v1/reviews", table.token).json()}
    assert line[case.id]["risk"] > 0
    assert line[case.id]["suspicions"]
    evidence = [suspicions[0]["id"]]
    assert table.ask("POST", "/suspect", json={"evidence": []}).status_code == 422
    strange = {"evidence": ["0193a2c4-0000-7000-8000-000000000000"]}
    assert table.ask("POST", "/suspect", json=strange).json()["known"] == ["evidence"]
    assert moved(table, "/suspect", evidence=evidence) == "fraud_review"
    expert = Table(case, site.staff(Role.EXPERT)).taken()
    assert moved(expert, "/clear", words="both reports are of one crash") == "in_review"


def test_somebody_independent_names_their_amount_beside_ours(senior: Table) -> None:
    assert moved(senior, "/send-third-party", **WHY) == "third_party_reassessment"
    assert senior.ask("POST", "/third-party-answer", json={"amount": "-1"}).status_code == 422
    assert moved(senior, "/third-party-answer", amount="2480.00") == "in_review"
    (asked,) = senior.taken().ask("GET").json()["independent"]
    assert (asked["their_amount"], asked["our_amount"] > 0, asked["currency"]) == (2480.0, True, "CNY")


def test_an_offer_is_recalled_before_the_money_goes_out(senior: Table) -> None:
    senior.correct(amounting_to("930.00"))
    assert senior.approve(words="seen").status_code == 200
    assert moved(senior, "/recall", **WHY) == "in_review"
    assert senior.case.now()["offer"] is None
    assert senior.ask("POST", "/recall", json=WHY).json()["code"] == "claim.impossible_move"


def test_a_person_takes_over_from_the_machine(site: Site) -> None:
    case = site.case()
    assert case.send(*SCRATCH.photos).status_code == 201
    with site.house.desk(customer(AT, UUID(case.id)), site.clock()) as desk:
        submitted(desk, desk.claim(UUID(case.id), Action.SUBMIT_MATERIALS))  # and no machine is asked to look
    front = Table(case, site.staff(Role.FRONT_LINE))
    assert moved(front, "/refer", words="the customer asked for a person") == "in_review"
    table = Table(case, site.staff(Role.EXPERT)).taken()
    assert (table.ask("GET").json()["version"], table.ask("GET").json()["lines"]) == ("none.0.2", [])


def test_nothing_is_paid_below_the_deductible(senior: Table) -> None:
    site, case = senior.case.site, senior.case
    stated = case.ask("PUT", "/cover", site.app, json={**COVER, "deductible": "100000.00"})
    assert stated.status_code == 200, stated.text
    assert senior.approve(words="below the deductible").status_code == 200
    offer = case.now()["offer"]
    assert offer["amount"] == 0
    assert case.ask("POST", "/accept", json={"offer": offer["id"], "signature": "王小明"}).status_code == 200
    closed = case.ask("POST", "/close-unpaid", senior.token, json=WHY)
    assert (closed.status_code, closed.json()["state"]["code"]) == (200, "closed"), closed.text


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/decline", {**WHY, "terms": "Article 7 (3)"}),
        ("/ask-photos", {"wishes": [{"shot": "damage"}]}),
        ("/ask-materials", {}),
        ("/escalate", WHY),
        ("/send-third-party", WHY),
    ],
)
def test_nobody_decides_about_photos_that_they_have_not_seen(senior: Table, path: str, document: Any) -> None:
    of_case, of_review = senior.seen["If-Match"], senior.tag
    assert senior.case.send(OTHER.photos[0]).status_code == 201
    for tag, status, code in (
        ({}, 428, "request.precondition_needed"),
        ({"If-Match": "*"}, 412, "review.stale_version"),
        ({"If-Match": of_case}, 412, "storage.moved"),
        ({"If-Match": of_review}, 412, "review.stale_version"),
    ):
        refused = senior.ask("POST", path, json=document, headers=tag)
        assert (refused.status_code, refused.json()["code"]) == (status, code), tag
    assert senior.approve(of_review, words="seen").json()["code"] == "review.stale_version"
    assert senior.ask("POST", path, json=document, headers={"If-Match": senior.tag}).status_code == 200


def test_work_on_lines_is_not_lost_to_a_photo_that_came_meanwhile(senior: Table) -> None:
    seen = senior.tag
    assert senior.case.send(OTHER.photos[0]).status_code == 201
    assert senior.correct(amounting_to("640.00"), tag=seen).status_code == 200
    assert senior.approve(seen, words="seen").status_code == 412


def test_less_than_a_cent_is_refused_wherever_it_is_typed(senior: Table) -> None:
    for amount in ("100.005", 0.001):
        refused = senior.correct(amounting_to(str(amount)))
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "body.changes.0"), amount
    assert senior.correct(amounting_to("100.50")).status_code == 200


@pytest.mark.parametrize("field", ["labour", "paint", "parts", "other", "hours"])
def test_more_than_anything_costs_is_refused(senior: Table, field: str) -> None:
    for amount in (1e9, 1e16, "1E+28", 1e308):
        refused = senior.correct({"do": "edit", "line": 0, "why": "other", field: amount})
        assert refused.status_code == 422, (amount, refused.text)
