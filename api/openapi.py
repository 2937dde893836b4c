"""What ``/openapi.json`` says about bodies and problems that FastAPI cannot derive from signatures."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from api import openapi_webhooks
from api.errors import MEDIA_TYPE, STATUS, Problem
from api.form import CASE_FIELDS, DOCUMENT, VEHICLE_FIELDS
from api.openapi_examples import with_nulls
from api.operations import with_summaries
from api.upload import PHOTOS
from claims.facts import CaseFacts, VehicleFacts
from claims.rights import Rights

_TEMPLATE = "#/components/schemas/{model}"
_CASE = CaseFacts.model_json_schema(ref_template=_TEMPLATE)
_VEHICLE = VehicleFacts.model_json_schema(ref_template=_TEMPLATE)


def _single_fields() -> dict[str, Any]:
    own = {name: _stated(_CASE["properties"][name]) for name in CASE_FIELDS}
    return own | {name: _stated(_VEHICLE["properties"][name]) for name in VEHICLE_FIELDS}


def _stated(schema: dict[str, Any]) -> dict[str, Any]:
    """A form says nothing by leaving a field out; it has no null."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in {"anyOf", "default"}}
    if not kinds:
        return rest
    return {**rest, **kinds[0]} if len(kinds) == 1 else {**rest, "anyOf": kinds}


_FORM: dict[str, Any] = {
    "type": "object",
    "required": [PHOTOS],
    "additionalProperties": False,
    "properties": {
        PHOTOS: {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "format": "binary"},
            "description": "JPEG, PNG, WebP or HEIC photos of one car, repeated once per photo",
        },
        DOCUMENT: {"$ref": _TEMPLATE.format(model="CaseFacts")},
        **_single_fields(),
    },
}

QUICK_ESTIMATE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Case facts come as one JSON document, as single fields, or both; single fields win.",
        "content": {
            "multipart/form-data": {
                "schema": _FORM,
                "encoding": {DOCUMENT: {"contentType": "application/json"}},
                "example": {
                    PHOTOS: ["the bytes of photo1.jpg"],
                    "vehicle_class": "CN2_60_150k",
                    "region": "CN",
                    "shop": "general_shop",
                    "single_party": True,
                    "injury": False,
                    "cause": "parking",
                },
            }
        },
    }
}


_FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_PICTURES = ("image/jpeg", "image/png", "image/webp", "image/heic")

PHOTO_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [PHOTOS],
                    "additionalProperties": False,
                    "properties": {PHOTOS: _FORM["properties"][PHOTOS]},
                }
            }
        },
    }
}
PHOTO_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": dict.fromkeys((*_PICTURES, "application/octet-stream"), _FILE)}
}
MATERIAL_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "additionalProperties": False,
                    "properties": {"photo": {"type": "string", "pattern": "^[0-9a-f]{64}$"}},
                },
                "example": {"photo": "9f" * 32},
            },
            **dict.fromkeys(("application/pdf", *_PICTURES), _FILE),
        },
    }
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Documented problems of a route."""
    return {status: _problem(status) for status in statuses}


def _problem(status: int) -> dict[str, Any]:
    codes = [code for code, its in STATUS.items() if its == status]
    example = {
        "type": f"/problems#{codes[0]}",
        "title": "What went wrong, in a few words",
        "status": status,
        "detail": "What to do about it.",
        "instance": "/v1/quick-estimate",
        "code": codes[0],
        "request_id": "f7844f312cb8418f92ace982d74b4508",
    }
    schema = {"$ref": _TEMPLATE.format(model="Problem")}
    described = f"{HTTPStatus(status).phrase}. `code` is one of {', '.join(codes)}."
    return {"description": described, "content": {MEDIA_TYPE: {"schema": schema, "example": example}}}


ANYBODY: dict[str, Any] = {"security": [{}]}
"""For a route that a token is told to and that needs none."""
CHANGES_CASE = problems(400, 401, 403, 404, 408, 409, 412, 413, 422, 428, 429, 500, 503)
NEW_CASE = problems(400, 401, 403, 408, 409, 413, 422, 429, 500, 503)
READS_CASE: dict[int | str, dict[str, Any]] = {
    304: {"description": "Nothing has changed since the `ETag` of `If-None-Match`"},
    **problems(401, 403, 404, 422, 429, 500, 503),
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the app, built once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            webhooks=openapi_webhooks.router.routes,
            tags=app.openapi_tags,
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(_components((CaseFacts, Problem)))
        app.openapi_schema = with_nulls(with_summaries(document, Rights.load()))
    return app.openapi_schema


def _components(models: Iterable[type[BaseModel]]) -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    for model in models:
        schema = model.model_json_schema(ref_template=_TEMPLATE)
        schemas |= schema.pop("$defs", {})
        schemas[model.__name__] = schema
    return schemas
