"""What the adjusters' pages ask the database for, on both: the queue in pages, weeks of figures, settled lines."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from desks import AT, open_house, scene
from reviews import HOUR, MINUTE, Case, in_review, somebody

from claims.actors import Actor
from claims.desk import deciding, offering, queue, reviewing
from claims.desk.colleagues import names_of
from claims.desk.dashboard import AGES, WEEKS, dashboard_of
from claims.desk.desk import Desk
from claims.desk.house import House
from claims.desk.queue_page import Narrowed, QueuePage, queue_page
from claims.desk.similar import similar
from claims.keys import Keys
from claims.notice import Notice
from claims.repository import offers
from claims.repository.book import Books
from claims.repository.figures import Share
from claims.review_changes import Edit, Why
from claims.states import CaseState, Role
from model.errors import RightsError
from model.vocabulary import Part
from parts_pricing.operations import Operation

SCRATCH, OTHER = scene("01-scratched-door-two-views"), scene("01-scratched-door-two-views", seed=2)
LABOUR = Decimal("812.00")


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH, OTHER)


@pytest.fixture
def case(house: House, notice: Notice) -> Case:
    return in_review(house, notice, SCRATCH)


def page_of(
    case: Case, who: Actor, wanted: Narrowed | None = None, *, at: datetime = AT + HOUR, skip: int = 0
) -> QueuePage:
    """One case of the queue, with the counts of all."""
    with case.house.looking(who, at) as desk:
        return queue_page(desk, wanted or Narrowed(), skip=skip, limit=1)


def settled(case: Case, at: datetime = AT + HOUR) -> None:
    """Corrected, approved by a senior, accepted by its customer."""
    senior = somebody(case.house, Role.SENIOR, login=f"senior-{case.id}")
    case.do(senior, at, queue.take)
    found = case.see(senior, at, reviewing.review_of)
    edit = Edit(line=0, why=Why.QUOTATION, labour=LABOUR, paint=Decimal(0), parts=Decimal(0), other=Decimal(0))
    after = case.do(senior, at, reviewing.correct, [edit], found.version)
    case.do(senior, at + MINUTE, deciding.approve, after.version, "seen at the shop", despite_cover="unknown")
    with case.house.books.reading() as book:
        offer = offers.open_of(book, case.id)
    assert offer is not None
    case.do(case.customer, at + 2 * MINUTE, offering.accept, offer_id=offer.id, signature="王小明")


def test_the_queue_comes_in_pages_and_is_counted_as_a_whole(case: Case, notice: Notice) -> None:
    other = in_review(case.house, notice, OTHER)
    senior = somebody(case.house, Role.SENIOR)
    other.do(senior, AT + HOUR, queue.take)
    first, second = page_of(case, senior), page_of(case, senior, skip=1)
    assert {one.claim.id for page in (first, second) for one in page.cases} == {case.id, other.id}
    assert (first.found, first.waiting, first.mine, first.overdue, first.cut) == (2, 2, 1, 0, False)
    assert first.by_state == {CaseState.IN_REVIEW: 2}
    assert [one.claim.id for one in page_of(case, senior, Narrowed(mine=True)).cases] == [other.id]
    assert page_of(case, senior, Narrowed(state=CaseState.CONTESTED)).found == 0
    late = page_of(case, senior, Narrowed(overdue=True), at=AT + timedelta(days=60))
    assert (late.found, late.overdue) == (2, 2)


def test_the_queue_is_for_who_reviews(case: Case) -> None:
    with pytest.raises(RightsError, match="forbidden"):
        page_of(case, somebody(case.house, Role.FRONT_LINE))


def test_weeks_count_each_case_and_what_the_detector_saw(case: Case) -> None:
    auditor = somebody(case.house, Role.AUDITOR)
    with case.house.looking(auditor, AT + timedelta(days=1)) as desk:
        found = dashboard_of(desk)
    *before, last = found.weeks
    assert len(found.weeks) == WEEKS
    assert all(week.offered == Share(0, 0) and week.mean is None for week in before)
    assert last.offered.n == 1
    assert (last.sampled, last.damages > 0) == (1, True)
    assert last.mean is not None
    assert 0 < last.mean <= 1
    assert found.ages[AGES.index(timedelta(days=1))] == 1
    assert sum(found.ages) == 1


def test_a_case_that_waits_longer_is_older(case: Case) -> None:
    auditor = somebody(case.house, Role.AUDITOR)
    for waited, place in ((HOUR, 0), (timedelta(hours=5), 1), (timedelta(days=2), 3), (timedelta(days=30), 4)):
        with case.house.looking(auditor, AT + waited) as desk:
            ages = dashboard_of(desk).ages
        assert [index for index, count in enumerate(ages) if count] == [place]


def test_earlier_cases_tell_what_was_paid_for_the_same_work(case: Case, notice: Notice) -> None:
    settled(case)
    other = in_review(case.house, notice, OTHER, AT + 3 * HOUR)
    expert = somebody(case.house, Role.EXPERT)

    def look(desk: Desk, part: Part, operation: Operation) -> tuple[object, ...]:
        return similar(desk, other.id, part, operation)

    at = AT + 4 * HOUR
    with case.house.looking(expert, at) as desk:
        [value] = [line.value for line in reviewing.review_of(desk, other.id).review.lines]
        assert value.part is not None
        [found] = similar(desk, other.id, value.part, value.operation)
        assert (found.claim, found.amount, found.side, found.machine) == (case.id, LABOUR, value.side, False)
        assert look(desk, Part.ROOF, value.operation) == ()
        assert look(desk, value.part, Operation.OVERHAUL) == ()
        assert similar(desk, case.id, value.part, value.operation) == ()
    with case.house.looking(expert, at + timedelta(days=400)) as desk:
        assert look(desk, value.part, value.operation) == ()


def test_colleagues_are_named_to_staff_only(case: Case) -> None:
    junior = somebody(case.house, Role.JUNIOR)
    with case.house.looking(junior, AT) as desk:
        assert names_of(desk, [junior.id, case.id]) == {junior.id: "李娜"}
    with case.house.looking(case.customer, AT) as desk, pytest.raises(RightsError, match="forbidden"):
        names_of(desk, [junior.id])
