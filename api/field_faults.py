"""What is wrong with one field of a request, as a code and a note: it is said when the language is known.

Faults of ours (``claims.as_typed.fault``) bring their own code; those of pydantic are grouped by what helps a caller.
The value that was sent is never part of it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final, Self

from claims.as_typed import explained
from model.notes import Note, note

_SAME: Final = (
    *("missing", "extra_forbidden", "json_invalid", "string_too_long", "string_too_short", "too_short", "too_long"),
    *("greater_than", "greater_than_equal", "less_than", "less_than_equal"),
)
_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "number": (
        *("float_type", "float_parsing", "decimal_type", "decimal_parsing", "finite_number"),
        *("decimal_max_digits", "decimal_max_places", "decimal_whole_digits"),
    ),
    "whole_number": ("int_type", "int_parsing", "int_from_float", "int_parsing_size"),
    "yes_or_no": ("bool_type", "bool_parsing"),
    "time_without_zone": ("timezone_naive", "timezone_aware", "timezone_offset"),
    "time": ("datetime_type", "datetime_parsing", "datetime_object_invalid", "datetime_from_date_parsing"),
    "day": ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
    "identifier": ("uuid_type", "uuid_parsing", "uuid_version"),
    "list": ("list_type", "tuple_type", "set_type", "frozen_set_type"),
    "object": ("dict_type", "model_type", "model_attributes_type"),
    "text": ("string_type", "string_unicode"),
    "one_of": ("enum", "literal_error"),
    "which_kind": ("union_tag_invalid", "union_tag_not_found"),
    "pattern": ("string_pattern_mismatch",),
}
_SENTENCES: Final = {name: name for name in _SAME} | {kind: name for name, kinds in _GROUPS.items() for kind in kinds}
_LISTED: Final = re.compile(r"'([^']*)'")
_LIMITS: Final = ("gt", "ge", "lt", "le", "min_length", "max_length")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFault:
    """``field`` is a path with points; ``code`` is stable; ``told`` says it in any language.

    ``plain`` is what pydantic says in English about faults that no sentence of ours is for, else None.
    """

    field: str
    code: str
    told: Note
    plain: str | None = None

    @classmethod
    def of(cls, fault: Any) -> Self:
        """Of one item of ``ValidationError.errors()``."""
        kind, context = fault["type"], fault.get("ctx", {})
        own = context.get("code") == kind
        return cls(
            field=".".join(map(str, fault["loc"])) or "document",
            code=kind,
            told=explained(fault) if own else _note(kind, context),
            plain=None if own or kind in _SENTENCES else str(fault["msg"]),
        )


def together(faults: Iterable[FieldFault]) -> Note:
    """All faults, at least one, as one text that names each field."""
    return reduce(_also, (note("field.at", field=one.field, told=one.told) for one in faults))


def _also(told: Note, more: Note) -> Note:
    return note("field.also", told=told, more=more)


def _note(kind: str, context: Mapping[str, Any]) -> Note:
    """Limits and words that are allowed come along; nothing else of the fault does."""
    sentence = _SENTENCES.get(kind, "invalid")
    if sentence == "one_of":
        return note("field.one_of", known=tuple(_LISTED.findall(str(context["expected"]))))
    if sentence == "pattern":
        return note("field.pattern", pattern=str(context["pattern"]))
    limits = [str(context[name]) for name in _LIMITS if name in context]
    return note(f"field.{sentence}", **({"limit": limits[0]} if limits else {}))
