"""What ``/openapi.json`` promises is what the service does."""

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, assume, given
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
)

from claims.facts import CaseFacts

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
SAYING_YES = ("single_party", "policy_active", "plate_matches_policy", "drivable")
GOOD, BAD = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
OPEN_TO_ALL = {"/livez", "/readyz", "/v1/quick-estimate", "/v1/claims", "/v1/session"}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@pytest.mark.parametrize(
    ("method", "address", "mode", "statuses"),
    [
        ("POST", "/v1/quick-estimate", GOOD, {200, 422}),
        ("POST", "/v1/quick-estimate", BAD, {400, 413, 415, 422}),
        ("GET", "/livez", GOOD, {200}),
        ("GET", "/readyz", GOOD, {200}),
    ],
)
def test_answers_are_as_described(
    serve: Callable[..., TestClient], method: str, address: str, mode: GenerationMode, statuses: set[int]
) -> None:
    operation = schemathesis.openapi.from_asgi("/openapi.json", Running(serve(hosts=("*",)).app))[address][method]
    seen = Counter[int]()

    @given(case=operation.as_strategy(generation_mode=mode))
    @examples(max_examples=30, derandomize=True, suppress_health_check=list(HealthCheck))
    def check(case: schemathesis.Case) -> None:
        assume(not _text_all_the_same(case.body))
        seen[case.call_and_validate(checks=CHECKS).status_code] += 1

    check()
    assert set(seen) <= statuses
    assert (200 in seen) == (mode is GOOD)


def _text_all_the_same(body: object) -> bool:
    """In a form any value of a free text is text: an object under ``model`` arrives as a model called ``{}``."""
    free = {"make", "model", "special_paint"}
    return isinstance(body, dict) and any(not isinstance(body[name], str) for name in free & set(body))


def test_every_operation_documents_its_problems(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert {"/v1/quick-estimate", "/v1/session", "/v1/admin/people", "/livez", "/readyz"} <= set(document["paths"])
    answers = document["paths"]["/v1/quick-estimate"]["post"]["responses"]
    assert {"200", "400", "413", "415", "422", "500", "503"} <= set(answers)
    for status, answer in answers.items():
        if status != "200":
            example = answer["content"]["application/problem+json"]["example"]
            assert str(example["status"]) == status
            assert example["code"] in answer["description"]


def test_every_operation_says_how_to_come_in(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            assert ("security" in described and "401" in described["responses"]) or path in OPEN_TO_ALL, (method, path)


def test_no_address_answers_another_method(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for path in paths:
        address = re.sub(r"{\w+}", str(UUID(int=7)), path)
        described = {method.upper() for like in paths if _is_at(address, like) for method in paths[like]}
        for method in sorted(METHODS - described):
            answer = client.request(method, address)
            assert answer.status_code == 405, (method, path)
            assert set(answer.headers["allow"].split(", ")) == described, (method, path)


def _is_at(address: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), address) is not None


def test_the_form_lists_every_single_field(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    body = document["paths"]["/v1/quick-estimate"]["post"]["requestBody"]["content"]["multipart/form-data"]
    fields = body["schema"]["properties"]
    assert {"photos", "facts", "region", "shop", "vehicle_class", "single_party", "injury", "cause"} <= set(fields)
    assert fields["injury"]["type"] == "boolean"
    assert set(body["example"]) < set(fields)


def test_no_page_loads_from_elsewhere(client: TestClient) -> None:
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404


def test_no_usable_photo_is_decided_as_described(client: TestClient) -> None:
    answers = dict.fromkeys(CaseFacts().unstated(), False) | dict.fromkeys(SAYING_YES, True)
    stated = {**answers, "cause": "scrape", "lost_at": f"{datetime.now().isoformat()}"}  # noqa: DTZ005 - as a form says
    assert CaseFacts.of(stated).unstated() == ()
    broken = [("photos", ("a.jpg", b"no photo", "image/jpeg"))]
    routes = [
        client.post("/v1/quick-estimate", files=broken, data={"facts": json.dumps(facts)}).json()["decision"]["route"]
        for facts in (stated, {})
    ]
    assert routes == ["more_photos", "human_review"]
    described = client.get("/openapi.json").json()["paths"]["/v1/quick-estimate"]["post"]["description"]
    assert "`more_photos` if every fact of the case is stated, and `human_review` otherwise" in " ".join(
        described.split()
    )
