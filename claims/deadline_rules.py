"""The clocks that an insurer may set: ``data/rules/deadlines.yaml`` read into a frozen model.

The internal spans of review and payment stay with the triage policy, which the decision cites (``claims.policy``).
"""

from datetime import time
from enum import StrEnum
from importlib.resources import files
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from claims.actors import STAFF
from claims.follow_up import FollowUpKind, FollowUpRule
from claims.policy import Span
from claims.states import Role
from claims.triage import CaseClass
from model.rules_text import read_versioned


class ClockKind(StrEnum):
    """What a clock waits for. ``COMPLAINT_EXPECTED`` has no span of its own: it is due by the time that was told."""

    REVIEW = "review"
    PAYMENT = "payment"
    COMPLAINT_REPLY = "complaint_reply"
    COMPLAINT_TOLD = "complaint_told"
    COMPLAINT_EXPECTED = "complaint_expected"
    COMPLAINT_SOLUTION = "complaint_solution"
    PAYMENT_RETURNED = "payment_returned"


class Audience(StrEnum):
    """Whose clock it is: our own, or the promise made in public."""

    INTERNAL = "internal"
    PUBLIC = "public"


class Level(StrEnum):
    """Who deals with what was not solved in time, from the first to the last (M12)."""

    FRONT_LINE = "front_line"
    SENIOR = "senior"
    CROSS_FUNCTIONAL = "cross_functional"
    THIRD_PARTY = "third_party"


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BusinessHours(_Rules):
    """When people work, in the market's local time."""

    opens: time
    closes: time

    @field_validator("opens", "closes", mode="before")
    @classmethod
    def _quoted(cls, written: object) -> object:
        """YAML reads 18:00 without quotes as 1080, which would pass for eighteen minutes past midnight."""
        if isinstance(written, int | float):
            raise ValueError("a time in quotes")
        return written

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("opens before closes")
        return self


class PublicPromise(_Rules):
    """What was promised in public, and for which classes of case (M5)."""

    classes: frozenset[CaseClass]
    review: Span
    payment: Span


class ComplaintSpans(_Rules):
    """From the receipt of a complaint (M13, M14)."""

    complaint_reply: Span
    complaint_told: Span
    complaint_solution: Span


class OfferRule(_Rules):
    """How many days an offer stands in each market, and how many before its end the customer is told."""

    days: dict[str, Annotated[int, Field(ge=1, le=366)]] = Field(min_length=1)
    remind_days: int = Field(ge=1, le=30)

    @model_validator(mode="after")
    def _told_in_time(self) -> Self:
        if self.remind_days >= min(self.days.values()):
            raise ValueError("the end of an offer is told after the offer was made")
        return self

    def days_of(self, region: str) -> int:
        """Where a market has no line, as long as anywhere."""
        return self.days.get(region, max(self.days.values()))


class EscalationRule(_Rules):
    """The chain, the term of each of its levels, which roles ask each to decide, and which decide there (M12)."""

    within: Span
    levels: tuple[Level, ...]
    asked_by: dict[Level, frozenset[Role]]
    decided_by: dict[Level, Annotated[frozenset[Role], Field(min_length=1)]]

    @field_validator("levels")
    @classmethod
    def _each_once(cls, levels: tuple[Level, ...]) -> tuple[Level, ...]:
        if sorted(levels) != sorted(Level):
            raise ValueError("each level once")
        return levels

    @field_validator("asked_by", "decided_by")
    @classmethod
    def _every_level(cls, roles: dict[Level, frozenset[Role]]) -> dict[Level, frozenset[Role]]:
        """A level that nobody names would be anybody's."""
        if set(roles) != set(Level) or not frozenset().union(*roles.values()) <= STAFF:
            raise ValueError("roles of the staff for each level")
        return roles


class DeadlineRules(_Rules):
    """The whole file. ``version`` is the declared one with a short hash of the content."""

    version: str
    business: BusinessHours
    public: PublicPromise
    complaint: ComplaintSpans
    payment_returned: Span
    offer: OfferRule
    escalation: EscalationRule
    waiting_kinds: frozenset[ClockKind]
    follow_ups: dict[FollowUpKind, FollowUpRule] = Field(min_length=len(FollowUpKind))
    retention: dict[str, Annotated[int, Field(ge=3, le=100)]] = Field(min_length=1)

    @classmethod
    def load(cls) -> Self:
        """The shipped rules."""
        return cls.from_yaml(files("data").joinpath("rules", "deadlines.yaml").read_text("utf-8"))

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Raises ``RulesError`` naming the field that is wrong."""
        return read_versioned(cls, text, "deadlines.yaml")

    def retention_years(self, region: str) -> int:
        """How long a closed case is kept; where a market has no line, as long as anywhere."""
        return self.retention.get(region, max(self.retention.values()))
