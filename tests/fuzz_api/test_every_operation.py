"""Whatever is sent to any operation by anybody, the answer is one that ``/openapi.json`` describes.

``make fuzz-api`` sends many more, and writes ``build/fuzz-api.json``.
"""

import os
from collections import Counter
from copy import deepcopy
from typing import Any, Final

import pytest
import schemathesis
from fuzzed import Known, Ledger
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from peopled import STAFF, hold, member
from running import Running
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.settings import Settings
from claims.states import Role

EXAMPLES: Final = int(os.environ.get("QUICKCLAIM_FUZZ_EXAMPLES", "6"))
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
TOO_LARGE: Final = 413
"""Refused before it is read, whatever is wrong in it."""
GOOD, BAD = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
OPERATIONS: Final = sorted(
    (path, method.upper(), mode)
    for path, methods in create_app(Settings()).openapi()["paths"].items()
    for method, described in methods.items()
    for mode in ((GOOD, BAD) if {"parameters", "requestBody"} & set(described) else (GOOD,))
)
"""What is sent where. Where nothing is taken nothing wrong can be sent."""
_PHASES: Final = (Phase.explicit, Phase.generate)


@pytest.mark.parametrize(("path", "method", "mode"), OPERATIONS)
def test_answers_are_as_described(known: Known, ledger: Ledger, path: str, method: str, mode: GenerationMode) -> None:
    operation = schemathesis.openapi.from_asgi("/openapi.json", Running(known.site.client.app))[path][method]
    name, document = f"{method} {path}", known.site.client.app.openapi()
    documented = _documented(document, document["paths"][path][method.lower()])
    seen = ledger.statuses.setdefault(name, Counter())
    callers = _callers(known)

    @given(case=operation.as_strategy(generation_mode=mode), who=st.sampled_from(sorted(callers)), data=st.data())
    @examples(
        max_examples=EXAMPLES,
        derandomize=EXAMPLES < 50,
        phases=_PHASES,
        suppress_health_check=list(HealthCheck),
    )
    def check(case: schemathesis.Case, who: str, data: Any) -> None:
        if mode is GOOD:
            _make_sense(case, known, documented, data)
        headers = {"Authorization": f"Bearer {callers[who]}"} if callers[who] else {}
        answer = case.call(headers=headers)
        seen[answer.status_code] += 1
        read = answer.status_code != TOO_LARGE
        checks = [*CHECKS, negative_data_rejection] if read and _is_wrong(case) else CHECKS
        case.validate_response(answer, checks=checks, headers=headers)

    try:
        check()
    except BaseException as failure:
        ledger.failures[f"{name} {mode.name.lower()}"] = str(failure)[:2000]
        raise
    assert seen.total() > 0


def _callers(known: Known) -> dict[str, str]:
    """The senior has a case on the table."""
    staff = {role.value: member(known.site, role) for role in STAFF}
    hold(known.site, known.referred, staff[Role.SENIOR.value].person.id)
    tokens = {name: one.token for name, one in staff.items()}
    return {"nobody": "", "customer": known.customer, "app": known.site.app, **tokens}


def _is_wrong(case: schemathesis.Case) -> bool:
    """Whether it has to be refused. Names that nobody knows in a query are passed over, and tokens are ours.

    A form carries text and files only: an empty list in it is nothing sent, an empty text in the place of a boolean
    says nothing, and ``false`` in the place of photos is a file of five bytes. What is wrong with forms is in
    ``tests/api/test_refusals.py``.
    """
    parts = case.meta.components if case.meta else {}
    form = case.media_type == "multipart/form-data"
    wrong = (ParameterLocation.PATH,) if form else (ParameterLocation.BODY, ParameterLocation.PATH)
    return any(parts[place].mode is BAD for place in wrong if place in parts)


def _make_sense(case: schemathesis.Case, known: Known, documented: list[Any], data: Any) -> None:
    """Ids by chance name nothing, and notices by chance have no check digit: most requests are to go further."""
    for name, ids in known.ids.items():
        if name in (case.path_parameters or {}) and ids and data.draw(st.integers(0, 9)):
            case.path_parameters[name] = data.draw(st.sampled_from(ids))
    if documented and data.draw(st.booleans()):
        case.body = deepcopy(data.draw(st.sampled_from(documented)))
        case.media_type = "application/json"


def _documented(document: dict[str, Any], described: dict[str, Any]) -> list[Any]:
    """The examples of a JSON body."""
    schema = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    for option in (schema, *schema.get("anyOf", ())):
        if "$ref" in option:
            schema = document["components"]["schemas"][option["$ref"].rpartition("/")[2]]
    found: list[Any] = schema.get("examples", [])
    return found
