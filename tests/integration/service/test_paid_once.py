"""A case that is decided anew after money went out, on both databases: nobody is paid the same money twice."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from desks import AT, open_house, scene
from reviews import HOUR, Case, in_review, somebody

from claims.actors import Actor
from claims.desk import deciding, offering, paying, queue, reviewing, submitting, wishes
from claims.desk.house import House
from claims.keys import Keys
from claims.materials import Material
from claims.notice import Notice
from claims.repository import audit, offers, payments
from claims.repository.book import Books
from claims.review_changes import Edit, Why
from claims.states import CaseState, Role
from claims.tables.words import ReturnReason
from model.errors import ClaimError
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
    case.do(senior, at, deciding.approve, version, "与客户商定")


def accepted(case: Case, at: datetime) -> CaseState:
    with case.house.books.reading() as book:
        offer = offers.open_of(book, case.id)
    assert offer is not None
    return case.do(case.customer, at, offering.accept, offer.id, signature="王小明").state


def contested(case: Case, senior: Actor, total: str, at: datetime) -> None:
    case.do(case.customer, at, wishes.contest, "还有一处")
    case.do(senior, at, queue.take_up)
    settle(case, senior, total, at)


def went_out(case: Case) -> list[Decimal]:
    with case.house.books.reading() as book:
        assert not audit.verify(book)
        return [payment.amount for payment in payments.of_claim(book, case.id) if payment.returned_at is None]


def test_a_paid_case_is_paid_the_rest(case: Case, senior: Actor) -> None:
    case.do(senior, AT + 3 * HOUR, paying.confirm, "SWIFT-1")
    contested(case, senior, "950.00", AT + 4 * HOUR)
    assert accepted(case, AT + 5 * HOUR) is CaseState.PENDING_PAYMENT
    assert went_out(case) == [Decimal("900.00"), Decimal("50.00")]
    assert case.do(senior, AT + 6 * HOUR, paying.confirm, "SWIFT-2").state is CaseState.CLOSED


def test_what_is_on_its_way_arrives_before_the_rest_goes_out(case: Case, senior: Actor) -> None:
    contested(case, senior, "950.00", AT + 4 * HOUR)
    assert accepted(case, AT + 5 * HOUR) is CaseState.PENDING_PAYMENT
    assert went_out(case) == [Decimal("900.00")]
    assert case.do(senior, AT + 6 * HOUR, paying.confirm, "SWIFT-1").state is CaseState.PENDING_PAYMENT
    assert went_out(case) == [Decimal("900.00"), Decimal("50.00")]
    assert case.do(senior, AT + 7 * HOUR, paying.confirm, "SWIFT-2").state is CaseState.CLOSED


@pytest.mark.parametrize("total", ["900.00", "850.00"])
def test_where_no_more_is_due_the_case_is_closed_without_payment(case: Case, senior: Actor, total: str) -> None:
    case.do(senior, AT + 3 * HOUR, paying.confirm, "SWIFT-1")
    contested(case, senior, total, AT + 4 * HOUR)
    assert accepted(case, AT + 5 * HOUR) is CaseState.CONFIRMED
    with pytest.raises(ClaimError, match="nothing_due"):
        case.do(senior, AT + 6 * HOUR, paying.start)
    assert case.do(senior, AT + 6 * HOUR, paying.close_unpaid, "已付清").state is CaseState.CLOSED
    assert went_out(case) == [Decimal("900.00")]


@pytest.mark.parametrize("why", ReturnReason)
def test_money_that_came_back_goes_out_again(case: Case, senior: Actor, why: ReturnReason) -> None:
    assert case.do(senior, AT + 3 * HOUR, paying.returned, why).state is CaseState.PENDING_PAYMENT
    assert went_out(case) == []
    with pytest.raises(ClaimError, match="nothing_paid_out"):
        case.do(senior, AT + 3 * HOUR, paying.returned, why)
    reason = case.steps[-1].reason
    assert reason is not None
    assert all("{" not in Texts.load(language).say(reason) for language in LANGUAGES)
    assert case.do(senior, AT + 4 * HOUR, paying.start).state is CaseState.PENDING_PAYMENT
    assert went_out(case) == [Decimal("900.00")]
    with pytest.raises(ClaimError, match="impossible_move"):
        case.do(senior, AT + 4 * HOUR, paying.start)
    assert case.do(senior, AT + 4 * HOUR, paying.confirm, "SWIFT-1").state is CaseState.CLOSED
