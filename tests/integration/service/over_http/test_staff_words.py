"""Reasons as staff read them over HTTP speak of the case; as customers and their apps read them, to the customer."""

import re
from typing import Any

import pytest
from sites import SCRATCH, Case, Site
from tables import Table

from claims.states import Role
from model.texts import LANGUAGES

TO_THE_CUSTOMER = re.compile(r"\byour?s?\b|您|你", re.IGNORECASE)


@pytest.fixture
def refused(site: Site) -> Case:
    """With photos of another case, and a customer who wants a person."""
    assert site.case().send(*SCRATCH.photos).status_code == 201
    case = site.case()
    assert case.send(*SCRATCH.photos).status_code == 201
    assert case.ask("POST", "/refuse-automation").status_code == 200
    case.assessed()
    return case


def sentences(shown: dict[str, Any]) -> dict[str, str]:
    told = [event["reason"] for event in shown["timeline"] if event["reason"]]
    return {one["code"]: one["text"] for one in [*shown["assessment"]["decision"]["reasons"], *told]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_staff_read_of_the_customer_and_the_customer_is_spoken_to(site: Site, refused: Case, language: str) -> None:
    senior, spoken = site.staff(Role.SENIOR), {"Accept-Language": language}
    (line,) = site.ask("GET", "/v1/reviews", senior, headers=spoken).json()
    inside = {one["code"]: one["text"] for one in [*line["doubts"], line["reason"]]}
    assert {"OPT_OUT", "FRAUD_DUP"} <= inside.keys()
    taken = site.ask("POST", f"/v1/reviews/{refused.id}/take", senior, headers=spoken)
    table = site.ask("GET", f"/v1/reviews/{refused.id}", senior, headers=spoken).json()["case"]
    case = refused.ask("GET", "", senior, headers=spoken).json()
    for read in (inside, *map(sentences, (taken.json(), table, case))):
        assert {"OPT_OUT", "FRAUD_DUP"} <= read.keys()
        assert not {code: text for code, text in read.items() if TO_THE_CUSTOMER.search(text)}
    for token in (refused.token, site.app):
        own = sentences(refused.ask("GET", "", token, headers=spoken).json())
        assert TO_THE_CUSTOMER.search(own["OPT_OUT"])
        assert "FRAUD_DUP" not in own


@pytest.mark.parametrize(
    ("path", "document", "field", "word"),
    [
        ("/decline", {"words": "这不可能是本次事故造成的", "terms": "第七条"}, "words", "不可能"),
        ("/decline", {"words": "older than the policy", "terms": "company rules"}, "terms", "company rules"),
        ("/approve", {"words": "Fully covered, of course"}, "words", "Fully covered"),
        ("/ask-photos", {"wishes": [{"shot": "damage"}], "words": "照片不行"}, "words", "不行"),
        ("/ask-materials", {"words": "You do not understand the list"}, "words", "You do not understand"),
    ],
)
def test_staff_write_no_hard_word_to_a_customer(
    site: Site, refused: Case, path: str, document: dict[str, Any], field: str, word: str
) -> None:
    """What stays among staff is theirs to word."""
    table = Table(refused, site.staff(Role.SENIOR)).taken()
    seen = {"If-Match": table.tag}
    answer = table.ask("POST", path, json=document, headers=seen)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    [fault] = answer.json()["errors"]
    assert (fault["field"], fault["code"]) == (f"body.{field}", "hard_word")
    assert word in fault["detail"]
    assert table.ask("POST", "/escalate", json={"words": document["words"]}, headers=seen).status_code == 200


def test_nor_in_answer_to_a_complaint(site: Site, case: Case) -> None:
    assert case.ask("POST", "/complaints", json={"words": "too slow"}).status_code == 200
    front = site.staff(Role.FRONT_LINE)
    [waits] = site.ask("GET", "/v1/complaints", front).json()
    path = f"/complaints/{waits['id']}/reply"
    answer = case.ask("POST", path, front, json={"words": "按规定办理"}, headers={"If-Match": "*"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "hard_word")


def test_words_of_staff_for_staff_stay_among_them(site: Site, refused: Case) -> None:
    """Third persons' data in them reaches neither the customer nor the app."""
    table = Table(refused, site.staff(Role.SENIOR)).taken()
    said = "赵六 599 CNY BANK-1"
    assert table.ask("POST", "/escalate", json={"words": said}, headers={"If-Match": table.tag}).status_code == 200
    expert = Table(refused, site.staff(Role.EXPERT)).taken()
    assert said in expert.ask("GET").text
    back = expert.ask("POST", "/return", json={"words": f"{said}: checked"}, headers={"If-Match": expert.tag})
    assert back.status_code == 200
    for path, token in (("", refused.token), ("/export", refused.token), ("", site.app)):
        shown = refused.ask("GET", path, token)
        assert shown.status_code == 200
        assert said not in shown.text
