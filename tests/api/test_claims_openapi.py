"""The answers that ``/openapi.json`` shows are real ones, and fit what it says of them."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from fastapi.testclient import TestClient

from api.claim_views.examples import FOLDER
from api.errors import STATUS
from api.operations import OPERATIONS
from claims.states import Role

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


@pytest.mark.parametrize(("where", "name"), ANSWERS.items(), ids=ANSWERS.values())
def test_every_answer_that_is_shown_is_one_by_its_schema(client: TestClient, where: tuple[str, str], name: str) -> None:
    """FastAPI leaves out what is null in an example; what the schema requires is put back."""
    document = client.get("/openapi.json").json()
    [(schema, example)] = [(schema, example) for at, schema, example in _examples(document) if at == where]
    answer = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    rules = jsonschema_rs.validator_for({**schema, "components": document["components"]}, validate_formats=True)
    assert [fault.message for fault in rules.iter_errors(answer)] == []
    assert not rules.is_valid({**answer, "id": 1, "token": 1, "photos": 1, "why": 1, "code": 1})
    assert rules.is_valid(example)
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


def test_every_example_is_one_by_its_schema(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    shown = [*_shown(document)]
    assert len(shown) > 900
    wrong = [
        (where, fault.message)
        for where, schema, example in shown
        for fault in jsonschema_rs.validator_for(
            {**schema, "components": document["components"]}, validate_formats=True
        ).iter_errors(example)
    ]
    assert wrong == []


def _shown(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Where it stands, schema, example: of answers, requests, parameters and models."""
    for path in document["paths"].values():
        for operation in path.values():
            told = [*operation["responses"].values(), operation.get("requestBody", {})]
            places = [*(content for one in told for content in one.get("content", {}).values())]
            for place in [*places, *operation.get("parameters", [])]:
                schema, name = place.get("schema", {}), operation["operationId"]
                yield from ((name, schema, example) for example in schema.get("examples", []))
                yield from ((name, schema, place[key]) for key in ("example",) if key in place)
                yield from ((name, schema, one["value"]) for one in place.get("examples", {}).values())
    for name, schema in document["components"]["schemas"].items():
        for described in (schema, *schema.get("properties", {}).values()):
            yield from ((name, described, example) for example in described.get("examples", []))


def test_every_operation_says_what_it_does_and_for_whom(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    operations = {one["operationId"]: one for path in paths.values() for one in path.values()}
    assert set(operations) == set(OPERATIONS)
    told = {name: one["summary"].rpartition(" (")[::2] for name, one in operations.items()}
    assert len({what for what, _ in told.values()}) == len(told)
    words = {"anybody", "staff"} | {role.value.replace("_", " ") for role in Role}
    assert all(set(whom.removesuffix(")").split(", ")) <= words for _, whom in told.values())
    assert told["acceptOffer"][1] == "customer)"
    assert all(one["tags"] and one["description"] for one in operations.values())


def _without_nulls(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _without_nulls(value) for key, value in document.items() if value is not None}
    return [_without_nulls(item) for item in document] if isinstance(document, list) else document


def test_every_operation_has_a_name_of_its_own(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(names) == len(set(names))
    assert not [name for name in names if "_" in name]
