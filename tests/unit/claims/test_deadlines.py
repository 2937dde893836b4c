"""Clocks by class and event, what waiting does to them, who hears of an overrun, and how often promises are kept."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from claims.calendar import told
from claims.clock import Clock, Outcome
from claims.deadline_rules import Audience, ClockKind, DeadlineRules, Level
from claims.deadlines import (
    Event,
    clocks,
    escalate,
    exchanged,
    follow,
    overdue,
    overrun,
    promised,
    strictest,
    told_until,
)
from claims.hit_rate import Decided, Period, hit_rates
from claims.lifecycle import Lifecycle
from claims.policy import Span, TriagePolicy
from claims.states import CaseState
from claims.terms import Terms
from claims.triage import CaseClass
from model.errors import ClaimError, RulesError
from model.notes import note
from model.texts import LANGUAGES, Texts
from model.wilson import wilson

SHANGHAI = ZoneInfo("Asia/Shanghai")
TEXT = files("data").joinpath("rules", "deadlines.yaml").read_text("utf-8")
POLICY = TriagePolicy.from_yaml(files("data").joinpath("rules", "triage.yaml").read_text("utf-8"))
TERMS = Terms.of(POLICY, DeadlineRules.load(), "CN")
REVIEW, PAYMENT = ClockKind.REVIEW, ClockKind.PAYMENT
INTERNAL, PUBLIC = Audience.INTERNAL, Audience.PUBLIC

moments = st.datetimes(datetime(2025, 1, 2), datetime(2026, 11, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
spans = st.timedeltas(timedelta(), timedelta(days=25))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


WEDNESDAY = local("2026-03-04T10:00")


def started(case_class: CaseClass, at: datetime = WEDNESDAY, event: Event = Event.MATERIALS_COMPLETE) -> list[Clock]:
    return list(clocks(case_class, event, at, TERMS))


def clock(kind: ClockKind, audience: Audience, case_class: CaseClass, at: datetime = WEDNESDAY) -> Clock:
    return next(one for one in started(case_class, at) if (one.kind, one.audience) == (kind, audience))


def shown(of: list[Clock]) -> list[tuple[str, str, str]]:
    return [(one.kind.value, one.audience.value, f"{one.due_at.astimezone(SHANGHAI):%m-%dT%H:%M}") for one in of]


@pytest.mark.parametrize("event", [Event.MATERIALS_COMPLETE, Event.REOPENED])
@pytest.mark.parametrize(
    ("case_class", "due"),
    [
        (
            CaseClass.SIMPLE,
            [
                ("review", "internal", "03-04T22:00"),  # 12 h
                ("payment", "internal", "03-05T10:00"),  # 24 h
                ("review", "public", "03-05T10:00"),  # 24 h
                ("payment", "public", "03-09T18:00"),  # 3 working days
            ],
        ),
        (CaseClass.ORDINARY, [("review", "internal", "03-09T18:00"), ("payment", "internal", "03-13T18:00")]),
        (CaseClass.COMPLEX, [("review", "internal", "03-18T18:00")]),
    ],
)
def test_clocks_of_a_class(case_class: CaseClass, due: list[tuple[str, str, str]], event: Event) -> None:
    assert shown(started(case_class, event=event)) == due


@pytest.mark.parametrize("case_class", CaseClass)
def test_clocks_of_a_complaint(case_class: CaseClass) -> None:
    night = local("2026-10-01T23:00")  # hours run through nights and holidays
    assert shown(started(case_class, night, Event.COMPLAINT_RECEIVED)) == [
        ("complaint_reply", "internal", "10-02T01:00"),
        ("complaint_told", "internal", "10-02T23:00"),
        ("complaint_solution", "internal", "10-03T23:00"),
    ]


@pytest.mark.parametrize(("minutes", "hours"), [(1, 1), (60, 1), (61, 2), (1800, 30)])
def test_the_clock_of_a_told_time(minutes: int, hours: int) -> None:
    made, until = WEDNESDAY, WEDNESDAY + timedelta(minutes=minutes)
    found = told_until(made, until)
    assert (found.kind, found.audience) == (ClockKind.COMPLAINT_EXPECTED, PUBLIC)
    assert (found.started_at, found.due_at, found.within) == (made, until, Span(hours=hours))


def test_the_spans_of_a_class_stay_with_the_policy() -> None:
    tree = yaml.safe_load(files("data").joinpath("rules", "triage.yaml").read_text("utf-8"))
    tree["deadlines"]["simple"]["review"] = {"hours": 6}
    changed = Terms.of(TriagePolicy.from_yaml(yaml.safe_dump(tree)), TERMS.rules, "CN")
    first = clocks(CaseClass.SIMPLE, Event.MATERIALS_COMPLETE, WEDNESDAY, changed)[0]
    assert first.due_at == WEDNESDAY + timedelta(hours=6)
    assert "deadlines" not in yaml.safe_load(TEXT)
    assert POLICY.version in TERMS.version


def test_the_stricter_alarms_and_the_looser_is_published() -> None:
    both = started(CaseClass.SIMPLE)
    assert [(one.kind, one.audience) for one in strictest(both)] == [(REVIEW, INTERNAL), (PAYMENT, INTERNAL)]
    assert [(one.kind, one.audience) for one in promised(both)] == [(REVIEW, PUBLIC), (PAYMENT, PUBLIC)]


def test_without_a_public_promise_our_own_limit_is_published() -> None:
    own = started(CaseClass.ORDINARY)
    assert strictest(own) == promised(own) == tuple(own)


@given(moments, st.sampled_from(CaseClass))
def test_what_is_published_is_never_stricter_than_the_alarm(at: datetime, case_class: CaseClass) -> None:
    both = started(case_class, at)
    for alarm, public in zip(strictest(both), promised(both), strict=True):
        assert alarm.kind is public.kind
        assert alarm.due_at <= public.due_at


@pytest.mark.parametrize(
    ("later", "late"),
    [
        (timedelta(hours=12), []),  # due to the second is in time
        (timedelta(hours=12, seconds=1), [(REVIEW, INTERNAL)]),
        (timedelta(hours=24, seconds=1), [(REVIEW, INTERNAL), (PAYMENT, INTERNAL), (REVIEW, PUBLIC)]),
    ],
)
def test_overdue(later: timedelta, late: list[tuple[ClockKind, Audience]]) -> None:
    found = overdue(started(CaseClass.SIMPLE), WEDNESDAY + later)
    assert [(one.kind, one.audience) for one in found] == late


def test_what_ended_or_was_dropped_is_not_overdue() -> None:
    late = WEDNESDAY + timedelta(days=30)
    done = [one.ended(late) for one in started(CaseClass.SIMPLE)] + [
        one.dropped(late) for one in started(CaseClass.SIMPLE)
    ]
    assert overdue(done, late) == ()
    assert {one.outcome(late) for one in done} == {Outcome.MISSED}


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        (lambda one, _: one, Outcome.RUNNING),
        (lambda one, due: one.ended(due), Outcome.MET),
        (lambda one, due: one.ended(due).ended(due + timedelta(days=1)), Outcome.MET),  # the first end counts
        (lambda one, due: one.ended(due + timedelta(seconds=1)), Outcome.MISSED),
        (lambda one, due: one.dropped(due), Outcome.DROPPED),
        (lambda one, due: one.dropped(due).ended(due), Outcome.DROPPED),
        (lambda one, due: one.dropped(due + timedelta(seconds=1)), Outcome.MISSED),  # withdrawn after waiting too long
    ],
)
def test_outcomes(change: Any, outcome: Outcome) -> None:
    one = clock(REVIEW, INTERNAL, CaseClass.SIMPLE)
    changed = change(one, one.due_at)
    at = one.due_at if outcome is Outcome.RUNNING else one.due_at + timedelta(days=2)
    assert changed.outcome(at) is outcome


def wait(of: Clock, begin: datetime, end: datetime) -> Clock:
    (waiting,) = follow([of], runs=False, at=begin, terms=TERMS)
    (again,) = follow([waiting], runs=True, at=end, terms=TERMS)
    return again


@pytest.mark.parametrize(
    ("begin", "end", "due"),
    [
        ("2026-03-05T10:00", "2026-03-05T15:00", "2026-03-10T14:00"),  # 5 business hours after Monday 18:00
        ("2026-03-05T17:00", "2026-03-06T10:00", "2026-03-10T11:00"),  # 2 of them, over a night
        ("2026-03-06T18:00", "2026-03-09T09:00", "2026-03-09T18:00"),  # a weekend costs nobody anything
        ("2026-03-06T09:00", "2026-03-09T09:00", "2026-03-10T18:00"),  # one day
        ("2026-03-04T11:00", "2026-03-04T17:00", "2026-03-09T18:00"),  # the day of the event does not count
        ("2026-03-04T11:00", "2026-03-06T09:00", "2026-03-10T18:00"),
        ("2026-03-09T17:00", "2026-03-12T17:00", "2026-03-12T18:00"),  # an hour was left, an hour is left
    ],
)
def test_a_clock_of_working_days_waits_in_business_hours(begin: str, end: str, due: str) -> None:
    moved = wait(clock(REVIEW, INTERNAL, CaseClass.ORDINARY), local(begin), local(end))
    assert moved.due_at == local(due)
    assert moved.waiting_since is None


@given(moments, st.timedeltas(timedelta(), timedelta(hours=12)), spans)
def test_a_clock_of_hours_moves_by_exactly_the_wait(at: datetime, after: timedelta, waited: timedelta) -> None:
    one = clock(REVIEW, INTERNAL, CaseClass.SIMPLE, at)
    moved = wait(one, at + after, at + after + waited)
    assert moved.due_at - one.due_at == waited
    assert moved.due_at - (at + after + waited) == one.due_at - (at + after)


@given(moments, st.integers(0, 3), spans)
def test_a_clock_of_working_days_moves_by_exactly_the_business_hours_of_the_wait(
    at: datetime, after: int, waited: timedelta
) -> None:
    one, days = clock(REVIEW, INTERNAL, CaseClass.ORDINARY, at), TERMS.days
    begin = min(days.begins(at) + timedelta(hours=11 * after), one.due_at)
    moved = wait(one, begin, begin + waited)
    assert days.worked(one.due_at, moved.due_at) == days.worked(begin, begin + waited)
    assert days.calendar.works(days.day_of(moved.due_at))
    assert time(9) < moved.due_at.astimezone(SHANGHAI).time() <= time(18)


@given(moments, st.lists(st.timedeltas(timedelta(), timedelta(days=2)), min_size=4, max_size=4))
def test_two_waits_cost_what_they_cost_one_by_one(at: datetime, gaps: list[timedelta]) -> None:
    one, days = clock(PAYMENT, INTERNAL, CaseClass.ORDINARY, at), TERMS.days
    begin = days.begins(at)
    cuts = [begin + sum(gaps[: count + 1], timedelta()) for count in range(4)]
    first = wait(one, cuts[0], cuts[1])
    second = wait(first, cuts[2], cuts[3])
    waited = days.worked(cuts[0], cuts[1]) if cuts[0] <= one.due_at else timedelta()
    waited += days.worked(cuts[2], cuts[3]) if cuts[2] <= first.due_at else timedelta()
    assert days.worked(one.due_at, second.due_at) == waited


def test_waiting_clocks_are_not_overdue_and_late_ones_do_not_begin_to_wait() -> None:
    one = clock(REVIEW, INTERNAL, CaseClass.SIMPLE)
    late = WEDNESDAY + timedelta(days=9)
    (waiting,) = follow([one], runs=False, at=WEDNESDAY, terms=TERMS)
    assert waiting.outcome(late) is Outcome.WAITING
    assert overdue([waiting], late) == ()
    assert follow([one], runs=False, at=late, terms=TERMS) == (one,)
    assert overdue([one], late) == (one,)


def test_following_twice_changes_nothing_and_what_ends_while_waiting_was_in_time() -> None:
    (waiting,) = follow([clock(REVIEW, INTERNAL, CaseClass.SIMPLE)], runs=False, at=WEDNESDAY, terms=TERMS)
    late = WEDNESDAY + timedelta(days=9)
    assert follow([waiting], runs=False, at=late, terms=TERMS) == (waiting,)
    ended = waiting.ended(late)
    assert ended.outcome(late) is Outcome.MET
    assert follow([ended], runs=True, at=late, terms=TERMS) == (ended,)


def test_complaints_never_wait() -> None:
    running = started(CaseClass.SIMPLE, event=Event.COMPLAINT_RECEIVED)
    assert follow(running, runs=False, at=WEDNESDAY, terms=TERMS) == tuple(running)


@pytest.mark.parametrize("state", [CaseState.MORE_PHOTOS, CaseState.MATERIALS_INCOMPLETE, CaseState.ASSESSED])
def test_the_life_of_the_case_says_when_the_customer_has_to_act(state: CaseState) -> None:
    runs = Lifecycle.load().states[state].clock
    assert all(one.waiting_since for one in follow(started(CaseClass.SIMPLE), runs=runs, at=WEDNESDAY, terms=TERMS))


def test_a_date_beyond_the_known_calendar_is_marked_and_one_of_hours_is_not() -> None:
    at = local("2026-12-30T10:00")
    marked = {(one.kind, one.audience): one.warnings for one in started(CaseClass.SIMPLE, at)}
    assert marked.pop((PAYMENT, PUBLIC)) == (note("calendar.beyond_known", day=told(date(2027, 1, 4))),)
    assert set(marked.values()) == {()}
    in_time = clock(REVIEW, INTERNAL, CaseClass.ORDINARY, local("2026-12-25T10:00"))
    assert in_time.warnings == ()
    moved = wait(in_time, local("2026-12-28T09:00"), local("2027-01-11T09:00"))
    assert [item.code for item in moved.warnings] == ["calendar.beyond_known"]


def payments(case_class: CaseClass, at: datetime = WEDNESDAY) -> list[Clock]:
    return [one for one in started(case_class, at) if one.kind is PAYMENT]


@pytest.mark.parametrize(
    ("before", "after", "at", "due"),
    [
        (CaseClass.SIMPLE, CaseClass.ORDINARY, "03-04T12:00", ["03-13T18:00"]),  # from the materials on
        (CaseClass.SIMPLE, CaseClass.ORDINARY, "03-20T12:00", ["03-13T18:00"]),  # late by either class
        (CaseClass.ORDINARY, CaseClass.SIMPLE, "03-04T12:00", ["03-05T10:00", "03-09T18:00"]),
        (CaseClass.ORDINARY, CaseClass.SIMPLE, "03-06T12:00", ["03-07T12:00", "03-09T18:00"]),  # a whole term
        (CaseClass.ORDINARY, CaseClass.SIMPLE, "03-13T12:00", ["03-13T18:00", "03-13T18:00"]),  # no more than there was
        (CaseClass.ORDINARY, CaseClass.SIMPLE, "03-20T12:00", ["03-13T18:00", "03-13T18:00"]),  # late stays late
    ],
)
def test_clocks_of_another_class_take_their_place(before: CaseClass, after: CaseClass, at: str, due: list[str]) -> None:
    taken = exchanged(payments(before), after, local(f"2026-{at}"), TERMS)
    assert [f"{one.due_at.astimezone(SHANGHAI):%m-%dT%H:%M}" for one in taken] == due
    assert {one.kind for one in taken} == {PAYMENT}


def test_what_was_waited_is_not_lost_with_the_class() -> None:
    waited = [replace(one, due_at=one.due_at + timedelta(days=2)) for one in payments(CaseClass.SIMPLE)]
    assert exchanged(waited, CaseClass.ORDINARY, local("2026-03-06T12:00"), TERMS) == tuple(
        payments(CaseClass.ORDINARY, WEDNESDAY + timedelta(days=2))
    )


def test_a_void_clock_is_neither_met_nor_missed() -> None:
    one = clock(PAYMENT, INTERNAL, CaseClass.SIMPLE)
    for hours in (1, 100):
        at = WEDNESDAY + timedelta(hours=hours)
        assert one.voided(at).outcome(at) is Outcome.DROPPED
        assert one.ended(at).voided(at) == one.ended(at)


@pytest.mark.parametrize(
    ("level", "above"),
    [
        (None, Level.FRONT_LINE),
        (Level.FRONT_LINE, Level.SENIOR),
        (Level.SENIOR, Level.CROSS_FUNCTIONAL),
        (Level.CROSS_FUNCTIONAL, Level.THIRD_PARTY),
    ],
)
def test_an_escalation_goes_one_level_up_for_two_working_days(level: Level | None, above: Level) -> None:
    why = overrun(clock(REVIEW, PUBLIC, CaseClass.SIMPLE))
    up = escalate(level, local("2026-09-30T20:00"), why, TERMS)
    assert (up.level, up.due_at, up.reason) == (above, local("2026-10-09T18:00"), why)
    for language in LANGUAGES:
        texts = Texts.load(language)
        assert texts.name(REVIEW) in texts.say(why)
        assert texts.name(PUBLIC) in texts.say(why)
        assert texts.name(above) != above.value


def test_above_the_last_level_there_is_nobody() -> None:
    with pytest.raises(ClaimError) as raised:
        escalate(Level.THIRD_PARTY, WEDNESDAY, overrun(clock(REVIEW, PUBLIC, CaseClass.SIMPLE)), TERMS)
    assert raised.value.code == "claim.no_level_above"
    for language in LANGUAGES:
        assert f"problem.{raised.value.code}.title" in Texts.load(language).sentences


def test_a_rate_stands_between_its_bounds() -> None:
    nine = Decided(kind=ClockKind.REVIEW, audience=Audience.INTERNAL, n=10, met=9)
    every = Decided(kind=ClockKind.REVIEW, audience=Audience.PUBLIC, n=10, met=10)
    internal, public = hit_rates([every, nine])
    assert (internal.kind, internal.audience, public.audience) == (REVIEW, INTERNAL, PUBLIC)
    assert (internal.met, internal.n, internal.rate) == (9, 10, 0.9)
    assert (internal.low, internal.high) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert (public.rate, public.high) == (1.0, 1.0)


def test_a_period_ends_after_it_begins() -> None:
    march = local("2026-03-01T00:00")
    with pytest.raises(ValueError, match="ends after"):
        Period(begins=march, ends=march)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [  # published examples: Newcombe 1998, table I
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_mirrors(pair: tuple[int, int]) -> None:
    hits, n = pair
    low, high = wilson(hits, n)
    assert 0 <= low <= hits / n <= high <= 1
    assert (1 - high, 1 - low) == pytest.approx(wilson(n - hits, n))


def test_wilson_of_nothing_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="part of n"):
        wilson(3, 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda tree: tree["business"].update(opens="18:00"), "opens before closes"),
        (lambda tree: tree["business"].update(yaml.safe_load("closes: 18:00")), "a time in quotes"),
        (lambda tree: tree["escalation"].update(levels=["front_line", "senior"]), "each level once"),
        (lambda tree: tree["escalation"]["asked_by"].pop("senior"), "roles of the staff for each level"),
        (lambda tree: tree["escalation"]["asked_by"].update(senior=["app"]), "roles of the staff for each level"),
        (lambda tree: tree["escalation"]["decided_by"].update(third_party=[]), "at least 1 item"),
        (lambda tree: tree["public"].update(review={"hours": 1, "working_days": 1}), "either hours or working_days"),
        (lambda tree: tree["complaint"].pop("complaint_told"), "complaint_told"),
        (lambda tree: tree["follow_ups"].pop("satisfaction"), "follow_ups"),
        (lambda tree: tree.update(surprise=1), "surprise"),
    ],
)
def test_rules_that_leave_something_open_are_refused(change: Any, said: str) -> None:
    tree = yaml.safe_load(TEXT)
    change(tree)
    with pytest.raises(RulesError, match=said):
        DeadlineRules.from_yaml(yaml.safe_dump(tree))


def test_every_word_has_a_name() -> None:
    for language in LANGUAGES:
        texts = Texts.load(language)
        assert {f"name.clock_kind.{kind}" for kind in ClockKind} <= set(texts.sentences)
        assert {f"name.audience.{one}" for one in Audience} <= set(texts.sentences)
        assert {f"name.level.{level}" for level in Level} <= set(texts.sentences)
