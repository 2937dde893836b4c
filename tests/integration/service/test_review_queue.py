"""Who works on which case, on both databases: order, leases that expire, and no case in two pairs of hands."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from desks import AT, open_house, scene
from reviews import HOUR, MINUTE, Case, in_review, somebody

from claims.desk import queue, wishes
from claims.desk.house import House
from claims.keys import Keys
from claims.notice import Notice
from claims.repository import audit, claims
from claims.repository.book import Books
from claims.repository.claims import Claim
from claims.states import CaseState, Owner, Role
from claims.triage import CaseClass
from model.errors import ReviewError, RightsError

SCRATCH = scene("01-scratched-door-two-views")
LEASE = timedelta(minutes=20)
NOW = AT + HOUR


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH)


@pytest.fixture
def waiting(house: House, add_claim: Callable[..., Claim]) -> Callable[..., Claim]:
    """A row of a case that waits, of 500 yuan unless told otherwise."""

    def make(**changed: object) -> Claim:
        given = {
            "state": CaseState.IN_REVIEW,
            "owner": Owner.ADJUSTER,
            "case_class": CaseClass.SIMPLE,
            "upper": Decimal(500),
            "due_at": AT + 5 * HOUR,
        }
        return add_claim(**{**given, **changed})

    return make


def stored(house: House, claim: UUID) -> Claim:
    with house.books.reading() as book:
        found = claims.get(book, claim)
    assert found is not None
    return found


def test_the_queue_says_why_a_case_is_there(house: House, notice: Notice) -> None:
    case, junior = in_review(house, notice, SCRATCH), somebody(house, Role.JUNIOR)
    with house.looking(junior, NOW) as desk:
        [line] = queue.queue(desk)
    assert line.claim == case.now
    assert line.reason is not None
    assert line.reason in line.doubts
    assert {"reason.FACTS_MISSING"} <= {doubt.code for doubt in line.doubts}
    assert line.low is not None
    assert line.high is not None
    assert line.low < line.high
    assert line.plate == "沪A·***45"
    assert line.plate not in repr(line)
    assert (line.mine, line.takes, line.suspicions) == (False, True, ())


def test_the_most_urgent_and_then_the_riskiest_comes_first(house: House, waiting: Callable[..., Claim]) -> None:
    later, risky, first = waiting(due_at=AT + 9 * HOUR), waiting(risk=5), waiting(due_at=AT + HOUR)
    calm, junior = waiting(), somebody(house, Role.JUNIOR)
    with house.looking(junior, NOW) as desk:
        assert [line.claim.id for line in queue.queue(desk)] == [first.id, risky.id, calm.id, later.id]
    taken = []
    for _ in range(3):
        with house.desk(junior, NOW) as desk:
            got = queue.claim_next(desk)
            assert got is not None
            taken.append(got.id)
    assert taken == [first.id, risky.id, calm.id]
    with pytest.raises(ReviewError, match="holds_enough"), house.desk(junior, NOW) as desk:
        queue.claim_next(desk)
    with pytest.raises(ReviewError, match="holds_enough"), house.desk(junior, NOW) as desk:
        queue.take(desk, later.id)


def test_nobody_is_given_what_they_may_not_decide(house: House, waiting: Callable[..., Claim]) -> None:
    dear = waiting(upper=Decimal(1000), case_class=CaseClass.ORDINARY)
    contested = waiting(state=CaseState.CONTESTED, owner=Owner.SPECIALIST)
    unseen = waiting(case_class=None, upper=None)
    junior, expert = somebody(house, Role.JUNIOR), somebody(house, Role.EXPERT)
    with house.desk(junior, NOW) as desk:
        assert queue.claim_next(desk) is None
        assert [line.takes for line in queue.queue(desk)] == [False, False, False]
    for case in (dear, contested, unseen):
        with pytest.raises(RightsError, match="beyond_authority"), house.desk(junior, NOW) as desk:
            queue.take(desk, case.id)
    for case in (dear, contested, unseen):
        with house.desk(expert, NOW) as desk:
            assert queue.take(desk, case.id).lease is not None


@pytest.mark.parametrize("role", [Role.FRONT_LINE, Role.AUDITOR, Role.ADMIN])
def test_who_reviews_nothing_sees_no_queue(house: House, role: Role) -> None:
    actor = somebody(house, role)
    for use in (queue.queue, queue.claim_next):
        with pytest.raises(RightsError, match="forbidden"), house.desk(actor, NOW) as desk:
            use(desk)


def test_a_lease_runs_out_unless_somebody_is_still_at_it(house: House, waiting: Callable[..., Claim]) -> None:
    case = waiting()
    one, other = somebody(house, Role.JUNIOR, "one"), somebody(house, Role.JUNIOR, "other")
    with house.desk(one, NOW) as desk:
        assert queue.take(desk, case.id).lease.until == NOW + LEASE  # type: ignore[union-attr]
    with house.desk(one, NOW + 10 * MINUTE) as desk:
        queue.extend(desk, case.id)
    with pytest.raises(ReviewError, match="held_by_other"), house.desk(other, NOW + 29 * MINUTE) as desk:
        queue.take(desk, case.id)
    with pytest.raises(ReviewError, match="held_by_other"), house.desk(other, NOW + 29 * MINUTE) as desk:
        queue.release(desk, case.id)
    with house.desk(other, NOW + 29 * MINUTE) as desk:
        assert queue.claim_next(desk) is None
    with pytest.raises(ReviewError, match="lease_over"), house.desk(one, NOW + 30 * MINUTE) as desk:
        queue.extend(desk, case.id)
    with house.desk(other, NOW + 30 * MINUTE) as desk:
        assert queue.claim_next(desk) is not None
    with house.desk(other, NOW + 31 * MINUTE) as desk:
        assert queue.release(desk, case.id).lease is None
    with pytest.raises(ReviewError, match="not_held"), house.desk(other, NOW + 31 * MINUTE) as desk:
        queue.extend(desk, case.id)
    assert stored(house, case.id).lease is None


def test_who_has_a_case_keeps_it_as_it_is(house: House, waiting: Callable[..., Claim]) -> None:
    case, junior = waiting(), somebody(house, Role.JUNIOR)
    with house.desk(junior, NOW) as desk:
        taken = queue.take(desk, case.id)
    with house.desk(junior, NOW + MINUTE) as desk:
        assert queue.take(desk, case.id) == taken


def test_what_waits_for_nobody_is_not_taken(house: House, waiting: Callable[..., Claim]) -> None:
    case = waiting(state=CaseState.ASSESSED, owner=Owner.CUSTOMER)
    with pytest.raises(ReviewError, match="not_waiting"), house.desk(somebody(house, Role.EXPERT), NOW) as desk:
        queue.take(desk, case.id)


def test_a_contested_case_is_taken_up_by_who_may_decide_it(house: House, notice: Notice) -> None:
    case, senior = in_review(house, notice, SCRATCH), somebody(house, Role.SENIOR)
    contested(case)
    with pytest.raises(RightsError, match="forbidden"):
        case.do(somebody(house, Role.JUNIOR), NOW, queue.take_up)
    claim = case.do(senior, NOW, queue.take_up)
    assert (claim.state, claim.lease and claim.lease.holder) == (CaseState.IN_REVIEW, senior.id)
    assert case.now == claim


def test_a_contested_case_in_somebodys_hands_stays_there(house: House, notice: Notice) -> None:
    case = in_review(house, notice, SCRATCH)
    one, other = somebody(house, Role.SENIOR, "one"), somebody(house, Role.SENIOR, "other")
    contested(case)
    case.do(one, NOW, queue.take)
    with pytest.raises(ReviewError, match="held_by_other"):
        case.do(other, NOW, queue.take_up)
    assert case.do(one, NOW, queue.take_up).lease is not None


def contested(case: Case) -> None:
    """As a case that was decided is when its customer sees it otherwise."""
    with case.house.books.writing() as book:
        claims.save(book, replace(case.now, state=CaseState.ASSESSED, owner=Owner.CUSTOMER))
    case.do(case.customer, AT + 2 * MINUTE, wishes.contest, "后门也坏了")


def test_ten_people_at_once_never_hold_the_same_case(house: House, waiting: Callable[..., Claim]) -> None:
    cases = {waiting().id for _ in range(25)}
    people = [somebody(house, Role.JUNIOR, f"junior-{number}") for number in range(10)]

    def takes(number: int) -> UUID | None:
        with house.desk(people[number % 10], NOW) as desk:
            got = queue.claim_next(desk)
        return None if got is None else got.id

    with ThreadPoolExecutor(10) as pool:
        taken = [one for one in pool.map(takes, range(30)) if one is not None]
    assert max(Counter(taken).values()) == 1
    assert set(taken) == cases
    with house.books.reading() as book:
        holders = Counter(entry.actor for entry in audit.entries(book) if entry.action == "claim_next")
        assert not audit.verify(book)
    assert max(holders.values()) <= 3


def test_ten_people_who_want_one_case_are_told_who_was_first(house: House, waiting: Callable[..., Claim]) -> None:
    case = waiting()
    people = [somebody(house, Role.JUNIOR, f"junior-{number}") for number in range(10)]

    def takes(number: int) -> str:
        try:
            with house.desk(people[number], NOW) as desk:
                queue.take(desk, case.id)
        except ReviewError as refused:
            return refused.code
        return "taken"

    with ThreadPoolExecutor(10) as pool:
        assert Counter(pool.map(takes, range(10))) == {"taken": 1, "review.held_by_other": 9}


def test_one_person_who_asks_ten_times_at_once_holds_no_more_than_allowed(
    house: House, waiting: Callable[..., Claim]
) -> None:
    for _ in range(10):
        waiting()
    junior = somebody(house, Role.JUNIOR)

    def one(_: int) -> str:
        try:
            with house.desk(junior, NOW) as desk:
                return "none" if queue.claim_next(desk) is None else "held"
        except ReviewError as refused:
            return refused.code

    most = house.review.lease.most_held
    with ThreadPoolExecutor(10) as pool:
        assert Counter(pool.map(one, range(10))) == {"held": most, "review.holds_enough": 10 - most}
