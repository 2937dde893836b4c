"""Whom to call when, and what customers say afterwards (M16)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from claims.calendar import WorkingDays
from claims.notice import Text
from model.notes import Note
from model.wilson import wilson

SATISFIED_FROM = 4


class Occasion(StrEnum):
    """What a follow-up follows."""

    MATERIALS_SUBMITTED = "materials_submitted"
    ASSESSED = "assessed"
    PAID = "paid"
    CLOSED = "closed"


class Ending(StrEnum):
    """What a call is not made after: the case was withdrawn, declined by a person, or is looked at anew."""

    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    ANEW = "anew"


class FollowUpKind(StrEnum):
    """What the call is about; ``follow_up.<kind>`` says it to the person who calls."""

    AFTER_SUBMISSION = "after_submission"
    AFTER_ASSESSMENT = "after_assessment"
    AFTER_PAYMENT = "after_payment"
    SATISFACTION = "satisfaction"


class FollowUpRule(BaseModel):
    """So many calendar days after the event, unless the case has come to one of ``until`` before the call was made.

    ``at_latest``: moved to a working day before, else to one after.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: Occasion
    days: int = Field(gt=0, le=365)
    at_latest: bool = False
    until: frozenset[Ending] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A call to make until ``due_at`` (UTC, the end of business of its day)."""

    kind: FollowUpKind
    due_at: datetime
    task: Note
    warnings: tuple[Note, ...] = ()


def follow_ups(
    occasion: Occasion, at: datetime, rules: Mapping[FollowUpKind, FollowUpRule], days: WorkingDays
) -> tuple[FollowUp, ...]:
    """The calls that follow an event, in the order of the rules."""
    due = {kind: _due(at, rule, days) for kind, rule in rules.items() if rule.event is occasion}
    return tuple(
        FollowUp(kind=kind, due_at=day, task=Note(f"follow_up.{kind}"), warnings=days.beyond_known(at, day))
        for kind, day in due.items()
    )


def _due(at: datetime, rule: FollowUpRule, days: WorkingDays) -> datetime:
    called = days.day_of(at)
    day = called + timedelta(days=rule.days)
    return days.closing(_at_work(day, called, days) if rule.at_latest else days.next_after(day - timedelta(days=1)))


def _at_work(latest: date, called: date, days: WorkingDays) -> date:
    """Never later than promised: where a long holiday leaves no working day, the call is due on the holiday."""
    before = days.last_until(latest)
    return before if before > called else latest


Score = Annotated[int, Field(strict=True, ge=1, le=5)]
"""From 1, very dissatisfied, to 5, very satisfied."""


class Feedback(BaseModel):
    """What a customer says after the case; the comment may hold anything and is never shown in logs."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    convenience: Score
    communication: Score
    fairness: Score = Field(description="of the amount")
    comment: Text | None = Field(default=None, max_length=1000, repr=False)


class Aspect(StrEnum):
    """What the scores are about."""

    CONVENIENCE = "convenience"
    COMMUNICATION = "communication"
    FAIRNESS = "fairness"


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """Scores on one aspect: ``counts`` of 1 to 5, and the share of 4 and 5 with its 95 % interval of Wilson.

    ``mean`` and ``satisfied`` are None where n is 0.
    """

    n: int
    counts: tuple[int, ...]
    mean: float | None
    satisfied: float | None
    low: float
    high: float


def satisfaction(feedback: Sequence[Feedback]) -> dict[Aspect, Satisfaction]:
    """What customers say, by aspect."""
    return {aspect: _of([getattr(one, aspect.value) for one in feedback]) for aspect in Aspect}


def _of(scores: Sequence[int]) -> Satisfaction:
    n, counted = len(scores), Counter(scores)
    good = sum(score >= SATISFIED_FROM for score in scores)
    low, high = wilson(good, n)
    return Satisfaction(
        n=n,
        counts=tuple(counted[score] for score in range(1, 6)),
        mean=sum(scores) / n if n else None,
        satisfied=good / n if n else None,
        low=low,
        high=high,
    )
