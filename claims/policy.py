"""The triage policy: data with a version; ``data/rules/triage.yaml`` read into a frozen model."""

from decimal import Decimal
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from claims.facts import Cause
from model.errors import UsageError
from model.rules_text import read_versioned


class _Policy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MarketLimits(_Policy):
    """Amounts in the market's currency, compared with the upper bound of the range."""

    usual_class: str
    timezone: str
    photo_only_below: Decimal = Field(gt=0)
    simple_below: Decimal = Field(gt=0)
    police_report_from: Decimal = Field(gt=0)
    senior_limit: Decimal = Field(gt=0)
    headlight_limit: Decimal = Field(gt=0)
    windshield_limit: Decimal = Field(gt=0)


class Span(_Policy):
    """A time limit: hours on the clock, or working days of the market's calendar."""

    hours: int | None = Field(default=None, gt=0)
    working_days: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if (self.hours is None) == (self.working_days is None):
            raise ValueError("either hours or working_days")
        return self


class Deadline(_Policy):
    """From complete materials to the review and to the payment; None: paid in stages, no single date."""

    review: Span
    payment: Span | None


class Deadlines(_Policy):
    """Deadlines by class of case."""

    simple: Deadline
    ordinary: Deadline
    complex: Deadline


class HeavyDamage(_Policy):
    """Severe dents and breaks on so many ``parts``; or on ``large_parts`` with ``large_cm2`` of dents and breaks."""

    parts: int = Field(ge=1)
    large_parts: int = Field(ge=1)
    large_cm2: float = Field(gt=0)


class TriagePolicy(_Policy):
    """Everything that ``triage.decide`` compares with. A policy from before it was known has no ``heavy_damage``."""

    version: str
    markets: dict[str, MarketLimits]
    min_confidence: float = Field(gt=0, lt=1)
    min_views: int = Field(ge=1)
    max_damaged_panels: int = Field(ge=1)
    heavy_damage: HeavyDamage | None = None
    price_outlier_factor: Decimal = Field(gt=1)
    max_repair_hours: Decimal = Field(gt=0)
    min_low_share: Decimal = Field(ge=0, le=1)
    automatic_causes: frozenset[Cause]
    max_loss_age_days: int = Field(gt=0)
    capture_before_loss_h: float = Field(ge=0)
    audit_sample_share: float = Field(ge=0, le=1)
    editing_software: tuple[str, ...]
    deadlines: Deadlines

    @field_validator("markets")
    @classmethod
    def _zones_exist(cls, markets: dict[str, MarketLimits]) -> dict[str, MarketLimits]:
        unknown = [market.timezone for market in markets.values() if not _is_zone(market.timezone)]
        if unknown:
            raise ValueError(f"unknown time zone {', '.join(unknown)}")
        return markets

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Raises ``RulesError`` naming the field that is wrong."""
        return read_versioned(cls, text, "triage.yaml")

    def market(self, region: str) -> MarketLimits:
        """The limits of a region. Raises ``UsageError`` that lists the regions."""
        if region not in self.markets:
            known = tuple(self.markets)
            raise UsageError("unknown_region", f"{region}: one of {', '.join(known)}", value=region, known=known)
        return self.markets[region]


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
