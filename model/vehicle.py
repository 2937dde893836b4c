"""The car of the case, as far as it is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from model.findings import PartRef


class PaintType(StrEnum):
    """What the car is painted with; it changes the price of refinishing."""

    SOLID = "solid"
    METALLIC = "metallic"
    PEARL = "pearl"
    MATT = "matt"
    COLOUR_SHIFT = "colour_shift"
    TWO_TONE = "two_tone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """``region`` and ``vehicle_class`` name rows of the price table; everything else may be unknown (None).

    ``part_numbers`` maps a part to the number fitted to this car. ``ev`` and ``adas`` are None while nobody has said.
    ``actual_cash_value`` is what the car was worth before the accident, in the currency of the estimate.
    """

    region: str
    vehicle_class: str
    make: str | None = None
    model: str | None = None
    year: int | None = None
    part_numbers: Mapping[PartRef, str] = field(default_factory=dict)
    ev: bool | None = None
    adas: bool | None = None
    paint: PaintType | None = None
    actual_cash_value: Decimal | None = None

    def __post_init__(self) -> None:
        if not self.region or not self.vehicle_class:
            raise ValueError("a vehicle needs a region and a class")
        if self.actual_cash_value is not None and self.actual_cash_value <= 0:
            raise ValueError(f"actual cash value {self.actual_cash_value} is not an amount")
        object.__setattr__(self, "part_numbers", MappingProxyType(dict(self.part_numbers)))
