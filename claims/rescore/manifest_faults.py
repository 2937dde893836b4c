"""Why a cell of a manifest cannot be taken, without what stood in it."""

import re
from collections.abc import Iterable
from typing import Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from model.notes import Note, note

T = TypeVar("T")
_LIMITS: Final = ("gt", "ge", "lt", "le", "min_length", "max_length")


class WrongCell(Exception):  # noqa: N818 - a verdict on a cell, not a fault of ours
    """``told`` says what belongs there; ``within`` is where in the cell, like ``[0].side``."""

    def __init__(self, told: Note, within: str = "") -> None:
        super().__init__(told.code)
        self.told, self.within = told, within


class NoPhotos(WrongCell):
    """The list of photos is empty."""


def checked(kind: TypeAdapter[T], value: object) -> T:
    """What pydantic makes of it. Raises ``WrongCell`` for its first fault."""
    try:
        return kind.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise WrongCell(explained(first), spelled(first["loc"])) from None


def explained(fault: ErrorDetails) -> Note:
    """What belongs there, without what was there."""
    kind, context = fault["type"], fault.get("ctx", {})
    if kind in {"missing", "extra_forbidden", "string_too_long"}:
        return Note(f"field.{kind}")
    if kind in {"enum", "literal_error"}:
        return note("field.one_of", known=tuple(re.findall(r"'([^']*)'", str(context["expected"]))))
    if kind in {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}:
        return Note(f"field.{kind}", {"limit": next(str(context[name]) for name in _LIMITS if name in context)})
    return note("field.number" if kind.startswith("decimal") else "field.invalid")


def spelled(where: Iterable[int | str]) -> str:
    """``.lines[0].side``; a name that nobody would give to a column is left out, for it may be somebody's."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" if nameable(step) else "" for step in where)
    return "".join(steps)


def nameable(name: str) -> bool:
    """Whether a name may be repeated: short, one word, and not a number plate or a telephone number in its place."""
    return len(name) <= 40 and name.replace(" ", "_").isidentifier() and sum(map(str.isdigit, name)) <= 3
