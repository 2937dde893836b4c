"""An address that leads nowhere: a page for people, a problem document for programs."""

import pytest
from fastapi.testclient import TestClient

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("address", ["/nothing", "/c/QC-7K3M-92PA", "/desk/nothing", "/desk/case/1"])
@pytest.mark.parametrize(("language", "way"), [("en", "Report a damage"), ("zh", "我要报案")])
def test_a_person_reads_where_to_go(client: TestClient, address: str, language: str, way: str) -> None:
    answer = client.get(address, headers={"accept": BROWSER, "accept-language": language})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert way in answer.text
    assert 'href="/report"' in answer.text


def test_nothing_of_the_address_is_repeated_but_its_path(client: TestClient) -> None:
    answer = client.get('/<script>alert("x")</script>?plate=京A12345', headers={"accept": BROWSER})
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
    assert "12345" not in answer.text


@pytest.mark.parametrize(
    ("address", "accept"),
    [("/nothing", "application/json"), ("/nothing", "*/*"), ("/v1/nothing", BROWSER), ("/v1/claims/QC-1", BROWSER)],
)
def test_a_program_gets_a_problem(client: TestClient, address: str, accept: str) -> None:
    answer = client.get(address, headers={"accept": accept})
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_form_that_is_sent_to_nowhere_gets_a_problem(client: TestClient) -> None:
    answer = client.post("/nothing", headers={"accept": BROWSER})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
