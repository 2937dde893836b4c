"""Moments that follow from the rules of a market."""

from datetime import UTC, datetime
from importlib.resources import files

import pytest

from claims.deadline_rules import DeadlineRules
from claims.policy import TriagePolicy
from claims.terms import Terms

POLICY = TriagePolicy.from_yaml(files("data").joinpath("rules", "triage.yaml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime(2026, 11, 22, 8, 30, tzinfo=UTC), datetime(2026, 12, 2, 10, 0, tzinfo=UTC)),
        (datetime(2026, 11, 23, 8, 30, tzinfo=UTC), datetime(2026, 12, 3, 10, 0, tzinfo=UTC)),
        (datetime(2026, 9, 28, 8, 30, tzinfo=UTC), datetime(2026, 10, 14, 10, 0, tzinfo=UTC)),
    ],
    ids=["from a Sunday", "from a Monday", "over the holidays of October"],
)
def test_four_levels_have_two_working_days_each(start: datetime, end: datetime) -> None:
    assert Terms.of(POLICY, DeadlineRules.load(), "CN").decided_by(start) == end
