"""What fraud facts are looked for in: a case and what is known of others, as the repository finds them.

Positions are personal data: they appear in no ``repr``, and a fact tells a distance only.
"""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from math import asin, cos, hypot, radians, sin, sqrt
from uuid import UUID

from model.findings import PartRef
from parts_pricing.operations import Operation

EARTH_RADIUS_KM = 6371.0088
"""Mean radius (IUGG)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Degrees, WGS 84. Raises ``ValueError`` for what is no place on Earth."""

    latitude: float = field(repr=False)
    longitude: float = field(repr=False)

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise ValueError("no position on Earth")


def distance_km(one: Position, other: Position) -> float:
    """Great-circle distance by the haversine formula (Sinnott 1984), symmetric, 0 to 20,016 km."""
    first, second = radians(one.latitude), radians(other.latitude)
    across = sin(radians(other.longitude - one.longitude) / 2)
    chord = hypot(sin((second - first) / 2), sqrt(cos(first) * cos(second)) * across)
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, chord))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPhoto:
    """A photo of the case. ``number`` counts from 1; ``phashes`` are those of its turned copies, itself first.

    ``taken_at`` is the camera's clock, which carries no zone; ``arrived_at`` (aware) is ours. ``asked_for``: we asked
    for another photo, so that a late capture time says nothing.
    """

    number: int
    sha256: str
    phashes: tuple[int, ...] = ()
    taken_at: datetime | None = None
    arrived_at: datetime
    asked_for: bool = False
    position: Position | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPhoto:
    """A photo of any case, this one included. ``number`` counts from 1 in its case; ``paid``: money went out for that.

    ``copy_of`` is the SHA-256 of the photo of this case that it was laid on and found to be a copy of, None where its
    hash alone says that it is the same picture.
    """

    claim: UUID
    claim_number: str
    number: int = 1
    sha256: str
    phash: int | None = None
    paid: bool = False
    copy_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherClaim:
    """A case of the same car: when its loss was (aware) and which parts were damaged."""

    claim: UUID
    claim_number: str
    happened_at: datetime
    parts: frozenset[PartRef]


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """What is asked for one part, or what a person set: an amount with tax, beside ``parts_pricing.chosen.typical``."""

    ref: PartRef
    operation: Operation
    amount: Decimal
    typical: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FraudCase:
    """A case and its surroundings. Times are aware; ``zone`` is the market's, in which cameras are read."""

    claim: UUID
    zone: tzinfo
    currency: str
    reported_at: datetime
    happened_at: datetime
    policy_began: datetime | None = None
    place: Position | None = field(default=None, repr=False)
    photos: tuple[OwnPhoto, ...] = ()
    parts: frozenset[PartRef] = frozenset()
    lines: tuple[PricedLine, ...] = ()
    other_photos: tuple[OtherPhoto, ...] = ()
    other_claims: tuple[OtherClaim, ...] = ()
    complaints: int = 0
    high_risk_tag: bool = False
