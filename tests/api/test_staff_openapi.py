"""What ``/openapi.json`` says about the routes of staff is what the service does, for every role."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import schemathesis
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
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
from starlette.types import ASGIApp, Receive, Scope, Send

from api.auth.signing_in import session_of
from api.deps import Service
from api.routes import auditing, decisions, overrides, payments, proposals, reviews, service
from claims.ids import new_id
from claims.repository import people
from claims.repository.people import Person
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
ROUTERS = (
    *(routes.router for routes in (reviews, decisions, payments, service, auditing, overrides, proposals)),
    proposals.decisions,
)
OPERATIONS = sorted(
    (route.path, method)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods
)


@pytest.fixture
def running(serve: Callable[..., TestClient], tmp_path: Path) -> TestClient:
    return serve(home=tmp_path, hosts=("*",), rate_address=0, rate_actor=0, rate_login=0)


def started(app: ASGIApp) -> ASGIApp:
    """The same, which is not started a second time by whoever calls it."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        for stage in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{stage}.complete"})

    return call


def token_of(running: TestClient, role: Role) -> str:
    whole: Service = running.app.state.service
    at = whole.clock()
    person = Person(id=new_id(at), subject=role.value, name=role.value, role=role, made_at=at)
    with whole.books.writing() as book:
        assert people.add(book, person)
    return session_of(person, whole.entrance, at).token


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("address", "method"), OPERATIONS)
def test_answers_are_as_described(running: TestClient, address: str, method: str, mode: GenerationMode) -> None:
    """A query may hold more than is described, such as ``lang``."""
    operation = schemathesis.openapi.from_asgi("/openapi.json", started(running.app))[address][method]
    tokens = [token_of(running, role) for role in (Role.EXPERT, Role.ADMIN, Role.AUDITOR)]
    checks = [check for check in CHECKS if method != "GET" or check is not negative_data_rejection]
    seen = Counter[int]()

    @given(case=operation.as_strategy(generation_mode=mode))
    @examples(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def check(case: schemathesis.Case) -> None:
        token = tokens[seen.total() % len(tokens)]
        answer = case.call_and_validate(checks=checks, headers={"Authorization": f"Bearer {token}"})
        seen[answer.status_code] += 1

    check()
    assert seen.total() > 0


def test_every_operation_says_how_to_come_in(running: TestClient) -> None:
    document = running.get("/openapi.json").json()
    for address, method in OPERATIONS:
        described = document["paths"][address][method.lower()]
        assert "security" in described
        assert {"401", "403"} <= set(described["responses"])
        assert described["operationId"]
