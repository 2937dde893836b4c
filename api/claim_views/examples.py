"""Answers of a real case as examples in ``/openapi.json``: ``tests/integration/service/over_http/test_examples.py``
makes them, with ids and hashes that say nothing."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from api.errors import MEDIA_TYPE

Responses = dict[int | str, dict[str, Any]]

FOLDER: Final = files("api.claim_views") / "answers"
_JSON: Final = "application/json"


def answered(status: int, name: str, **described: Any) -> Responses:
    """What a route answers, by the file of the answer; ``described`` is as FastAPI takes it."""
    return {status: {**described, "content": {_JSON: {"example": _answer(name)}}}}


def refused(problems: Mapping[int | str, dict[str, Any]], status: int, name: str) -> Responses:
    """One of the documented ``problems`` of a route, with its own example."""
    problem = problems[status]
    content = {**problem["content"][MEDIA_TYPE], "example": _answer(name)}
    return {status: {**problem, "content": {MEDIA_TYPE: content}}}


def _answer(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
