"""The first notice of loss: what a customer says happened, checked word by word, and what triage may take from it.

A notice is full of personal data: its ``repr`` and its errors name fields, never values. Whether the policy is in force
and whether the plate belongs to it are no questions to the customer; the system or the staff state them.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from claims import identifiers
from claims.as_typed import fault
from claims.facts import Cause, Moment
from claims.identifiers import Identifiers, MarketIdentifiers
from model.errors import UsageError
from model.notes import Note, note

CLOCK_SKEW = timedelta(minutes=5)
"""A phone's clock may be ahead by this much."""


def _printable(text: str) -> str:
    """Line breaks and tabs are fine; other control characters break databases and logs."""
    if any((ord(sign) < 32 and sign not in "\n\r\t") or ord(sign) == 127 for sign in text):
        raise fault("control_characters")
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_printable)]
Typed = Annotated[str, StringConstraints(max_length=64)]
"""A number as it was typed, bounded before it is looked at."""


class Channel(StrEnum):
    """How a customer wishes to be reached."""

    PHONE = "phone"
    SMS = "sms"
    APP = "app"


class _Personal(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_max_length=2000)


class LossPlace(_Personal):
    """Where it happened: in words, on which kind of road, and as a position in degrees (WGS 84) where there is one.

    Somebody at the roadside may have any of them, or none.
    """

    text: Text | None = Field(default=None, max_length=300, repr=False)
    highway: bool | None = None
    elevated_road: bool | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False, repr=False)
    longitude: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False, repr=False)

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise fault("half_a_position")
        return self

    @property
    def is_told(self) -> bool:
        """In words or as a position: somebody could go there."""
        return self.text is not None or self.latitude is not None


class OtherParty(_Personal):
    """Another car, person or thing, as far as the customer knows. The plate is taken as it was seen."""

    plate: Text | None = Field(default=None, max_length=16, repr=False)
    left_the_scene: bool | None = None


class Contact(_Personal):
    """Who reports, and how to reach them in which language."""

    name: Text = Field(max_length=80, repr=False)
    phone: Typed = Field(repr=False)
    language: str = Field(default="zh", pattern=r"^(en|zh)$")
    channel: Channel = Channel.PHONE


class Notice(_Personal):
    """A first notice of loss. ``None`` means that nobody has said.

    Numbers come out in their normal form (``claims.identifiers``) by the rules of ``region``: the shipped ones, or
    those given as validation context ``{"identifiers": rules}``. ``happened_at`` comes out in UTC.
    """

    region: str = Field(default="CN", max_length=16)
    policy_number: Typed = Field(repr=False)
    plate: Typed | None = Field(default=None, repr=False)
    vin: Typed | None = Field(default=None, repr=False)
    engine_number: Typed | None = Field(default=None, repr=False)

    happened_at: Moment
    place: LossPlace = LossPlace()
    cause: Cause
    course: Text | None = Field(
        default=None, max_length=2000, repr=False, description="what happened, in the customer's words"
    )

    single_party: bool | None = None
    other_parties: tuple[OtherParty, ...] = Field(default=(), max_length=20)
    injury: bool | None = None
    injured_people: int | None = Field(default=None, ge=0, le=500)
    third_party_property: bool | None = None
    police_called: bool | None = None
    police_report: bool | None = Field(default=None, description="whether the police gave a report")
    driver_licensed: bool | None = None
    driver_sober: bool | None = None

    drivable: bool | None = None
    airbag_deployed: bool | None = None
    fluid_leak: bool | None = None
    misaligned_gaps: bool | None = None
    underbody_or_charge_port: bool | None = None

    contact: Contact
    automation_refused: bool = False

    @field_validator("region")
    @classmethod
    def _known_region(cls, region: str, info: ValidationInfo) -> str:
        try:
            _rules(info).market(region)
        except UsageError:
            raise fault("unknown_region") from None
        return region

    @field_validator("policy_number", "plate", "vin", "engine_number")
    @classmethod
    def _normal(cls, typed: str | None, info: ValidationInfo) -> str | None:
        market = _market(info)
        if typed is None or market is None:
            return typed
        read = {
            "policy_number": market.policy_number.read,
            "plate": market.plate,
            "vin": market.vin,
            "engine_number": identifiers.engine_number,
        }
        return read[str(info.field_name)](typed)

    @field_validator("contact")
    @classmethod
    def _reachable(cls, contact: Contact, info: ValidationInfo) -> Contact:
        market = _market(info)
        return contact if market is None else contact.model_copy(update={"phone": market.phone.read(contact.phone)})

    @field_validator("happened_at")
    @classmethod
    def _with_zone(cls, moment: datetime) -> datetime:
        if moment.utcoffset() is None:
            raise fault("time_without_zone")
        return moment.astimezone(UTC)

    @model_validator(mode="after")
    def _names_a_car(self) -> Self:
        if self.plate is None and self.vin is None:
            raise fault("no_car_named")
        return self


def _rules(info: ValidationInfo) -> Identifiers:
    context: Any = info.context or {}
    rules = context.get("identifiers")
    return rules if isinstance(rules, Identifiers) else identifiers.shipped()


def _market(info: ValidationInfo) -> MarketIdentifiers | None:
    """None where the region is wrong: that fault says it all."""
    region = info.data.get("region")
    return _rules(info).market(region) if isinstance(region, str) else None


def check(notice: Notice, *, at: datetime) -> tuple[Note, ...]:
    """What cannot be taken at the moment ``at`` (aware), as ``field.<code>`` notes. Empty: the notice can be taken."""
    ahead = notice.happened_at > at + CLOCK_SKEW
    return (note("field.time_in_future", minutes=int(CLOCK_SKEW.total_seconds() // 60)),) if ahead else ()
