"""Reasons as staff read them over HTTP speak of the case; as customers and their apps read them, to the customer."""

import re
from typing import Any

import pytest
from sites import SCRATCH, Case, Site

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
