"""What ``/openapi.json`` says about cases is what the service does, on a case that exists and with its token."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

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


def test_every_operation_has_a_name_of_its_own(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(names) == len(set(names))
    assert not [name for name in names if "_" in name]
