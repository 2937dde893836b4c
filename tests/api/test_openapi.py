"""What ``/openapi.json`` promises is what the service does."""

from collections import Counter
from collections.abc import Callable

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
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

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]


GOOD, BAD = GenerationMode.POSITIVE, GenerationMode.NEGATIVE


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
    operation = schemathesis.openapi.from_asgi("/openapi.json", serve(hosts=("*",)).app)[address][method]
    seen = Counter[int]()

    @given(case=operation.as_strategy(generation_mode=mode))
    @examples(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def check(case: schemathesis.Case) -> None:
        seen[case.call_and_validate(checks=CHECKS).status_code] += 1

    check()
    assert set(seen) <= statuses
    assert (200 in seen) == (mode is GOOD)


def test_every_operation_documents_its_problems(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert set(document["paths"]) == {"/v1/quick-estimate", "/livez", "/readyz"}
    answers = document["paths"]["/v1/quick-estimate"]["post"]["responses"]
    assert {"200", "400", "413", "415", "422", "500", "503"} <= set(answers)
    for status, answer in answers.items():
        if status != "200":
            example = answer["content"]["application/problem+json"]["example"]
            assert str(example["status"]) == status
            assert example["code"] in answer["description"]


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
