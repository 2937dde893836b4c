"""Complaints on both databases: in line by deadline, in one person's hands, a level higher when nobody answers."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from desks import AT, known_notice, open_house, scene
from reviews import CAR, HOUR, Case, in_review, reported, somebody
from sqlalchemy import Connection, event

from claims.actors import Actor, ActorKind
from claims.db import is_embedded
from claims.deadline_rules import Level
from claims.desk import complaining, complaint_line, deciding, opening, queue, reviewing, wishes
from claims.desk.complaining import Solution
from claims.desk.complaint_line import Complained
from claims.desk.house import House
from claims.desk.overdue import act_on_overdue
from claims.ids import new_id
from claims.keys import Keys
from claims.notice import Notice
from claims.repository import apps, audit, complaint_queue, outbox
from claims.repository.apps import App
from claims.repository.book import Books
from claims.repository.complaints import ComplaintState
from claims.repository.outbox import Webhook
from claims.repository.places import Place
from claims.review_changes import Why
from claims.states import CaseState, Node, Role
from model.errors import ClaimError, RightsError

SCRATCH = scene("01-scratched-door-two-views")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH)


@pytest.fixture
def case(house: House, notice: Notice) -> Case:
    return reported(house, notice)


@pytest.fixture
def front(house: House) -> Actor:
    return somebody(house, Role.FRONT_LINE)


def complained(case: Case, words: str = "没有人接电话", at_minute: int = 0) -> None:
    case.do(case.customer, AT + at_minute * MINUTE, wishes.complain, words)


def line(house: House, actor: Actor, after: Place | None = None, limit: int = 50) -> tuple[Complained, ...]:
    with house.looking(actor, AT) as desk:
        return complaint_line.waiting(desk, after=after, limit=limit)


def take(house: House, actor: Actor, complaint: UUID) -> Complained:
    with house.desk(actor, AT + HOUR) as desk:
        return complaining.take(desk, complaint)


def only(house: House, actor: Actor) -> Complained:
    [found] = line(house, actor)
    return found


def test_they_stand_in_line_by_what_is_due_next(house: House, case: Case, notice: Notice, front: Actor) -> None:
    complained(case, "first")
    complained(case, "second", at_minute=5)
    other = reported(house, notice)
    complained(other, "third", at_minute=10)
    first, *_ = found = line(house, front)
    assert [one.complaint.text for one in found] == ["first", "second", "third"]
    assert [one.pending.due_at for one in found] == [AT + 2 * HOUR + minutes * MINUTE for minutes in (0, 5, 10)]
    case.do(front, AT + HOUR, complaining.reply, first.complaint.id, "we call you")
    found = line(house, front)
    assert [one.complaint.text for one in found] == ["second", "third", "first"]  # told within 24 hours
    assert found[-1].pending.due_at == AT + 24 * HOUR
    case.do(front, AT + HOUR, complaining.solve, first.complaint.id, Solution.EXPLAINED, "line by line")
    assert [one.complaint.text for one in line(house, front)] == ["second", "third"]
    with house.looking(front, AT) as desk:
        [solved] = complaint_line.solved(desk, before=None, limit=5)
        assert complaint_line.solved(desk, before=solved.complaint.id, limit=5) == ()
    assert (solved.complaint.text, solved.complaint.state, solved.pending.due_at) == ("first", "solved", None)


def test_pages_of_the_line_hold_each_once(house: House, case: Case, front: Actor) -> None:
    for minute in range(5):
        complained(case, str(minute), at_minute=minute // 2)  # two are due at the same moment
    seen: list[UUID] = []
    place = None
    while page := line(house, front, place, limit=2):
        seen += [one.complaint.id for one in page]
        last = page[-1].pending
        assert last.due_at is not None
        place = Place(last.due_at, last.complaint.id)
    assert len(seen) == len(set(seen)) == 5
    assert seen == [one.complaint.id for one in line(house, front)]


def test_one_person_answers_it(house: House, case: Case, front: Actor) -> None:
    complained(case)
    complaint = only(house, front).complaint.id
    assert take(house, front, complaint).complaint.holder == front.name
    assert take(house, front, complaint).complaint.holder == front.name
    other = somebody(house, Role.SENIOR)
    assert not only(house, other).takes
    for act in (
        lambda: take(house, other, complaint),
        lambda: case.do(other, AT + HOUR, complaining.reply, complaint, "called"),
        lambda: case.do(other, AT + HOUR, complaining.solve, complaint, Solution.PUT_RIGHT, "called"),
    ):
        with pytest.raises(ClaimError) as refused:
            act()
        assert refused.value.code == "claim.complaint_taken"
    with house.desk(front, AT + HOUR) as desk:
        assert complaining.release(desk, complaint).complaint.holder is None
    assert only(house, other).takes
    answered = case.do(other, AT + HOUR, complaining.tell, complaint, "明天告知")
    assert (answered.complaint.holder, answered.complaint.result) == (other.name, "明天告知")
    with house.books.reading() as book:
        kinds = [entry.facts.get("kind") for entry in audit.entries(book) if entry.action == "answer_complaint"]
        assert kinds == ["complaint_taken", "complaint_released", "complaint_taken", "complaint_told"]
        assert not audit.verify(book)


def test_the_app_that_opened_the_case_is_told_of_a_complaint_and_every_answer(
    house: House, notice: Notice, front: Actor
) -> None:
    app = Actor(kind=ActorKind.APP, id=new_id(AT), role=Role.APP)
    told = Webhook(id=new_id(AT), app=app.id, url="https://hooks.example", secrets=(bytes(32),), made_at=AT)
    with house.books.writing() as book:
        apps.add(book, App(id=app.id, name="insurer", made_at=AT))
        outbox.add_webhook(book, told)
    with house.desk(app, AT) as desk:
        opened = opening.open_claim(desk, known_notice(notice, AT - 5 * HOUR), CAR)
    case = Case(house, opened.claim.id, app)
    complained(case, "nobody answers")
    complaint = only(house, front).complaint.id
    case.do(front, AT + HOUR, complaining.reply, complaint, "we call you")
    case.do(front, AT + HOUR, complaining.solve, complaint, Solution.PUT_RIGHT, "called")
    with house.books.writing() as book:
        sent = outbox.take(book, at=AT + HOUR, lease=HOUR, limit=9)
    answered = (Node.COMPLAINT_ANSWERED, Node.COMPLAINT_ANSWERED)
    assert Counter(one.node for one in sent) == Counter([Node.REPORT_NUMBER, Node.COMPLAINT_RECEIVED, *answered])
    assert not any(words in one.body for one in sent for words in ("we call you", "nobody answers"))


def test_what_takes_longer_is_expected_by_a_time(house: House, case: Case, front: Actor) -> None:
    complained(case)
    complaint, expected_at = only(house, front).complaint.id, AT + 72 * HOUR
    case.do(front, AT + HOUR, complaining.tell, complaint, "等维修厂报价", expected_at=expected_at)
    [found] = line(house, front)
    assert (found.complaint.state, found.complaint.expected_at) == (ComplaintState.DELAYED, expected_at)
    assert (found.complaint.result, found.complaint.told_at) == ("等维修厂报价", AT + HOUR)
    assert found.pending.due_at == AT + 2 * HOUR
    case.do(front, AT + HOUR, complaining.reply, complaint, "we call you")
    assert only(house, front).pending.due_at == AT + 48 * HOUR
    solved = case.do(front, AT + 2 * HOUR, complaining.solve, complaint, Solution.PUT_RIGHT, "已更正").complaint
    assert (solved.state, solved.expected_at) == (ComplaintState.SOLVED, expected_at)


CHAIN = datetime(2026, 12, 2, 10, 0, tzinfo=UTC)
"""The end of business of the eighth working day after Sunday, 22 November: four levels, two working days each."""


def test_a_time_is_told_that_every_level_can_keep(house: House, case: Case, front: Actor) -> None:
    complained(case)
    complaint, now = only(house, front).complaint.id, AT + HOUR
    for expected_at in (now, AT, CHAIN + timedelta(seconds=1), datetime.max.replace(tzinfo=UTC)):
        with pytest.raises(ClaimError) as refused:
            case.do(front, now, complaining.tell, complaint, "等维修厂报价", expected_at=expected_at)
        assert refused.value.code == "claim.expected_when"
    untouched = only(house, front)
    assert (untouched.complaint.told_at, untouched.complaint.holder) == (None, None)
    case.do(front, now, complaining.tell, complaint, "等维修厂报价", expected_at=CHAIN)
    assert only(house, front).complaint.expected_at == CHAIN


@pytest.mark.parametrize("words", ["", "  \n"])
def test_no_step_is_made_without_words(house: House, case: Case, front: Actor, words: str) -> None:
    complained(case)
    before = only(house, front)
    for act, given in (
        (complaining.reply, (words,)),
        (complaining.tell, (words,)),
        (complaining.solve, (Solution.EXPLAINED, words)),
    ):
        with pytest.raises(ClaimError) as refused:
            case.do(front, AT + HOUR, act, before.complaint.id, *given)
        assert refused.value.code == "claim.nothing_told"
    assert only(house, front) == before


def test_what_was_solved_is_over(house: House, case: Case, front: Actor) -> None:
    complained(case)
    complaint = only(house, front).complaint.id
    case.do(front, AT + HOUR, complaining.solve, complaint, Solution.PUT_RIGHT, "已更正")
    for act in (take, lambda *given: case.do(front, AT + HOUR, complaining.reply, given[2], "called")):
        with pytest.raises(ClaimError) as refused:
            act(house, front, complaint)
        assert refused.value.code == "claim.complaint_over"


@pytest.mark.parametrize("role", [Role.JUNIOR, Role.AUDITOR, Role.ADMIN])
def test_others_see_no_complaint(house: House, case: Case, front: Actor, role: Role) -> None:
    complained(case)
    complaint = only(house, front).complaint.id
    for act in (lambda: line(house, somebody(house, role)), lambda: take(house, somebody(house, role, "2"), complaint)):
        with pytest.raises(RightsError) as refused:
            act()
        assert refused.value.code == "rights.forbidden"


def test_who_decided_the_case_does_not_answer_its_complaint(house: House, notice: Notice) -> None:
    case, senior = in_review(house, notice, SCRATCH), somebody(house, Role.SENIOR)
    case.do(senior, AT + HOUR, queue.take)
    version = case.see(senior, AT + HOUR, reviewing.review_of).version
    case.do(senior, AT + HOUR, deciding.approve, version, "看过照片", [Why.QUOTATION], despite_cover="unknown")
    complained(case, "金额太低", at_minute=90)
    assert not only(house, senior).takes
    for act in (take, lambda *given: case.do(senior, AT + 2 * HOUR, complaining.reply, given[2], "called")):
        with pytest.raises(RightsError) as refused:
            act(house, senior, only(house, senior).complaint.id)
        assert refused.value.code == "rights.same_person"
    other = somebody(house, Role.SENIOR, "another")
    assert take(house, other, only(house, other).complaint.id).complaint.holder == other.name


def test_every_missed_clock_gives_it_to_the_level_above(house: House, case: Case, front: Actor) -> None:
    complained(case)
    complaint = only(house, front).complaint.id
    take(house, front, complaint)
    expert, before = somebody(house, Role.EXPERT), case.now.state
    seen = []
    for hours in (2, 24, 48):
        assert act_on_overdue(house, AT + hours * HOUR + MINUTE) == 1
        assert act_on_overdue(house, AT + hours * HOUR + MINUTE) == 0
        found = only(house, expert).complaint
        seen.append((found.level, found.holder))
        assert not only(house, front).takes
    assert seen == [(level, None) for level in (Level.SENIOR, Level.CROSS_FUNCTIONAL, Level.THIRD_PARTY)]
    assert case.now.state is before is CaseState.REPORTED
    with pytest.raises(ClaimError) as refused:
        take(house, front, complaint)
    assert refused.value.code == "claim.complaint_above"
    assert only(house, expert).takes
    late = case.do(expert, AT + 49 * HOUR, complaining.solve, complaint, Solution.PUT_RIGHT, "called")
    assert late.complaint.state is ComplaintState.SOLVED
    assert act_on_overdue(house, AT + 99 * HOUR) == 0
    with house.books.reading() as book:
        told = [entry.facts["kind"] for entry in audit.entries(book) if entry.action == "escalate"]
    assert told == ["complaint_reply", "complaint_told", "complaint_solution"]


def test_the_line_reads_no_whole_table(books: Books) -> None:
    asked: list[tuple[str, object]] = []

    def note(_: Connection, __: object, statement: str, parameters: object, *___: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(books.engine, "before_cursor_execute", note)
    with books.reading() as book:
        complaint_queue.waiting(book, after=Place(AT, UUID(int=1)))
        complaint_queue.solved(book)
    event.remove(books.engine, "before_cursor_execute", note)
    assert len(asked) == 2
    for statement, parameters in asked:
        plan = explained(books, statement, parameters)
        assert "SCAN complaints" not in plan.replace("SCAN complaints USING INDEX", ""), plan
        assert "SCAN deadlines" not in plan, plan
        assert "Seq Scan" not in plan, plan


def explained(books: Books, statement: str, parameters: object) -> str:
    with books.engine.connect() as connection:
        if is_embedded(books.engine):
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
            return "\n".join(row[3] for row in rows)
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)  # type: ignore[arg-type]
        return "\n".join(row[0] for row in explain)
