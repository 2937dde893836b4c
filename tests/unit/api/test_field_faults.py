"""What is wrong with a field is said in both languages, whatever kind of fault pydantic finds."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError

from api.app import create_app
from api.claim_views.asked import ClaimIn, PhotoOfCase
from api.errors import FieldProblem, field_problems
from api.field_faults import FieldFault
from api.routes.proposals import ProposalIn
from api.settings import Settings
from claims.facts import CaseFacts
from model.texts import LANGUAGES, Texts

NUMBERS = {"gt": "greater_than", "ge": "greater_than_equal", "lt": "less_than", "le": "less_than_equal"}
SIZES = {"min_length": "too_short", "max_length": "too_long"}
TEXTS = {
    "min_length": "string_too_short",
    "max_length": "string_too_long",
    "pattern": "string_pattern_mismatch",
}
RAISES: dict[str, tuple[tuple[str, ...], Mapping[str, str]]] = {
    "str": (("string_type", "string_unicode"), TEXTS),
    "int": (("int_type", "int_parsing", "int_from_float", "int_parsing_size"), NUMBERS),
    "float": (("float_type", "float_parsing", "finite_number"), NUMBERS),
    "decimal": (("decimal_type", "decimal_parsing", "finite_number"), {
        **NUMBERS, "max_digits": "decimal_max_digits", "decimal_places": "decimal_max_places",
    }),
    "bool": (("bool_type", "bool_parsing"), {}),
    "enum": (("enum",), {}),
    "literal": (("literal_error",), {}),
    "datetime": (
        ("datetime_type", "datetime_parsing", "datetime_object_invalid", "datetime_from_date_parsing"),
        {"tz_constraint": "timezone_naive"},
    ),
    "date": (("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), {}),
    "uuid": (("uuid_type", "uuid_parsing"), {}),
    "list": (("list_type",), SIZES),
    "tuple": (("tuple_type", "missing", "too_long"), SIZES),
    "set": (("set_type",), SIZES),
    "frozenset": (("frozen_set_type",), SIZES),
    "dict": (("dict_type",), SIZES),
    "model-fields": (("model_type", "model_attributes_type", "missing", "extra_forbidden"), {}),
    "tagged-union": (("union_tag_invalid", "union_tag_not_found"), {}),
}  # fmt: skip
"""Kinds of schema: the faults that each finds always, and those of its limits."""


def schemas() -> Iterator[Any]:
    """Of everything that callers send."""
    for included in create_app(Settings()).routes:
        for route in getattr(included, "original_router", APIRouter()).routes:
            if isinstance(route, APIRoute):
                yield from _parameters(route.dependant)
    for model in (CaseFacts, ClaimIn, PhotoOfCase, ProposalIn):
        yield model.__pydantic_core_schema__


def _parameters(dependant: Dependant) -> Iterator[Any]:
    for group in ("path_params", "query_params", "header_params", "body_params"):
        for field in getattr(dependant, group):
            yield TypeAdapter(Annotated[field.field_info.annotation, field.field_info]).core_schema
    for inner in dependant.dependencies:
        yield from _parameters(inner)


def reachable(schema: object) -> Iterator[str]:
    """Every kind of fault that the schema can find in a JSON document or a parameter."""
    if isinstance(schema, Mapping):
        always, limits = RAISES.get(str(schema.get("type")), ((), {}))
        yield from always
        yield from (kind for limit, kind in limits.items() if limit in schema)
        for value in schema.values():
            yield from reachable(value)
    elif isinstance(schema, list | tuple):
        for item in schema:
            yield from reachable(item)


def test_every_fault_that_a_request_can_have_has_a_sentence() -> None:
    kinds = {kind for schema in schemas() for kind in reachable(schema)}
    assert {"missing", "enum", "uuid_parsing", "decimal_parsing", "too_long", "less_than_equal"} <= kinds
    unsaid = [kind for kind in sorted(kinds) if _fault(kind).plain is not None]
    assert not unsaid


def _fault(kind: str) -> FieldFault:
    context = {"expected": "'a' or 'b'", "pattern": "^a$", "ge": 3}
    return FieldFault.of({"type": kind, "loc": ("body", "x"), "msg": "Pydantic's own words", "ctx": context})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_full_of_faults_is_answered_in_one_language(language: str) -> None:
    wrong = {
        "region": 5,
        "vehicle": [],
        "single_party": "perhaps",
        "cause": "boredom",
        "deductible": "much",
        "lost_at": "soon",
        "seen_photos": [{"sha256": "x", "claim": ""}],
        "plate": "沪A12345",
    }
    with pytest.raises(ValidationError) as caught:
        CaseFacts.model_validate(wrong)
    texts = Texts.load(language)
    told = [problem for problem in field_problems(caught.value.errors(), texts) if isinstance(problem, FieldProblem)]
    assert len(told) == 9
    for problem in told:
        assert bool(re.search(r"[\u4e00-\u9fff]", problem.detail)) == (language == "zh"), problem
        assert "much" not in problem.detail
    [cause] = [problem for problem in told if problem.field == "cause"]
    assert "collision" in cause.detail


def test_what_has_no_sentence_falls_back_on_a_neutral_one() -> None:
    strange = FieldFault.of({"type": "value_error", "loc": (), "msg": "Value error, two of a kind", "ctx": {}})
    assert FieldProblem.of(strange, Texts.load("en")).detail == "Value error, two of a kind"
    chinese = FieldProblem.of(strange, Texts.load("zh"))
    assert chinese.detail == Texts.load("zh").sentences["field.invalid"]
    assert chinese.field == "document"
