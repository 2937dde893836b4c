"""Documents that callers send about a case."""

from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from api.documents import Document
from claims.as_typed import fault
from claims.facts import VehicleFacts
from claims.notice import Notice, Text

_NOTICE: Final[dict[str, Any]] = {
    "region": "CN",
    "policy_number": "PDAA202631010000012345",
    "plate": "沪A12345",
    "vin": "LSVAU218XN2183294",
    "happened_at": "2026-11-20T18:00:00+08:00",
    "place": {"text": "人民广场地下车库B2", "highway": False},
    "cause": "scrape",
    "course": "倒车时擦到立柱",
    "single_party": True,
    "injury": False,
    "third_party_property": False,
    "driver_licensed": True,
    "driver_sober": True,
    "drivable": True,
    "airbag_deployed": False,
    "fluid_leak": False,
    "misaligned_gaps": False,
    "underbody_or_charge_port": False,
    "contact": {"name": "王小明", "phone": "13812345678", "language": "zh", "channel": "sms"},
}
_LETTERS: Final = 2
"""Of a name, at least; a Chinese character is one."""
DIGEST: Final = r"^[0-9a-f]{64}$"
Words = Annotated[Text, Field(max_length=2000)]
"""Somebody's own words: sealed where they are kept, shown to whoever works on the case."""


def _nothing(text: str) -> str | None:
    return text or None


Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64), AfterValidator(_nothing)]


class VehicleIn(Document):
    """The car as its owner knows it. What it is worth is stated with the cover."""

    vehicle_class: Short | None = None
    make: Short | None = None
    model: Short | None = None
    year: int | None = Field(default=None, ge=1950, le=2100)
    new_energy: bool | None = None
    adas: bool | None = None
    special_paint: Short | None = None

    def facts(self) -> VehicleFacts:
        """What the pipeline knows of it."""
        return VehicleFacts.model_validate(self.model_dump())


class ClaimIn(Document):
    """A first notice of loss. What is left out or null has not been said; questions that are open are listed."""

    model_config = ConfigDict(
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [{"notice": _NOTICE, "vehicle": {"vehicle_class": "CN2_60_150k", "new_energy": False}}]
        },
    )

    notice: Notice
    vehicle: VehicleIn = VehicleIn()


class PhotoOfCase(Document):
    """A photo of the case that serves as one of the shots of the list."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"photo": "9f" * 32}]})

    photo: str = Field(pattern=DIGEST)


def _name(text: str) -> str:
    if sum(map(str.isalpha, text)) < _LETTERS:
        raise fault("name_without_letters", limit=_LETTERS)
    return text


class Acceptance(Document):
    """The customer's yes to the offer that they saw, signed by typing their name."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"offer": "0193a2c4-0000-7000-8000-000000000000", "signature": "王小明"}]}
    )

    offer: UUID
    signature: Annotated[Text, AfterValidator(_name)] = Field(max_length=80, repr=False)


class InWords(Document):
    """Why, in the customer's own words."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "The rear door is damaged too."}]})

    words: Words = Field(repr=False)


class PerhapsInWords(Document):
    """Why, where they want to say."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "I pay for it myself."}, {}]})

    words: Words | None = Field(default=None, repr=False)
