"""Calls after the nodes of a case, on days when people work; and what customers say, with n."""

from datetime import date, datetime
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from claims.calendar import told
from claims.deadline_rules import DeadlineRules
from claims.follow_up import Aspect, Feedback, FollowUpKind, Occasion, follow_ups, satisfaction
from claims.policy import TriagePolicy
from claims.terms import Terms
from model.notes import note
from model.texts import LANGUAGES, Texts

SHANGHAI = ZoneInfo("Asia/Shanghai")
POLICY = TriagePolicy.from_yaml(files("data").joinpath("rules", "triage.yaml").read_text("utf-8"))
TERMS = Terms.of(POLICY, DeadlineRules.load(), "CN")

scores = st.integers(1, 5)
answers = st.lists(st.builds(Feedback, convenience=scores, communication=scores, fairness=scores))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("occasion", "at", "kind", "due"),
    [
        (Occasion.MATERIALS_SUBMITTED, "2026-03-02T10:00", "after_submission", "2026-03-05T18:00"),
        (
            Occasion.MATERIALS_SUBMITTED,
            "2026-03-04T23:30",
            "after_submission",
            "2026-03-09T18:00",
        ),  # falls on a Saturday
        (Occasion.ASSESSED, "2026-03-04T10:00", "after_assessment", "2026-03-09T18:00"),
        (Occasion.ASSESSED, "2026-09-29T10:00", "after_assessment", "2026-10-08T18:00"),  # on the National Day
        (Occasion.PAID, "2026-02-07T10:00", "after_payment", "2026-02-14T18:00"),  # on a Saturday worked in return
        (Occasion.CLOSED, "2026-03-04T10:00", "satisfaction", "2026-03-11T18:00"),
        (Occasion.CLOSED, "2026-03-07T10:00", "satisfaction", "2026-03-13T18:00"),  # a week later is a Saturday: before
        (Occasion.CLOSED, "2026-09-29T10:00", "satisfaction", "2026-09-30T18:00"),  # before the National Day
        (Occasion.CLOSED, "2026-09-30T10:00", "satisfaction", "2026-10-07T18:00"),  # no working day is left in the week
        (Occasion.CLOSED, "2026-12-22T10:00", "satisfaction", "2026-12-29T18:00"),
    ],
)
def test_calls(occasion: Occasion, at: str, kind: str, due: str) -> None:
    (call,) = follow_ups(occasion, local(at), TERMS.rules.follow_ups, TERMS.days)
    assert (call.kind, call.due_at) == (kind, local(due))
    assert call.warnings == ()
    assert all(Texts.load(language).say(call.task) for language in LANGUAGES)


def test_a_call_beyond_the_known_calendar_says_so() -> None:
    (call,) = follow_ups(Occasion.PAID, local("2026-12-28T10:00"), TERMS.rules.follow_ups, TERMS.days)
    assert call.warnings == (note("calendar.beyond_known", day=told(date(2027, 1, 4))),)


@given(st.datetimes(datetime(2025, 1, 2), datetime(2026, 12, 1)).map(lambda at: at.replace(tzinfo=SHANGHAI)))  # noqa: DTZ001
def test_satisfaction_is_never_asked_later_than_a_week_and_others_never_earlier(at: datetime) -> None:
    rules, days = TERMS.rules.follow_ups, TERMS.days
    for kind, rule in rules.items():
        (call,) = follow_ups(rule.event, at, rules, days)
        after = (days.day_of(call.due_at) - days.day_of(at)).days
        assert 0 < after <= 7 if kind is FollowUpKind.SATISFACTION else after >= rule.days
        assert days.calendar.works(days.day_of(call.due_at)) or kind is FollowUpKind.SATISFACTION


def test_every_call_explains_itself_and_has_a_name() -> None:
    for language in LANGUAGES:
        sentences = Texts.load(language).sentences
        assert {f"follow_up.{kind}" for kind in FollowUpKind} <= set(sentences)
        assert {f"name.follow_up_kind.{kind}" for kind in FollowUpKind} <= set(sentences)
        assert {f"name.aspect.{aspect}" for aspect in Aspect} <= set(sentences)


def said(**changes: Any) -> Feedback:
    return Feedback.model_validate({"convenience": 5, "communication": 4, "fairness": 3, **changes})


@pytest.mark.parametrize(
    "change",
    [
        {"fairness": 0},
        {"fairness": 6},
        {"fairness": 4.5},
        {"fairness": True},
        {"fairness": "4"},
        {"fairness": None},
        {"comment": "x" * 1001},
        {"comment": "  "},
        {"comment": "a\x00b"},
        {"mood": 5},
    ],
)
def test_feedback_that_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as raised:
        said(**change)
    assert "input_value" not in str(raised.value)


def test_a_comment_is_kept_and_not_shown() -> None:
    one = said(comment="  王先生, 13800001234 ")
    assert one.comment == "王先生, 13800001234"
    assert "王" not in repr(one)
    assert "1380" not in str(one)


def test_satisfaction_by_aspect() -> None:
    found = satisfaction([said(), said(fairness=5), said(fairness=4), said(fairness=1)])
    fairness = found[Aspect.FAIRNESS]
    assert (fairness.n, fairness.counts, fairness.mean, fairness.satisfied) == (4, (1, 0, 1, 1, 1), 3.25, 0.5)
    assert (fairness.low, fairness.high) == pytest.approx((0.1500, 0.8500), abs=1e-4)
    assert (found[Aspect.CONVENIENCE].mean, found[Aspect.COMMUNICATION].mean) == (5.0, 4.0)


def test_nobody_said_anything() -> None:
    nothing = satisfaction([])[Aspect.FAIRNESS]
    assert (nothing.n, nothing.mean, nothing.satisfied) == (0, None, None)
    assert (nothing.low, nothing.high) == (0.0, 1.0)


@given(answers)
def test_every_answer_counts_once(given_answers: list[Feedback]) -> None:
    for one in satisfaction(given_answers).values():
        assert one.n == sum(one.counts) == len(given_answers)
        assert one.low <= (one.satisfied or 0.0) <= one.high or not given_answers
