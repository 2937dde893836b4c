"""Case facts from form fields: one JSON document, single fields, or both."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from api.errors import field_problems
from api.field_faults import FieldFault
from claims.facts import CaseFacts, VehicleFacts, read_document
from model.errors import CaseFactsError, RequestError
from model.notes import note

DOCUMENT = "facts"
_DRAW = "sample_draw"
"""Drawn by a service with its own key; nobody else says who is looked at."""
CASE_FIELDS = tuple(
    name for name in CaseFacts.model_fields if name not in {"vehicle", "paid_in_last_year", "seen_photos", _DRAW}
)
VEHICLE_FIELDS = tuple(name for name in VehicleFacts.model_fields if name != "part_numbers")


def case_facts(fields: Mapping[str, str], *, region: str) -> CaseFacts:
    """Facts of the ``facts`` document, overridden by single fields. An empty field says nothing.

    ``region`` is the market when nobody names one. Raises ``RequestError`` ``request.unknown_field`` that lists the
    fields there are, ``CaseFactsError`` ``facts.not_json`` or ``facts.invalid`` that names each wrong field.
    """
    known = (DOCUMENT, *CASE_FIELDS, *VEHICLE_FIELDS)
    if not set(fields) <= set(known):
        raise RequestError("unknown_field", known=("photos", *known))
    stated = {"region": region, **(read_document(text) if (text := fields.get(DOCUMENT, "")).strip() else {})}
    said = {name: value for name, value in fields.items() if value.strip() and name != DOCUMENT}
    stated |= {name: said[name] for name in CASE_FIELDS if name in said}
    vehicle = {name: said[name] for name in VEHICLE_FIELDS if name in said}
    if vehicle:
        stated["vehicle"] = {**_object(stated.get("vehicle")), **vehicle}
    if _DRAW in stated:
        refused = FieldFault(field=_DRAW, code="extra_forbidden", told=note("field.extra_forbidden"))
        raise CaseFactsError("invalid", errors=(refused,))
    try:
        return CaseFacts.model_validate(stated)
    except ValidationError as error:
        raise CaseFactsError("invalid", errors=field_problems(error.errors(include_url=False))) from None


def _object(value: object) -> dict[str, Any]:
    """A vehicle that is no object is left for the validation to name."""
    return value if isinstance(value, dict) else {}
