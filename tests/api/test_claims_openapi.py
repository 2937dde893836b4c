"""What ``/openapi.json`` says about cases is what the service does, on a case that exists and with its token."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from running import Running
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from api.claim_views.examples import FOLDER
from api.errors import STATUS
from api.routes import assessing, claim_materials, claim_photos, claims, leaving, stats

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
OPERATIONS = sorted(
    (route.path, method)
    for routes in (claims, claim_photos, claim_materials, assessing, leaving, stats)
    for route in routes.router.routes
    if isinstance(route, APIRoute)
    for method in route.methods
)
ANSWERS = {
    ("openClaim", "201"): "opened",
    ("openClaim", "422"): "not_taken",
    ("addPhotos", "201"): "photos",
    ("assess", "200"): "assessed",
    ("assess", "202"): "waiting",
    ("assess", "409"): "no_photos",
    ("getClaim", "200"): "shown",
    ("getClaim", "404"): "not_found",
    ("acceptOffer", "200"): "accepted",
    ("acceptOffer", "409"): "offer_over",
    ("explain", "200"): "explained",
}
"""By operation and status, the file of the answer."""


@dataclass(frozen=True)
class Known:
    """A case of a service, and its customer's token."""

    client: TestClient
    claim: str
    token: str


@pytest.fixture
def known(serve: Callable[..., TestClient]) -> Known:
    client = serve(hosts=("*",), rate_address=0, rate_actor=0)
    document = client.get("/openapi.json").json()
    example = document["components"]["schemas"]["ClaimIn"]["examples"][0]
    answer = client.post("/v1/claims", json=example)
    assert answer.status_code == 201, answer.text
    return Known(client, answer.json()["claim"]["id"], answer.json()["token"])


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
@pytest.mark.parametrize(("address", "method"), OPERATIONS)
def test_answers_are_as_described(known: Known, address: str, method: str, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", Running(known.client.app))
    seen = Counter[int]()

    @given(case=schema[address][method].as_strategy(generation_mode=mode))
    @examples(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def check(case: schemathesis.Case) -> None:
        if mode is GenerationMode.POSITIVE and "claim_id" in case.path_parameters:
            case.path_parameters["claim_id"] = known.claim
        headers = {"Authorization": f"Bearer {known.token}"}
        seen[case.call_and_validate(headers=headers, checks=CHECKS).status_code] += 1

    check()
    assert seen


@pytest.mark.parametrize(("where", "name"), ANSWERS.items(), ids=ANSWERS.values())
def test_every_answer_that_is_shown_is_one_by_its_schema(client: TestClient, where: tuple[str, str], name: str) -> None:
    """FastAPI leaves out what is null in an example; the answer itself has it."""
    document = client.get("/openapi.json").json()
    [(schema, example)] = [(schema, example) for at, schema, example in _examples(document) if at == where]
    answer = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    rules = jsonschema_rs.validator_for({**schema, "components": document["components"]}, validate_formats=True)
    assert [fault.message for fault in rules.iter_errors(answer)] == []
    assert not rules.is_valid({**answer, "id": 1, "token": 1, "photos": 1, "why": 1, "code": 1})
    assert _without_nulls(example) == _without_nulls(answer)


def test_every_answer_that_is_kept_is_shown() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.json" for name in ANSWERS.values()}


def test_examples_of_problems_are_those_of_their_status(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    problems = {where: example for where, _, example in _examples(document) if "request_id" in example}
    assert problems["openClaim", "422"]["errors"][0]["field"] == "body.notice.plate"
    assert problems["assess", "409"]["code"] == "claim.no_photos"
    assert problems["acceptOffer", "409"]["code"] == "claim.offer_over"
    assert problems["getClaim", "404"]["code"] == "rights.not_found"
    assert all(STATUS[one["code"]] == one["status"] == int(status) for (_, status), one in problems.items())


def _examples(document: dict[str, Any]) -> Iterator[tuple[tuple[str, str], dict[str, Any], Any]]:
    """Operation and status, schema, example: of every answer that has one."""
    for path in document["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                for content in answer.get("content", {}).values():
                    if "example" in content:
                        yield (operation["operationId"], status), content["schema"], content["example"]


def _without_nulls(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _without_nulls(value) for key, value in document.items() if value is not None}
    return [_without_nulls(item) for item in document] if isinstance(document, list) else document


def test_every_operation_has_a_name_of_its_own(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(names) == len(set(names))
    assert not [name for name in names if "_" in name]
