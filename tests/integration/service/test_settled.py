"""What follows from the amount that a person settles: class, authority, payment clocks, and who is still rung up."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from desks import AT, open_house, scene
from reviews import HOUR, MINUTE, Case, in_review, somebody

from claims.actions import Action
from claims.actors import Actor, ActorKind
from claims.clock import Clock, Outcome
from claims.deadline_rules import Audience, ClockKind
from claims.deadlines import promised
from claims.desk import calling, deciding, queue, reviewing, showing, wishes
from claims.desk.house import House
from claims.follow_up import FollowUpKind
from claims.hit_rate import Period
from claims.keys import Keys
from claims.notice import Notice
from claims.repository import deadlines, promises
from claims.repository.book import Books
from claims.review_changes import Edit, Why
from claims.states import CaseState, Role
from claims.triage import Authority, CaseClass
from parts_pricing.calculate import Column

SCRATCH = scene("01-scratched-door-two-views")
NOW, LATER = AT + 2 * HOUR, AT + 3 * HOUR
DAY = timedelta(days=1)
CALLER = Actor(kind=ActorKind.STAFF, id=UUID(int=9), role=Role.FRONT_LINE)


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH)


@pytest.fixture
def case(house: House, notice: Notice) -> Case:
    """A simple one, with its materials at AT."""
    return in_review(house, notice, SCRATCH)


@pytest.fixture
def expert(house: House, case: Case) -> Actor:
    """Who holds it."""
    person = somebody(house, Role.EXPERT)
    case.do(person, NOW, queue.take)
    return person


def approve(case: Case, actor: Actor, total: str) -> None:
    """The review at this gross amount is offered."""
    seen = case.see(actor, NOW, reviewing.review_of)
    amounts = {column.value: "0" for column in Column} | {"labour": total}
    [line, *others] = [line.number for line in seen.review.lines]
    assert not others
    change = Edit.model_validate({"line": line, "why": Why.QUOTATION, **amounts})
    version = case.do(actor, NOW, reviewing.correct, [change], seen.version).version
    case.do(actor, NOW, deciding.approve, version, "按修理厂报价", despite_cover="unknown")


def payments_of(case: Case) -> list[Clock]:
    """The payment clocks that run."""
    with case.house.books.reading() as book:
        every = [one.clock for one in deadlines.of_claim(book, case.id)]
    return [one for one in every if one.kind is ClockKind.PAYMENT and not one.ended_at and not one.dropped_at]


def calls_due(case: Case, at: timedelta = 30 * DAY) -> set[FollowUpKind]:
    with case.house.looking(CALLER, AT) as desk:
        return {due.call.follow_up.kind for due in calling.due_calls(desk, AT + at)}


def hits(case: Case, kind: ClockKind) -> list[tuple[int, int]]:
    with case.house.books.reading() as book:
        found = promises.decided(book, Period(begins=AT, ends=AT + 60 * DAY), at=AT + 60 * DAY)
    return [(one.met, one.n) for one in found if one.kind is kind]


def test_a_large_amount_makes_a_simple_case_an_ordinary_one_of_an_expert(case: Case, expert: Actor) -> None:
    before = payments_of(case)
    assert {one.audience for one in before} == set(Audience)
    approve(case, expert, "9480.00")
    assert (case.now.case_class, case.now.authority) == (CaseClass.ORDINARY, Authority.EXPERT)
    [clock] = payments_of(case)
    assert (clock.audience, clock.within.working_days, clock.started_at) == (Audience.INTERNAL, 7, before[0].started_at)
    assert promised(payments_of(case)) == (clock,)
    assert hits(case, ClockKind.REVIEW) == [(1, 1), (1, 1)]


def test_a_small_amount_leaves_class_and_clocks_as_they_are(case: Case, expert: Actor) -> None:
    before = payments_of(case)
    approve(case, expert, "990.00")
    assert (case.now.case_class, case.now.authority) == (CaseClass.SIMPLE, Authority.JUNIOR)
    assert [one.within for one in payments_of(case)] == [one.within for one in before]


def test_an_ordinary_case_that_turns_out_small_is_paid_as_a_simple_one(case: Case, expert: Actor) -> None:
    approve(case, expert, "4000.00")
    assert (case.now.case_class, case.now.authority) == (CaseClass.ORDINARY, Authority.SENIOR)
    case.do(expert, NOW + MINUTE, deciding.recall, "价格有误")
    case.do(expert, NOW + MINUTE, queue.take)
    approve(case, expert, "600.00")
    assert (case.now.case_class, case.now.authority) == (CaseClass.SIMPLE, Authority.JUNIOR)
    assert {(one.audience, one.within.hours) for one in payments_of(case)} == {
        (Audience.INTERNAL, 24),
        (Audience.PUBLIC, None),
    }


def test_a_declined_case_says_nothing_of_how_fast_is_paid(case: Case, expert: Actor) -> None:
    """Its review is measured, late as it is; a promise to pay what is not payable is neither kept nor broken."""
    late = AT + 30 * DAY
    case.do(expert, late, queue.take)
    case.do(expert, late, deciding.decline, "旧损", "第七条")
    with case.house.books.reading() as book:
        every = [one.clock for one in deadlines.of_claim(book, case.id)]
    assert {one.outcome(late) for one in every if one.kind is ClockKind.PAYMENT} == {Outcome.DROPPED}
    assert hits(case, ClockKind.PAYMENT) == []
    assert hits(case, ClockKind.REVIEW) == [(0, 1), (0, 1)]


def test_only_an_offer_of_the_machine_is_refused_as_one(case: Case, expert: Actor) -> None:
    approve(case, expert, "990.00")
    offered = case.see(case.customer, LATER, showing.show).can
    assert Action.ACCEPT in offered
    assert Action.REFUSE_AUTOMATION not in offered


def test_who_has_withdrawn_is_not_rung_up(case: Case) -> None:
    assert calls_due(case) == {FollowUpKind.AFTER_SUBMISSION}
    case.do(case.customer, LATER, wishes.withdraw)
    assert calls_due(case) == set()


def test_who_was_declined_is_not_told_how_an_amount_is_made_up(case: Case, expert: Actor) -> None:
    case.do(expert, NOW, deciding.decline, "旧损", "第七条")
    assert calls_due(case) == set()


def test_calls_about_a_contested_result_come_again_with_the_next(case: Case, expert: Actor) -> None:
    approve(case, expert, "990.00")
    assert FollowUpKind.AFTER_ASSESSMENT in calls_due(case)
    case.do(case.customer, LATER, wishes.contest, "少算了一项")
    assert calls_due(case) == {FollowUpKind.AFTER_SUBMISSION}
    other = somebody(case.house, Role.EXPERT, "another expert")
    case.do(other, LATER, queue.take_up)
    version = case.see(other, LATER, reviewing.review_of).version
    case.do(other, LATER, deciding.approve, version, "已核对", despite_cover="unknown")
    assert case.now.state is CaseState.ASSESSED
    assert FollowUpKind.AFTER_ASSESSMENT in calls_due(case)
