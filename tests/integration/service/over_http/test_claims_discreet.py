"""A case that is checked for fraud: its customer and the app read that a person looks, staff read why."""

import re
from dataclasses import replace
from uuid import UUID

import pytest
from sites import SCRATCH, Case, Site
from tables import Table

from claims.repository import claims
from claims.states import Role
from model.texts import LANGUAGES

FRAUD = re.compile(
    r"fraud|suspect|suspicio|high.?risk|duplicate|seen_photos|paid_in_last_year|欺诈|骗|嫌疑|可疑|高风险|其他案件",
    re.IGNORECASE,
)
DOCUMENTS = ("", "/explanation", "/export")
WORDS = "the photos were paid for before"


@pytest.fixture
def checked(site: Site) -> Case:
    """A tagged case with photos of another one, in the hands of a specialist, then back again."""
    assert site.case().send(*SCRATCH.photos).status_code == 201
    case = site.case()
    with site.house.books.writing() as book:
        claim = claims.get(book, UUID(case.id))
        assert claim is not None
        claims.save(book, replace(claim, facts=claim.facts.model_copy(update={"high_risk_tag": True})))
    case.offered()
    table = Table(case, site.staff(Role.SENIOR)).taken()
    evidence = [table.ask("GET").json()["suspicions"][0]["id"]]
    assert table.ask("POST", "/suspect", json={"evidence": evidence, "words": WORDS}).status_code == 200
    return case


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_document_of_a_customer_speaks_of_it(site: Site, checked: Case, language: str) -> None:
    spoken = {"Accept-Language": language}
    other = [one for one in site.ask("GET", "/v1/claims", site.app).json() if one["id"] != checked.id]
    for token, documents in ((checked.token, DOCUMENTS), (site.app, DOCUMENTS[:2])):
        told = [checked.ask("GET", path, token, headers=spoken) for path in documents]
        told += [site.ask("GET", "/v1/claims", token, headers=spoken)]
        assert [answer.status_code for answer in told] == [200] * len(told)
        assert not [found[0] for answer in told if (found := FRAUD.search(answer.text))]
        assert not [answer for answer in told[:-1] if WORDS in answer.text or other[0]["number"] in answer.text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_a_person_looks_is_told(checked: Case, language: str) -> None:
    spoken = {"Accept-Language": language}
    shown = checked.ask("GET", headers=spoken).json()
    why = checked.ask("GET", "/explanation", headers=spoken).json()["why"]
    for reasons in (shown["assessment"]["decision"]["reasons"], why["reasons"]):
        assert [one["code"] for one in reasons].count("PERSON_CHECKS") == 1
    assert reasons[0]["text"] in why["in_short"]
    assert [event["code"] for event in shown["timeline"]][-2:] == ["refer", "specialist_begins"]
    kept = checked.ask("GET", "/export").json()
    assert (kept["state"], kept["steps"][-1]["move"]) == ("in_review", "specialist_begins")


def test_staff_read_what_it_was(site: Site, checked: Case) -> None:
    expert = site.staff(Role.EXPERT)
    shown = checked.now(expert)
    codes = [one["code"] for one in shown["assessment"]["decision"]["reasons"]]
    assert codes.count("FRAUD_DUP") == len(SCRATCH.photos)
    assert "HIGH_RISK" in codes
    assert shown["timeline"][-1]["code"] == "suspect"
    why = checked.ask("GET", "/explanation", expert).json()["why"]
    assert "FRAUD_DUP" in [one["code"] for one in why["reasons"]]
