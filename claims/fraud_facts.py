"""A fraud fact: what was found, the evidence for it, and how much it weighs. Never a verdict, no personal data."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from claims.materials import Material
from model.findings import PartRef
from model.notes import Note
from parts_pricing.operations import Operation

_IDS = frozenset({"claim", "claims"})


class FraudCode(StrEnum):
    """What was found."""

    SAME_PHOTO = "same_photo"
    SAME_PHOTO_PAID = "same_photo_paid"
    NEAR_PHOTO = "near_photo"
    NEAR_PHOTO_PAID = "near_photo_paid"
    SAME_DOCUMENT = "same_document"
    TAKEN_BEFORE_POLICY = "taken_before_policy"
    TAKEN_AFTER_REPORT = "taken_after_report"
    TAKEN_AFTER_ARRIVAL = "taken_after_arrival"
    FAR_FROM_LOSS = "far_from_loss"
    PRICE_OUTLIER = "price_outlier"
    REPEATED_PART = "repeated_part"
    MANY_COMPLAINTS = "many_complaints"
    HIGH_RISK_TAG = "high_risk_tag"
    VIN_CHECK_DIGIT = "vin_check_digit"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPhoto:
    """A photo that another case has too. ``bits`` of 64 in which the two pictures differ; 0 for the same file."""

    photo: int
    claim: UUID
    claim_number: str
    bits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedDocument:
    """A document that another case has too."""

    material: Material
    claim: UUID
    claim_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureTime:
    """By how many hours, rounded up, the capture time of a photo is before or after what it should be."""

    photo: int
    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """Whole kilometres between a photo and the stated loss."""

    photo: int
    km: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """An amount beside the median of the table for the same part and operation."""

    place: PartRef
    operation: Operation
    amount: Decimal
    median: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A part that was damaged before: in which cases."""

    place: PartRef
    claims: tuple[UUID, ...]
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many complaints."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """A character of a number, by its place from 1 on, that does not go with the others."""

    place: int


Evidence = SharedPhoto | SharedDocument | CaptureTime | Distance | Outlier | Repeat | Tally | Character


@dataclass(frozen=True, slots=True, kw_only=True)
class FraudFact:
    """One fact with its evidence, which holds no personal data. ``weight`` is what it adds to the risk."""

    code: FraudCode
    evidence: Evidence
    weight: int

    @property
    def note(self) -> Note:
        """The sentence for an adjuster."""
        told = {item.name: getattr(self.evidence, item.name) for item in fields(self.evidence)}
        return Note(f"fraud.{self.code}", {name: _named(value) for name, value in told.items() if name not in _IDS})


def _named(value: object) -> object:
    return Note(f"material.{value}") if isinstance(value, Material) else value


_PAID = {FraudCode.SAME_PHOTO: FraudCode.SAME_PHOTO_PAID, FraudCode.NEAR_PHOTO: FraudCode.NEAR_PHOTO_PAID}


def as_paid(fact: FraudFact, paid: Collection[UUID], weights: Mapping[FraudCode, int]) -> FraudFact:
    """The fact as it is once the other case is among those that were ``paid``."""
    if fact.code not in _PAID or not isinstance(fact.evidence, SharedPhoto) or fact.evidence.claim not in paid:
        return fact
    return replace(fact, code=_PAID[fact.code], weight=weights[_PAID[fact.code]])


def risk(facts: Iterable[FraudFact]) -> int:
    """What brings a case forward in the queue: each code counts once, however often it was found."""
    weights: dict[FraudCode, int] = {}
    for fact in facts:
        weights[fact.code] = max(fact.weight, weights.get(fact.code, 0))
    return sum(weights.values())
