"""Examples in ``/openapi.json`` with the nulls that the framework leaves out: an answer has every field."""

from collections.abc import Iterator
from typing import Any, Final

Schema = dict[str, Any]
_PLACE: Final = "#/components/schemas/"


def with_nulls(document: dict[str, Any]) -> dict[str, Any]:
    """The same document, changed in place: what its examples lack is null where their schema wants it and allows it."""
    schemas: dict[str, Schema] = document["components"]["schemas"]
    for content in _contents(document):
        if "example" in content:
            content["example"] = _filled(content["example"], content.get("schema", {}), schemas)
    for schema in schemas.values():
        if "examples" in schema:
            schema["examples"] = [_filled(example, schema, schemas) for example in schema["examples"]]
    return document


def _contents(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        for operation in path.values():
            for told in (*operation["responses"].values(), operation.get("requestBody", {})):
                yield from told.get("content", {}).values()


def _filled(example: Any, schema: Schema, schemas: dict[str, Schema]) -> Any:
    kinds = _kinds(schema, schemas)
    if isinstance(example, list):
        items: Schema = next((kind["items"] for kind in kinds if "items" in kind), {})
        return [_filled(item, items, schemas) for item in example]
    if not isinstance(example, dict):
        return example
    kind = next((kind for kind in kinds if "properties" in kind), {})
    known: dict[str, Schema] = kind.get("properties", {})
    wanted = [name for name in kind.get("required", ()) if name not in example and _nullable(known[name], schemas)]
    filled = {name: _filled(value, known.get(name, {}), schemas) for name, value in example.items()}
    return filled | dict.fromkeys(wanted)


def _nullable(schema: Schema, schemas: dict[str, Schema]) -> bool:
    return any(kind.get("type") == "null" for kind in _kinds(schema, schemas))


def _kinds(schema: Schema, schemas: dict[str, Schema]) -> list[Schema]:
    """What a schema may stand for: itself, what it refers to, or each of its alternatives."""
    if "$ref" in schema:
        return _kinds(schemas[schema["$ref"].removeprefix(_PLACE)], schemas)
    if "anyOf" in schema:
        return [kind for one in schema["anyOf"] for kind in _kinds(one, schemas)]
    return [schema]
