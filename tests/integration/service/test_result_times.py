"""A time by which a customer was told to have the result of a complaint: a clock like its others, on both databases."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest
from desks import AT, open_house, scene
from reviews import HOUR, MINUTE, Case, reported, somebody

from claims.actors import Actor
from claims.deadline_rules import Audience, ClockKind, Level
from claims.desk import complaining, complaint_line, wishes
from claims.desk.complaining import Solution
from claims.desk.complaint_line import Complained
from claims.desk.house import House
from claims.desk.overdue import act_on_overdue
from claims.hit_rate import Decided, Period
from claims.keys import Keys
from claims.notice import Notice
from claims.repository import audit, promises
from claims.repository.book import Books
from claims.repository.complaints import ComplaintState
from claims.states import Role
from model.errors import ClaimError, StorageError

CHAIN = datetime(2026, 12, 2, 10, 0, tzinfo=UTC)
"""The end of business of the eighth working day after Sunday, 22 November: four levels, two working days each."""
SECOND = timedelta(seconds=1)
UNTIL = AT + 30 * HOUR
SOON = Period(begins=AT, ends=AT + timedelta(days=60))


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, scene("01-scratched-door-two-views"))


@pytest.fixture
def case(house: House, notice: Notice) -> Case:
    return reported(house, notice)


@pytest.fixture
def front(house: House) -> Actor:
    return somebody(house, Role.FRONT_LINE)


@pytest.fixture
def expert(house: House) -> Actor:
    return somebody(house, Role.EXPERT)


@pytest.fixture
def late(case: Case, front: Actor) -> UUID:
    """A complaint that was answered, and whose result is told for ``UNTIL``."""
    case.do(case.customer, AT, wishes.complain, "没有人接电话")
    complaint = line(case.house, front)[0].complaint.id
    case.do(front, AT + HOUR, complaining.reply, complaint, "we call you")
    case.do(front, AT + HOUR, complaining.tell, complaint, "等维修厂报价", expected_at=UNTIL)
    return complaint


def line(house: House, actor: Actor, at: datetime = AT) -> tuple[Complained, ...]:
    with house.looking(actor, at) as desk:
        return complaint_line.waiting(desk, after=None, limit=50)


def missed(case: Case, actor: Actor, complaint: UUID, at: datetime) -> list[datetime]:
    """When what was not kept was due."""
    found = case.see(actor, at, complaint_line.complaint_of, complaint)
    return [clock.due_at for clock in found.pending.missed]


def counted(house: House, at: datetime = AT + 30 * 24 * HOUR) -> list[tuple[int, int]]:
    """Of the times that were told: how many are decided, and how many were kept."""
    with house.books.reading() as book:
        found = promises.published(book, SOON, at=at)
    told = [one for one in found if one.kind is ClockKind.COMPLAINT_EXPECTED]
    assert told == [Decided(kind=one.kind, audience=Audience.PUBLIC, n=one.n, met=one.met) for one in told]
    return [(one.n, one.met) for one in told]


def test_a_time_that_passes_without_a_result_is_an_overrun(case: Case, late: UUID, front: Actor, expert: Actor) -> None:
    house = case.house
    assert act_on_overdue(house, UNTIL) == 0  # due to the second is in time
    assert case.now.due_at == line(house, expert)[0].pending.due_at == UNTIL
    case.do(case.customer, UNTIL - MINUTE, wishes.complain, "still nobody")
    assert [act_on_overdue(house, UNTIL + SECOND) for _ in range(2)] == [1, 0]
    found, fresh = line(house, expert)
    assert (found.complaint.id, found.pending.due_at) == (late, UNTIL)
    assert (found.complaint.level, found.complaint.holder, found.takes) == (Level.SENIOR, None, True)
    assert (fresh.complaint.level, line(house, front)[0].takes) == (None, False)
    assert counted(house) == [(1, 0)]
    with house.books.reading() as book:
        kinds = [entry.facts["kind"] for entry in audit.entries(book) if entry.action == "escalate"]
    assert kinds == [ClockKind.COMPLAINT_EXPECTED]


@pytest.mark.parametrize("settled", [False, True])
def test_a_result_in_time_meets_it(case: Case, late: UUID, front: Actor, settled: bool) -> None:
    if settled:
        found = case.do(front, UNTIL, complaining.solve, late, Solution.PUT_RIGHT, "已更正").complaint
        assert (found.state, found.result, found.answer) == (ComplaintState.SOLVED, "等维修厂报价", "已更正")
    else:
        found = case.do(front, UNTIL, complaining.tell, late, "已更正").complaint
        assert (found.state, found.expected_at, found.told_at) == (ComplaintState.TOLD, None, UNTIL)
        assert found.result == "等维修厂报价\n\n已更正"
        with pytest.raises(StorageError) as refused:
            case.do(front, UNTIL, complaining.tell, late, "again", expected_at=UNTIL + HOUR)
        assert refused.value.code == "storage.moved"
    assert act_on_overdue(case.house, UNTIL + SECOND) == 0
    assert counted(case.house) == [(1, 1)]


def test_a_time_once_told_stays_beside_another(case: Case, late: UUID, front: Actor, expert: Actor) -> None:
    later, house = UNTIL + 10 * HOUR, case.house
    found = case.do(front, UNTIL - MINUTE, complaining.tell, late, "还要一天", expected_at=later)
    assert (found.complaint.expected_at, found.pending.due_at) == (later, UNTIL)
    assert (found.complaint.state, found.complaint.result) == (ComplaintState.DELAYED, "等维修厂报价\n\n还要一天")
    assert line(house, front)[0].pending.due_at == case.now.due_at == UNTIL
    assert act_on_overdue(house, UNTIL + SECOND) == 1
    assert counted(house, at=UNTIL + MINUTE) == [(1, 0)]
    case.do(expert, later, complaining.tell, late, "已更正")
    assert act_on_overdue(house, later + SECOND) == 0
    assert counted(house) == [(2, 1)]


def test_who_puts_a_result_off_again_and_again_keeps_none_of_the_times(case: Case, late: UUID, front: Actor) -> None:
    told = [UNTIL + number * HOUR for number in range(4)]
    for before, expected_at in pairwise(told):
        case.do(front, before - MINUTE, complaining.tell, late, "还要一小时", expected_at=expected_at)
    found = case.do(front, told[-1] + MINUTE, complaining.tell, late, "已更正")
    assert [clock.due_at for clock in found.pending.missed] == told
    assert counted(case.house) == [(4, 0)]


def test_the_same_time_is_promised_once(case: Case, late: UUID, front: Actor) -> None:
    case.do(front, UNTIL - MINUTE, complaining.tell, late, "报价明天到", expected_at=UNTIL)
    assert act_on_overdue(case.house, UNTIL + SECOND) == 1
    assert counted(case.house) == [(1, 0)]


def test_a_step_that_is_made_late_was_missed_whoever_noted_it(case: Case, front: Actor) -> None:
    case.do(case.customer, AT, wishes.complain, "没有人接电话")
    complaint, due_at = line(case.house, front)[0].complaint.id, AT + 2 * HOUR
    assert missed(case, front, complaint, due_at) == []
    assert missed(case, front, complaint, due_at + SECOND) == [due_at]
    case.do(front, due_at + SECOND, complaining.reply, complaint, "we call you")
    assert act_on_overdue(case.house, due_at + MINUTE) == 0
    assert missed(case, front, complaint, due_at + MINUTE) == [due_at]


def test_another_time_undoes_no_miss(case: Case, late: UUID, front: Actor, expert: Actor) -> None:
    later, house = UNTIL + 10 * HOUR, case.house
    found = case.do(front, UNTIL + SECOND, complaining.tell, late, "还要一天", expected_at=later)
    assert (found.complaint.expected_at, found.pending.due_at) == (later, UNTIL)
    assert act_on_overdue(house, UNTIL + MINUTE) == 1
    assert line(house, expert)[0].complaint.level is Level.SENIOR
    told = case.do(expert, later, complaining.tell, late, "已更正")
    assert [clock.due_at for clock in told.pending.missed] == [UNTIL]
    assert told.pending.due_at == AT + 48 * HOUR
    assert act_on_overdue(house, later + SECOND) == 0
    assert counted(house) == [(2, 1)]


def test_every_level_has_its_time_from_each_telling_on(case: Case, late: UUID, front: Actor) -> None:
    now, until = AT + 26 * HOUR, CHAIN + 24 * HOUR  # Monday: a working day later than on the Sunday before
    with pytest.raises(ClaimError) as refused:
        case.do(front, now, complaining.tell, late, "还要几天", expected_at=until + SECOND)
    assert refused.value.code == "claim.expected_when"
    assert line(case.house, front)[0].complaint.expected_at == UNTIL
    case.do(front, now, complaining.tell, late, "还要几天", expected_at=until)
    assert line(case.house, front)[0].complaint.expected_at == until


def test_a_time_of_one_complaint_is_not_that_of_another(case: Case, late: UUID, front: Actor) -> None:
    case.do(case.customer, AT + MINUTE, wishes.complain, "second")
    second = next(one.complaint.id for one in line(case.house, front) if one.complaint.id != late)
    case.do(front, AT + HOUR, complaining.tell, second, "等报价", expected_at=UNTIL + HOUR)
    case.do(front, AT + 2 * HOUR, complaining.tell, second, "已更正")
    assert act_on_overdue(case.house, UNTIL + SECOND) == 2  # this one's time, and the other's first reply
    levels = {one.complaint.id: one.complaint.level for one in line(case.house, front)}
    assert levels == {late: Level.SENIOR, second: Level.SENIOR}


def test_every_time_that_is_told_is_in_the_log(case: Case, late: UUID, front: Actor) -> None:
    case.do(front, UNTIL, complaining.tell, late, "还要一天", expected_at=UNTIL + HOUR)
    with case.house.books.reading() as book:
        told = [one.facts for one in audit.entries(book) if one.facts.get("kind") == ClockKind.COMPLAINT_EXPECTED]
        assert not audit.verify(book)
    assert [datetime.fromisoformat(str(one["due_at"])) for one in told] == [UNTIL, UNTIL + HOUR]
