"""What ``/openapi.json`` says about signing in and about administration is what the service does."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

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
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from api.auth.signing_in import session_of
from api.deps import Service
from api.routes import admin, admin_apps, admin_webhooks, session
from claims.desk import staff
from claims.desk.console import Console
from claims.passwords import Passwords
from claims.states import Role

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
    ignored_auth,
]
CHEAP = Passwords(memory_kib=64, passes=1)
OPERATIONS = sorted(
    (route.path, method)
    for routes in (session, admin, admin_apps, admin_webhooks)
    for route in routes.router.routes
    if isinstance(route, APIRoute)
    for method in route.methods
)


@pytest.fixture
def running(serve: Callable[..., TestClient], tmp_path: Path) -> TestClient:
    """A service of its own, whose checks of passwords are cheap."""
    client = serve(home=tmp_path, hosts=("*",), rate_address=0, rate_actor=0, rate_login=0)
    whole: Service = client.app.state.service
    cheap = replace(whole.entrance, passwords=CHEAP, refusal_s=0.0)
    client.app.state.service = replace(whole, entrance=cheap)
    return client


@pytest.fixture
def token(running: TestClient) -> str:
    """Of somebody who may do everything here."""
    service: Service = running.app.state.service
    new = staff.NewPerson(subject="root", name="root", role=Role.ADMIN, password=CHEAP.hash("four words of my own"))
    with Console.open(service.books, service.clock()) as console:
        person = staff.add(console, new)
    return session_of(person, service.entrance, service.clock()).token


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("address", "method"), OPERATIONS)
def test_answers_are_as_described(
    running: TestClient, token: str, address: str, method: str, mode: GenerationMode
) -> None:
    operation = schemathesis.openapi.from_asgi("/openapi.json", Running(running.app))[address][method]
    seen = Counter[int]()

    @given(case=operation.as_strategy(generation_mode=mode))
    @examples(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def check(case: schemathesis.Case) -> None:
        answer = case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {token}"})
        seen[answer.status_code] += 1

    check()
    assert seen.total() > 0


def test_every_operation_says_how_to_come_in(running: TestClient) -> None:
    document = running.get("/openapi.json").json()
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for address, method in OPERATIONS:
        described = document["paths"][address][method.lower()]
        open_to_all = (address, method) == ("/v1/session", "POST")
        assert ("security" in described) is not open_to_all
        assert "401" in described["responses"]
        assert described["operationId"]
