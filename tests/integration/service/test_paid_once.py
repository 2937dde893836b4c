"""A case that is decided anew after money went out, on both databases: nobody is paid the same money twice."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from bank import arrives, comes_back, last
from desks import AT, open_house, scene
from reviews import HOUR, MINUTE, Case, in_review, reported, somebody

from claims.actions import Action
from claims.actors import Actor
from claims.deadline_rules import ClockKind, Level
from claims.desk import (
    deciding,
    escalating,
    offering,
    paying,
    payment_list,
    queue,
    reviewing,
    showing,
    submitting,
    transfers,
    wishes,
)
from claims.desk.house import House
from claims.desk.overdue import act_on_overdue
from claims.desk.payment_list import Listed
from claims.desk.transfers import Arrived
from claims.keys import Keys
from claims.materials import Material
from claims.notice import Notice
from claims.repository import audit, deadlines, offers, payments
from claims.repository.book import Books
from claims.review_changes import Edit, Why
from claims.states import CaseState, Guard, Role
from claims.tables.words import ReturnReason
from model.errors import ClaimError
from model.notes import Note
from model.texts import LANGUAGES, Texts

SCRATCH = scene("01-scratched-door-two-views")


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH)


@pytest.fixture
def senior(house: House) -> Actor:
    return somebody(house, Role.SENIOR)


@pytest.fixture
def case(house: House, notice: Notice, senior: Actor) -> Case:
    """900 yuan are on their way from AT + 2 h on."""
    case = in_review(house, notice, SCRATCH)
    case.do(senior, AT + HOUR, queue.take)
    for number, material in enumerate(Material):
        case.do(case.customer, AT + HOUR, submitting.add_material, material, f"{number:064x}")
    settle(case, senior, "900.00", AT + HOUR)
    assert accepted(case, AT + 2 * HOUR) is CaseState.PENDING_PAYMENT
    return case


def settle(case: Case, senior: Actor, total: str, at: datetime) -> None:
    amounts = {"labour": Decimal(total), "paint": Decimal(0), "parts": Decimal(0), "other": Decimal(0)}
    edit = Edit(line=0, why=Why.AGREED, **amounts)
    version = case.see(senior, at, reviewing.review_of).version
    version = case.do(senior, at, reviewing.correct, [edit], version).version
    case.do(senior, at, deciding.approve, version, "与客户商定", despite_cover="unknown")


def accepted(case: Case, at: datetime) -> CaseState:
    with case.house.books.reading() as book:
        offer = offers.open_of(book, case.id)
    assert offer is not None
    return case.do(case.customer, at, offering.accept, offer.id, signature="王小明").state


def contested(case: Case, senior: Actor, total: str, at: datetime) -> None:
    """Somebody else decides it."""
    case.do(case.customer, at, wishes.contest, "还有一处")
    other = somebody(case.house, senior.role, "other")
    case.do(other, at, queue.take_up)
    settle(case, other, total, at)


def went_out(case: Case) -> list[Decimal]:
    with case.house.books.reading() as book:
        assert not audit.verify(book)
        return [payment.amount for payment in payments.of_claim(book, case.id) if payment.returned_at is None]


def test_a_paid_case_is_paid_the_rest(case: Case, senior: Actor) -> None:
    arrives(case.house, senior, case.id, AT + 3 * HOUR)
    contested(case, senior, "950.00", AT + 4 * HOUR)
    assert accepted(case, AT + 5 * HOUR) is CaseState.PENDING_PAYMENT
    assert went_out(case) == [Decimal("900.00"), Decimal("50.00")]
    assert arrives(case.house, senior, case.id, AT + 6 * HOUR, "SWIFT-2").state is CaseState.CLOSED


def test_what_is_on_its_way_arrives_before_the_rest_goes_out(case: Case, senior: Actor) -> None:
    contested(case, senior, "950.00", AT + 4 * HOUR)
    assert accepted(case, AT + 5 * HOUR) is CaseState.PENDING_PAYMENT
    assert went_out(case) == [Decimal("900.00")]
    assert arrives(case.house, senior, case.id, AT + 6 * HOUR).state is CaseState.PENDING_PAYMENT
    assert went_out(case) == [Decimal("900.00"), Decimal("50.00")]
    assert arrives(case.house, senior, case.id, AT + 7 * HOUR, "SWIFT-2").state is CaseState.CLOSED


@pytest.mark.parametrize("total", ["900.00", "850.00"])
def test_where_no_more_is_due_the_case_is_closed_without_payment(case: Case, senior: Actor, total: str) -> None:
    arrives(case.house, senior, case.id, AT + 3 * HOUR)
    contested(case, senior, total, AT + 4 * HOUR)
    assert accepted(case, AT + 5 * HOUR) is CaseState.CONFIRMED
    with pytest.raises(ClaimError, match="nothing_due"):
        case.do(senior, AT + 6 * HOUR, paying.start)
    assert case.do(senior, AT + 6 * HOUR, paying.close_unpaid, "已付清").state is CaseState.CLOSED
    assert went_out(case) == [Decimal("900.00")]


@pytest.mark.parametrize("why", ReturnReason)
def test_money_that_came_back_goes_out_again(case: Case, senior: Actor, why: ReturnReason) -> None:
    first = last(case.house, case.id)
    assert comes_back(case.house, senior, case.id, AT + 3 * HOUR, why).state is CaseState.PENDING_PAYMENT
    assert went_out(case) == []
    reason = case.steps[-1].reason
    assert reason is not None
    assert all("{" not in Texts.load(language).say(reason) for language in LANGUAGES)
    assert case.do(senior, AT + 4 * HOUR, paying.start, first.id).state is CaseState.PENDING_PAYMENT
    assert went_out(case) == [Decimal("900.00")]
    with pytest.raises(ClaimError, match="impossible_move"):
        case.do(senior, AT + 4 * HOUR, paying.start)
    assert arrives(case.house, senior, case.id, AT + 4 * HOUR).state is CaseState.CLOSED


def test_a_late_word_about_one_payment_changes_no_other(case: Case, senior: Actor) -> None:
    first = last(case.house, case.id)
    told = Arrived(proof="SWIFT-1", amount=first.amount, currency=first.currency, payee="王小明")
    comes_back(case.house, senior, case.id, AT + 3 * HOUR, ReturnReason.OTHER)
    with pytest.raises(ClaimError, match="payment_unnamed"):
        case.do(senior, AT + 4 * HOUR, paying.start)
    case.do(senior, AT + 4 * HOUR, paying.start, first.id)
    second = last(case.house, case.id)
    for late in (
        lambda: case.do(senior, AT + 5 * HOUR, transfers.confirm, first.id, told),
        lambda: case.do(senior, AT + 5 * HOUR, transfers.returned, first.id, ReturnReason.OTHER),
        lambda: case.do(senior, AT + 5 * HOUR, paying.start, first.id),
    ):
        with pytest.raises(ClaimError, match="payment_over"):
            late()
    assert last(case.house, case.id) == second
    comes_back(case.house, senior, case.id, AT + 6 * HOUR, ReturnReason.OTHER)
    with pytest.raises(ClaimError, match="payment_over"):
        case.do(senior, AT + 7 * HOUR, paying.start, first.id)
    case.do(senior, AT + 7 * HOUR, paying.start, second.id)
    assert went_out(case) == [Decimal("900.00")]


def test_a_payment_of_another_case_is_none_of_this_one(case: Case, senior: Actor, house: House, notice: Notice) -> None:
    payment = last(case.house, case.id)
    told = Arrived(proof="SWIFT-1", amount=payment.amount, currency=payment.currency, payee="王小明")
    other = reported(house, notice)
    with pytest.raises(ClaimError, match="no_payment"):
        other.do(senior, AT + 3 * HOUR, transfers.confirm, payment.id, told)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"amount": Decimal("890.00")}, {"amount"}),
        ({"currency": "USD"}, {"amount"}),
        ({"payee": "李四"}, {"payee"}),
        ({"amount": Decimal(9), "payee": "李四"}, {"amount", "payee"}),
    ],
)
def test_what_differs_goes_to_a_person(case: Case, senior: Actor, changes: dict[str, object], what: set[str]) -> None:
    at = AT + 3 * HOUR
    assert arrives(case.house, senior, case.id, at, **changes).state is CaseState.ESCALATED
    assert last(case.house, case.id).paid_at is None
    told = case.steps[-1]
    assert told.reason is not None
    assert told.reason_text is not None
    assert str(changes.get("payee", "王小明")) in told.reason_text
    why = told.reason.facts["why"]
    assert isinstance(why, Note)
    assert {str(item.code).rpartition(".")[2] for item in why.facts["what"]} == what  # type: ignore[attr-defined]
    with case.house.books.reading() as book:
        [level] = [one for one in deadlines.levels_of(book, case.id) if one.ended_at is None]
        assert level.escalation.level is Level.SENIOR
        assert not audit.verify(book)
    colleague = somebody(case.house, Role.SENIOR, "colleague")
    case.do(colleague, at, queue.take)
    case.do(colleague, at, escalating.give_back, "已与客户核对")
    words = {**changes, "words": "银行扣了手续费，客户已确认"}
    assert arrives(case.house, senior, case.id, at, **words).state is CaseState.CLOSED


@pytest.mark.parametrize("payee", ["王小明", " 王 小明 ", "王小\u3000明"])
def test_a_name_is_a_name_however_it_is_spaced(case: Case, senior: Actor, payee: str) -> None:
    assert arrives(case.house, senior, case.id, AT + 3 * HOUR, payee=payee).state is CaseState.CLOSED


def test_money_that_came_back_stands_in_a_list_with_a_clock(case: Case, senior: Actor, house: House) -> None:
    first = last(house, case.id)
    comes_back(house, senior, case.id, AT + 3 * HOUR, ReturnReason.WRONG_ACCOUNT)
    [waits] = listed(house, senior)
    assert (waits.payment.id, waits.claim.id) == (first.id, case.id)
    assert waits.due_at is not None
    assert case.now.due_at is not None
    assert case.now.due_at <= waits.due_at
    act_on_overdue(house, waits.due_at + MINUTE)
    assert case.now.state is CaseState.ESCALATED
    assert [one.payment.id for one in listed(house, senior)] == [first.id]
    case.do(senior, waits.due_at + HOUR, queue.take)
    case.do(senior, waits.due_at + HOUR, escalating.give_back, "客户已提供新账户")
    case.do(senior, waits.due_at + HOUR, paying.start, first.id)
    assert listed(house, senior) == ()
    with house.books.reading() as book:
        [clock] = [
            one.clock for one in deadlines.of_claim(book, case.id) if one.clock.kind is ClockKind.PAYMENT_RETURNED
        ]
    assert clock.ended_at == waits.due_at + HOUR


def test_a_contested_case_waits_for_no_payment(case: Case, senior: Actor, house: House) -> None:
    comes_back(house, senior, case.id, AT + 3 * HOUR, ReturnReason.WRONG_ACCOUNT)
    case.do(case.customer, AT + 4 * HOUR, wishes.contest, "金额不对")
    assert listed(house, senior) == ()
    with house.books.reading() as book:
        open_ones = [one.clock for one in deadlines.of_claim(book, case.id) if one.clock.ended_at is None]
    assert ClockKind.PAYMENT_RETURNED not in {clock.kind for clock in open_ones}


def listed(house: House, actor: Actor) -> tuple[Listed, ...]:
    with house.looking(actor, AT + 9 * HOUR) as desk:
        return payment_list.waiting(desk, came_back=True, after=None, limit=50).payments


def test_money_arrives_while_its_case_is_contested(case: Case, senior: Actor) -> None:
    case.do(case.customer, AT + 3 * HOUR, wishes.contest, "还有一处")
    assert arrives(case.house, senior, case.id, AT + 4 * HOUR).state is CaseState.CONTESTED
    assert last(case.house, case.id).paid_at == AT + 4 * HOUR
    other = somebody(case.house, senior.role, "other")
    case.do(other, AT + 5 * HOUR, queue.take_up)
    settle(case, other, "950.00", AT + 5 * HOUR)
    assert accepted(case, AT + 6 * HOUR) is CaseState.PENDING_PAYMENT
    assert went_out(case) == [Decimal("900.00"), Decimal("50.00")]


def test_money_comes_back_while_its_case_is_contested(case: Case, senior: Actor) -> None:
    case.do(case.customer, AT + 3 * HOUR, wishes.contest, "还有一处")
    came = comes_back(case.house, senior, case.id, AT + 4 * HOUR, ReturnReason.WRONG_ACCOUNT)
    assert came.state is CaseState.CONTESTED
    other = somebody(case.house, senior.role, "other")
    case.do(other, AT + 5 * HOUR, queue.take_up)
    settle(case, other, "900.00", AT + 5 * HOUR)
    assert accepted(case, AT + 6 * HOUR) is CaseState.PENDING_PAYMENT
    assert went_out(case) == [Decimal("900.00")]


def test_money_that_arrives_late_closes_its_case_when_the_level_gives_it_back(case: Case, senior: Actor) -> None:
    case.do(senior, AT + 3 * HOUR, escalating.escalate, "银行迟迟没有答复")
    assert arrives(case.house, senior, case.id, AT + 4 * HOUR).state is CaseState.ESCALATED
    expert = somebody(case.house, Role.EXPERT)
    case.do(expert, AT + 5 * HOUR, queue.take)
    assert case.do(expert, AT + 5 * HOUR, escalating.give_back, "款已到账").state is CaseState.CLOSED
    assert went_out(case) == [Decimal("900.00")]


def test_an_overrun_of_ours_takes_no_right_to_contest(case: Case, senior: Actor, house: House) -> None:
    late = AT + 100 * HOUR
    assert act_on_overdue(house, late)
    assert case.now.state is CaseState.ESCALATED
    assert Action.CONTEST in case.see(case.customer, late, showing.show).can
    contested = case.do(case.customer, late, wishes.contest, "还有内部损伤")
    assert (contested.state, contested.came_from) == (CaseState.CONTESTED, None)
    with house.books.reading() as book:
        clocks = [one.clock for one in deadlines.of_claim(book, case.id)]
        assert all(level.ended_at for level in deadlines.levels_of(book, case.id))
    runs = [clock for clock in clocks if clock.ended_at is None and clock.dropped_at is None]
    assert {clock.kind for clock in runs} == {ClockKind.REVIEW, ClockKind.PAYMENT}
    assert {clock.started_at for clock in runs} == {late}
    assert contested.due_at == min(clock.due_at for clock in runs)


def test_without_a_result_there_is_nothing_to_contest(house: House, notice: Notice) -> None:
    case = in_review(house, notice, SCRATCH)
    case.do(somebody(house, Role.EXPERT), AT + HOUR, escalating.escalate, "大梁变形")
    assert Action.CONTEST not in case.see(case.customer, AT + HOUR, showing.show).can
    with pytest.raises(ClaimError) as refused:
        case.do(case.customer, AT + HOUR, wishes.contest, "金额偏低")
    assert refused.value.facts["needs"] == (Guard.RESULT_TOLD,)
    assert case.now.state is CaseState.ESCALATED


@pytest.mark.parametrize("arrived", [True, False])
def test_money_that_went_out_is_not_withdrawn_from(case: Case, senior: Actor, arrived: bool) -> None:
    """A withdrawn case would tell of no payment, and for ever: money that came back hinders nobody."""
    case.do(case.customer, AT + 3 * HOUR, wishes.contest, "还有内部损伤")
    if arrived:
        arrives(case.house, senior, case.id, AT + 4 * HOUR)
    with pytest.raises(ClaimError, match="withdraw") as refused:
        case.do(case.customer, AT + 5 * HOUR, wishes.withdraw)
    assert refused.value.facts["needs"] == (Guard.PAYMENT_NOT_STARTED,)
    assert Action.WITHDRAW not in case.see(case.customer, AT + 5 * HOUR, showing.show).can
    if not arrived:
        comes_back(case.house, senior, case.id, AT + 6 * HOUR, ReturnReason.ACCOUNT_CLOSED)
        assert Action.WITHDRAW in case.see(case.customer, AT + 6 * HOUR, showing.show).can
        assert case.do(case.customer, AT + 6 * HOUR, wishes.withdraw).state is CaseState.WITHDRAWN


def test_no_word_closes_a_case_without_a_proof(case: Case, senior: Actor) -> None:
    case.do(case.customer, AT + 3 * HOUR, wishes.contest, "还有一处")
    with pytest.raises(ClaimError, match="needs_more"):
        arrives(case.house, senior, case.id, AT + 4 * HOUR, proof=" ")
