"""What a customer contests is decided by somebody else, on both databases; the queue passes it over for who decided."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from desks import AT, open_house, scene
from reviews import HOUR, Case, in_review, somebody

from claims.actors import Actor
from claims.desk import deciding, queue, reviewing, wishes
from claims.desk.desk import thing_of
from claims.desk.house import House
from claims.keys import Keys
from claims.notice import Notice
from claims.repository import audit, claims
from claims.repository.book import Books
from claims.review_queue import Lease
from claims.states import CaseState, Role
from model.errors import RightsError

SCRATCH = scene("01-scratched-door-two-views")
LATER = AT + 3 * HOUR
Decide = Callable[[Case, Actor], CaseState]


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH)


@pytest.fixture
def case(house: House, notice: Notice) -> Case:
    return in_review(house, notice, SCRATCH)


@pytest.fixture
def senior(house: House) -> Actor:
    return somebody(house, Role.SENIOR)


def approve(case: Case, actor: Actor) -> CaseState:
    version = case.see(actor, LATER, reviewing.review_of).version
    return case.do(actor, LATER, deciding.approve, version, "与客户商定", despite_cover="unknown").state


def decline(case: Case, actor: Actor) -> CaseState:
    return case.do(actor, LATER, deciding.decline, "旧损", "第七条").state


@pytest.mark.parametrize("first", [approve, decline])
@pytest.mark.parametrize("second", [approve, decline])
def test_nobody_decides_an_objection_to_their_own_decision(
    case: Case, house: House, senior: Actor, first: Decide, second: Decide
) -> None:
    case.do(senior, LATER, queue.take)
    first(case, senior)
    case.do(case.customer, LATER, wishes.contest, "还有一处")
    other = somebody(house, Role.EXPERT)
    case.do(other, LATER, queue.take_up)
    case.do(other, LATER, queue.release)
    with house.books.reading() as book:
        noted = len(list(audit.about(book, thing_of(case.id))))
    hold(case, senior)
    with pytest.raises(RightsError, match="same_person"):
        second(case, senior)
    with house.books.reading() as book:
        last = list(audit.about(book, thing_of(case.id)))[noted:][-1]
        assert not audit.verify(book)
    assert (last.action, last.actor) == ("rights.same_person", senior.name)
    hold(case, other)
    assert second(case, other) in {CaseState.ASSESSED, CaseState.DECLINED_MANUAL}


def test_the_queue_passes_it_over_for_who_decided(case: Case, house: House, senior: Actor) -> None:
    case.do(senior, LATER, queue.take)
    approve(case, senior)
    case.do(case.customer, LATER, wishes.contest, "还有一处")
    with house.desk(senior, LATER) as desk:
        assert queue.claim_next(desk) is None
        assert [one.takes for one in queue.queue(desk)] == [False]
    for take in (queue.take, queue.take_up):
        with pytest.raises(RightsError, match="same_person"):
            case.do(senior, LATER, take)
    other = somebody(house, Role.SENIOR, "other")
    with house.desk(other, LATER) as desk:
        taken = queue.claim_next(desk)
        assert taken is not None
        assert taken.id == case.id


def test_who_took_an_offer_back_may_decide_again(case: Case, senior: Actor) -> None:
    """Nobody has contested it."""
    case.do(senior, LATER, queue.take)
    approve(case, senior)
    case.do(senior, LATER, deciding.recall, "照片是另一辆车")
    case.do(senior, LATER, queue.take)
    assert approve(case, senior) is CaseState.ASSESSED


def hold(case: Case, actor: Actor) -> None:
    """The case in somebody's hands, whichever way it came there."""
    lease = Lease(holder=actor.id, taken_at=LATER, until=LATER + HOUR)
    with case.house.books.writing() as book:
        claims.save(book, replace(case.now, lease=lease))
