"""What the customer's page says of steps of their own: who signs an offer, what was handed in, what is still wanted."""

from collections.abc import Iterator

import pytest
from peopled import assessed, opened_site
from sites import Case, Site
from tables import PDF, Table, referred

from claims.states import Role


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened_site(tmp_path_factory.mktemp("signing")) as opened:
        yield opened


@pytest.fixture
def offered(site: Site) -> Case:
    case = site.case()
    assert assessed(case, int(case.id[-4:], 16))["offer"]
    return case


def page(case: Case) -> str:
    answer = case.site.client.get(f"/c/{case.id}?lang=en", headers={"Cookie": f"qc_claim={case.token}"})
    assert answer.status_code == 200
    return str(answer.text)


def test_the_page_names_who_reported_and_then_who_signed(site: Site, offered: Case) -> None:
    reporter = site.notice["contact"]["name"]
    assert f"reported by {reporter}" in page(offered)
    assert "Signed:" not in page(offered)
    document = {"offer": offered.now()["offer"]["id"], "signature": "Wang Wei"}
    assert offered.ask("POST", "/accept", json=document).status_code == 200
    assert "Signed: Wang Wei" in page(offered)


@pytest.mark.parametrize("signature", ["x", "王", "1234", "…!", "- -", "x1"])
def test_what_is_no_name_signs_nothing(offered: Case, signature: str) -> None:
    document = {"offer": offered.now()["offer"]["id"], "signature": signature}
    answer = offered.ask("POST", "/accept", json=document)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("body.signature", "name_without_letters")
    assert signature not in error["detail"]
    assert not offered.now()["offer"]["accepted_at"]


def test_nothing_is_called_handed_in_before_it_is(site: Site) -> None:
    case = site.case()
    told = page(case)
    assert '<li class="now" aria-current="step"><span>reported</span>' in told
    assert "materials submitted" not in told
    assert "<span>materials submitted</span>" in page(_assessed(case))


def test_what_a_person_asks_for_is_on_the_list_with_their_words(site: Site) -> None:
    case = referred(site.case())
    table = Table(case, site.staff(Role.SENIOR)).taken()
    asked = table.ask("POST", "/ask-materials", json={"more": ["repair_invoice"], "words": "The invoice, please."})
    assert asked.status_code == 200, asked.text
    told = page(case)
    assert told.count("The invoice, please.") == 2
    assert 'data-material="repair_invoice"' in told
    assert told.index("data-documents") < told.index("data-photos")
    assert case.ask("POST", "/materials/repair_invoice", content=PDF).status_code == 201
    assert 'data-material="repair_invoice"' not in page(case)


def _assessed(case: Case) -> Case:
    assessed(case, 9001)
    return case
