"""What is stated about a case beside its photos. Nothing unstated is assumed: ``None`` means nobody has said."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError, from_json

from model.errors import CaseFactsError
from model.labels import LabelPart


def _in_living_memory(moment: datetime) -> datetime:
    if not 1950 <= moment.year <= 2100:
        raise PydanticCustomError("out_of_range", "Input should be between 1950 and 2100")
    return moment


# Bounds that money and calendars can be computed with: 1E-99999999 written out is a hundred megabytes.
Amount = Annotated[Decimal, Field(ge=0, le=Decimal(1_000_000_000), decimal_places=4)]
Moment = Annotated[datetime, AfterValidator(_in_living_memory)]


class Cause(StrEnum):
    """How the damage came about."""

    COLLISION = "collision"
    SCRAPE = "scrape"
    PARKING = "parking"
    STONE = "stone"
    VANDALISM = "vandalism"
    WATER = "water"
    FIRE = "fire"
    THEFT = "theft"
    HAIL = "hail"
    OTHER = "other"


class SeenPhoto(BaseModel):
    """A photo of another case: its file hash, and its perceptual hash (16 hex digits) where known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    phash: str | None = Field(default=None, pattern=r"^[0-9a-f]{16}$")
    claim: str = Field(min_length=1, max_length=64)


class VehicleFacts(BaseModel):
    """The damaged car. The class follows from its new-car price; unstated, the market's usual class is priced."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vehicle_class: str | None = None
    make: str | None = Field(default=None, max_length=64)
    model: str | None = Field(default=None, max_length=64)
    year: int | None = Field(default=None, ge=1950, le=2100)
    new_energy: bool | None = None
    adas: bool | None = None
    special_paint: str | None = None
    part_numbers: dict[str, str] = Field(default_factory=dict)
    cash_value: Annotated[Decimal, Field(ge=1, le=Decimal(1_000_000_000))] | None = None


class CaseFacts(BaseModel):
    """Facts that decide whether a machine may offer. Personal data is not among them and is refused (``extra``)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str = "CN"
    shop: str | None = None
    area: str | None = Field(default=None, description="kind of city or county, where the shop's profile knows it")
    vehicle: VehicleFacts = VehicleFacts()

    single_party: bool | None = None
    injury: bool | None = None
    third_party_property: bool | None = None
    policy_active: bool | None = None
    plate_matches_policy: bool | None = None
    cause: Cause | None = None

    drivable: bool | None = None
    airbag_deployed: bool | None = None
    fluid_leak: bool | None = None
    misaligned_gaps: bool | None = None
    underbody_or_charge_port: bool | None = None
    coverage_red_flag: bool | None = Field(
        default=None, description="unlicensed or drunk driver, hit-and-run, or an accident on a motorway"
    )

    automation_refused: bool = False
    disputed: bool = False
    high_risk_tag: bool = False

    lost_at: Moment | None = None
    claimed_amount: Amount | None = None
    deductible: Amount = Decimal(0)
    salvage: Amount = Decimal(0)
    paid_in_last_year: tuple[LabelPart, ...] = ()
    seen_photos: tuple[SeenPhoto, ...] = ()
    sample_draw: Annotated[Decimal, Field(ge=0, lt=1)] | None = Field(
        default=None, description="drawn by a service with a key of its own; else the photos draw"
    )

    @classmethod
    def of(cls, document: Mapping[str, object]) -> Self:
        """Raises ``CaseFactsError`` that names each wrong field without repeating its value."""
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'document'}: {e['msg']}" for e in error.errors())
            raise CaseFactsError("invalid", wrong) from None

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The facts of a JSON document. Raises ``CaseFactsError``."""
        return cls.of(read_document(text))

    def unstated(self) -> tuple[str, ...]:
        """Names of the facts without which no machine may offer."""
        needed = _NEEDED + (("underbody_or_charge_port",) if self.vehicle.new_energy is not False else ())
        return tuple(name for name in needed if getattr(self, name) is None)


_NEEDED = (
    "single_party",
    "injury",
    "third_party_property",
    "policy_active",
    "plate_matches_policy",
    "cause",
    "lost_at",
    "drivable",
    "airbag_deployed",
    "fluid_leak",
    "misaligned_gaps",
    "coverage_red_flag",
)


def read_document(text: str | bytes) -> dict[str, object]:
    """A JSON object. Raises ``CaseFactsError`` ``facts.not_json`` for anything else."""
    try:
        document = from_json(text, allow_inf_nan=False)
    except ValueError:
        raise CaseFactsError("not_json", "the facts are no JSON document") from None
    if not isinstance(document, dict):
        raise CaseFactsError("not_json", "the facts are no JSON object")
    return document
