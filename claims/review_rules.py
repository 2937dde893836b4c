"""How people work on cases, as data: ``data/rules/review.yaml`` read into a frozen model."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

from claims.states import CaseState, Role
from model.rules_text import read_versioned

_FILE = "review.yaml"
REVIEWERS = frozenset({Role.JUNIOR, Role.SENIOR, Role.EXPERT})
"""Who reviews cases."""


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LeaseRule(_Rules):
    """How long a case is somebody's without a sign of them, and how many one person holds at a time."""

    minutes: int = Field(gt=0, le=24 * 60)
    most_held: int = Field(ge=1)

    @property
    def term(self) -> timedelta:
        """The length of a lease, and of each extension."""
        return timedelta(minutes=self.minutes)


class LeadRule(_Rules):
    """By how much a risk brings a case forward in the queue: so many minutes for each point, up to ``most_hours``."""

    minutes_per_point: int = Field(ge=0)
    most_hours: int = Field(ge=0, le=14 * 24)

    def of(self, risk: int) -> timedelta:
        """Never below zero."""
        return timedelta(minutes=min(max(risk, 0) * self.minutes_per_point, self.most_hours * 60))


class LineLimits(_Rules):
    """The most that one line can be meant to hold: body hours, and each of its amounts."""

    hours: Decimal = Field(gt=0)
    amount: Decimal = Field(gt=0)


class ReviewRules(_Rules):
    """The whole file. ``version`` is the declared one with a short hash of the content."""

    version: str
    lease: LeaseRule
    lead: LeadRule
    queue: Mapping[CaseState, frozenset[Role]] = Field(min_length=1)
    limits: LineLimits

    @classmethod
    def load(cls) -> Self:
        """The shipped rules."""
        return cls.from_yaml(files("data").joinpath("rules", _FILE).read_text("utf-8"))

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Raises ``RulesError`` naming the field that is wrong."""
        return read_versioned(cls, text, _FILE)

    @field_validator("queue")
    @classmethod
    def _an_expert_takes_all(cls, queue: Mapping[CaseState, frozenset[Role]]) -> Mapping[CaseState, frozenset[Role]]:
        """Otherwise a case beyond the others' authority would wait for ever."""
        if without := [state.value for state, roles in queue.items() if Role.EXPERT not in roles]:
            raise ValueError(f"no expert for {', '.join(without)}")
        if strange := sorted({role for roles in queue.values() for role in roles} - REVIEWERS):
            raise ValueError(f"{', '.join(strange)} reviews no case")
        return queue


@lru_cache(1)
def shipped() -> ReviewRules:
    """The shipped rules, read once."""
    return ReviewRules.load()
