"""What is known when a decision is made."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from claims.facts import CaseFacts
from model.findings import Damage
from parts_pricing.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFacts:
    """One photo as triage sees it. ``view`` is shared by near-copies: they are one view of the car."""

    index: int
    usable: bool
    readable: bool
    view: str
    taken_at: datetime | None = None
    software: str | None = None
    seen_in_claim: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything known when the decision is made. ``on`` is the day of the assessment."""

    facts: CaseFacts
    photos: tuple[PhotoFacts, ...]
    damages: tuple[Damage, ...]
    estimate: Estimate
    on: date

    def views_of(self, damage: Damage) -> int:
        """Number of distinct views that show the damage."""
        return len({photo.view for photo in self.photos if photo.index in damage.photos})

    @property
    def upper(self) -> Decimal:
        """The amount that every limit is compared with: the upper bound of the range, before deductible."""
        return self.estimate.high
