"""Notes as JSON and back, whatever language they will be said in. What could not be read back is refused at once.

What JSON has no kind for stands in an object of one key that names the kind: ``{"decimal": "624.00"}``.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from claims.deadline_rules import Audience, ClockKind
from claims.facts import Cause
from model.findings import PartRef
from model.notes import Note
from model.vehicle import PaintType
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.labour import LabourType
from parts_pricing.operations import Operation
from parts_pricing.profile import PartPrice

_VOCABULARIES: Final[Mapping[str, type[StrEnum]]] = MappingProxyType(
    {
        vocabulary.__name__: vocabulary
        for vocabulary in (
            *(Audience, Cause, ClockKind, DamageKind, LabourType, Operation),
            *(PaintType, Part, PartPrice, Severity, Side),
        )
    }
)
"""Every vocabulary that a note of an assessment, or of a clock, speaks."""


def note_json(note: Note) -> dict[str, Any]:
    """Code and facts. Raises ``TypeError`` for a fact of a kind that could not be read back."""
    return {"code": note.code, "facts": {name: _written(value) for name, value in note.facts.items()}}


def note_of(document: Mapping[str, Any]) -> Note:
    """The note of ``note_json``."""
    return Note(document["code"], {name: _read(value) for name, value in document["facts"].items()})


def _written(value: object) -> object:
    if isinstance(value, StrEnum):
        return {"word": [_name(value), value.value]}
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal) and value.is_finite():
        return {"decimal": f"{value:f}"}
    if isinstance(value, PartRef):
        return {"place": [value.part.value, value.side.value]}
    if isinstance(value, Note):
        return {"note": note_json(value)}
    if isinstance(value, tuple | list):
        return [_written(item) for item in value]
    raise TypeError(f"a note is not stored with a {type(value).__name__}")


def _name(member: StrEnum) -> str:
    name = type(member).__name__
    if _VOCABULARIES.get(name) is not type(member):
        raise TypeError(f"a note is not stored with a {name}")
    return name


def _read(value: object) -> object:
    if isinstance(value, list):
        return tuple(_read(item) for item in value)
    if not isinstance(value, dict):
        return value
    [(kind, content)] = value.items()
    match kind:
        case "word":
            return _VOCABULARIES[content[0]](content[1])
        case "decimal":
            return Decimal(content)
        case "place":
            return PartRef(part=Part(content[0]), side=Side(content[1]))
        case "note":
            return note_of(content)
    raise ValueError(f"a note holds no {kind}")
