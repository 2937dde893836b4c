"""Figures of the business on both databases: what each counts, and that none reads whole tables."""

import uuid
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from desks import AT, open_house, scene
from reviews import HOUR, MINUTE, Case, in_review, reported, somebody
from sqlalchemy import Connection, event

from claims.actors import Actor
from claims.db import is_embedded
from claims.deadlines import overdue
from claims.desk import assessing, complaining, complaint_line, deciding, queue, reviewing, wishes
from claims.desk.complaining import Solution
from claims.desk.cover import Cover, state_cover
from claims.desk.figures import BusinessFigures, Queue, business_figures
from claims.desk.house import House
from claims.desk.photos import add_photos, look
from claims.ids import new_id
from claims.keys import Keys
from claims.notice import Notice
from claims.outbox import Notification
from claims.repository import apps, deadlines, erasure, jobs, outbox
from claims.repository.apps import App
from claims.repository.book import Books
from claims.repository.outbox import Webhook
from claims.review_changes import Change, Edit, Remove, Why
from claims.states import Node, PublicState, Role

SCRATCH, OTHER = scene("01-scratched-door-two-views"), scene("01-scratched-door-two-views", seed=2)
NONE = Queue(waiting=0, oldest_s=0)
NOW = AT + HOUR
TABLES = ("assessments", "claims", "complaints", "corrections", "deadlines", "jobs", "line_values", "offers", "outbox")
WHOLE = ("Seq Scan", *(f"SCAN {name}" for name in TABLES))
EDIT = Edit(line=0, why=Why.QUOTATION, labour=Decimal(930), paint=Decimal(0), parts=Decimal(0), other=Decimal(0))


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH, OTHER)


@pytest.fixture
def case(house: House, notice: Notice) -> Case:
    """One that a person has to settle."""
    return in_review(house, notice, SCRATCH)


@pytest.fixture
def senior(case: Case) -> Actor:
    """Who holds it from NOW on."""
    actor = somebody(case.house, Role.SENIOR)
    case.do(actor, NOW, queue.take)
    return actor


def test_nothing_waits_where_nothing_was_done(books: Books) -> None:
    assert business_figures(books, AT) == BusinessFigures(
        jobs=NONE,
        jobs_given_up=0,
        reviews=NONE,
        complaints=NONE,
        clocks_overdue=0,
        assessed=0,
        offered_at_once=0,
        reviewed=0,
        overridden=0,
        outbox=NONE,
        dead_letters=0,
        erased=0,
    )


def test_work_waits_is_done_or_given_up(house: House, notice: Notice) -> None:
    case = reported(house, notice)
    case.do(case.customer, AT, add_photos, [look(house, content, "p.jpg", at=AT) for content in SCRATCH.photos])
    job = case.do(case.customer, AT, assessing.ask).job
    assert business_figures(house.books, AT + 90 * MINUTE).jobs == Queue(waiting=1, oldest_s=5400)
    assert business_figures(house.books, AT - MINUTE).jobs == Queue(waiting=1, oldest_s=0)
    with house.books.writing() as book:
        taken = jobs.begin(book, job.id, "w", at=AT, lease=HOUR)
        assert taken is not None
    assert business_figures(house.books, NOW).jobs == NONE
    with house.books.writing() as book:
        jobs.failed(book, taken, "service.worker_died", at=NOW, again=None)
    assert (business_figures(house.books, NOW).jobs, business_figures(house.books, NOW).jobs_given_up) == (NONE, 1)


def test_a_case_waits_for_a_person_until_somebody_has_it(case: Case) -> None:
    assert business_figures(case.house.books, NOW).reviews == Queue(waiting=1, oldest_s=59 * 60)
    held = case.do(somebody(case.house, Role.SENIOR), NOW, queue.take)
    assert held.lease is not None
    assert business_figures(case.house.books, NOW).reviews == NONE
    assert business_figures(case.house.books, held.lease.until).reviews.waiting == 1


def test_clocks_count_while_they_run_past_their_time(case: Case, senior: Actor) -> None:
    late = AT + timedelta(days=60)
    with case.house.books.reading() as book:
        running = [one.clock for one in deadlines.of_claim(book, case.id)]
    assert business_figures(case.house.books, NOW).clocks_overdue == 0
    before = business_figures(case.house.books, late).clocks_overdue
    assert before == len(overdue(running, late)) > 0
    case.do(
        senior,
        NOW,
        deciding.approve,
        case.see(senior, NOW, reviewing.review_of).version,
        "看过照片",
        despite_cover="unknown",
    )
    assert business_figures(case.house.books, late).clocks_overdue < before


def test_what_the_machine_would_offer_at_once(house: House, notice: Notice) -> None:
    in_review(house, notice, SCRATCH)
    other_car = notice.model_copy(update={"plate": "沪C24680", "vin": "LFV3A23C2J3012345"})
    sure = reported(house, other_car)
    cover = Cover(policy_active=True, plate_matches_policy=True)
    sure.do(somebody(house, Role.FRONT_LINE), AT, state_cover, cover)
    sure.do(sure.customer, AT, add_photos, [look(house, content, "p.jpg", at=AT) for content in OTHER.photos])
    taken_by_machine(sure)
    found = business_figures(house.books, AT + timedelta(days=6))
    assert (found.assessed, found.offered_at_once) == (2, 1)
    assert business_figures(house.books, AT + timedelta(days=7, minutes=2)).assessed == 0


def taken_by_machine(case: Case) -> None:
    job = case.do(case.customer, AT, assessing.ask).job
    with case.house.books.writing() as book:
        taken = jobs.begin(book, job.id, "w", at=AT, lease=HOUR)
    assert taken is not None
    assessing.carry_out(case.house, taken, lambda: AT + MINUTE)


@pytest.mark.parametrize(
    ("steps", "overridden"),
    [
        ([], 0),
        ([EDIT], 1),
        ([EDIT, EDIT.model_copy(update={"labour": Decimal(940)})], 1),
        ([Remove(line=0, why=Why.WRONG_PART)], 1),
    ],
    ids=["as it was", "changed", "changed twice", "removed"],
)
def test_how_often_people_see_it_otherwise(case: Case, senior: Actor, steps: list[Change], overridden: int) -> None:
    for change in steps:
        seen = case.see(senior, NOW, reviewing.review_of).version
        case.do(senior, NOW, reviewing.correct, [change], seen)
    assert business_figures(case.house.books, NOW).reviewed == 0
    seen = case.see(senior, NOW, reviewing.review_of).version
    case.do(senior, NOW, deciding.approve, seen, "看过照片", [Why.QUOTATION], despite_cover="unknown")
    found = business_figures(case.house.books, NOW + timedelta(days=6))
    assert (found.reviewed, found.overridden) == (1, overridden)
    assert business_figures(case.house.books, NOW + timedelta(days=8)).reviewed == 0


def test_notifications_wait_are_sent_or_given_up(case: Case) -> None:
    books, app = case.house.books, App(id=new_id(AT), name="app", made_at=AT)
    webhook = Webhook(id=new_id(AT), app=app.id, url="https://hooks.example", secrets=(bytes(32),), made_at=AT)
    with books.writing() as book:
        apps.add(book, app)
        outbox.add_webhook(book, webhook)
        for minutes in (0, 10):
            at = AT + minutes * MINUTE
            told = Notification(
                id=uuid.uuid4(), claim=case.now.number, node=Node.ASSESSED, state=PublicState.ASSESSED, at=at
            )
            assert outbox.put(book, case.id, told, webhook.id, at=at)
    assert business_figures(books, NOW).outbox == Queue(waiting=2, oldest_s=3600)
    with books.writing() as book:
        first, second = outbox.take(book, at=NOW, lease=HOUR)
        outbox.sent(book, first, at=NOW)
    assert business_figures(books, NOW).outbox == Queue(waiting=1, oldest_s=3000)
    with books.writing() as book:
        outbox.failed(book, second, "webhook.refused", at=NOW, again=None)
    assert (business_figures(books, NOW).outbox, business_figures(books, NOW).dead_letters) == (NONE, 1)


def test_a_complaint_waits_until_it_is_solved_and_what_is_erased_counts(case: Case) -> None:
    case.do(case.customer, AT, wishes.complain, "没有人接电话")
    front, books = somebody(case.house, Role.FRONT_LINE), case.house.books
    assert business_figures(books, NOW).complaints == Queue(waiting=1, oldest_s=3600)
    [found] = case.see(front, NOW, complaint_line.complaints_of)
    case.do(front, NOW, complaining.solve, found.complaint.id, Solution.EXPLAINED, "line by line")
    assert (business_figures(books, NOW).complaints, business_figures(books, NOW).erased) == (NONE, 0)
    with books.writing() as book:
        erasure.erase(book, case.now, at=NOW)
    assert business_figures(books, NOW + timedelta(days=7)).erased == 1
    assert business_figures(books, NOW + timedelta(days=8)).erased == 0


def test_no_figure_reads_a_whole_table(books: Books) -> None:
    """Tables only grow: what is asked every few seconds stays on an index."""
    asked: list[tuple[str, Any]] = []

    def note(_: Connection, __: object, statement: str, parameters: Any, *___: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(books.engine, "before_cursor_execute", note)
    business_figures(books, NOW)
    event.remove(books.engine, "before_cursor_execute", note)
    assert len(asked) == 10
    for statement, parameters in asked:
        plan = explained(books, statement, parameters)
        assert "ix_" in plan or "uq_" in plan or "pk_" in plan or "sqlite_autoindex_" in plan, (statement, plan)
        assert not any(whole in plan for whole in WHOLE), (statement, plan)


def explained(books: Books, statement: str, parameters: Any) -> str:
    """PostgreSQL reads small tables whole whatever their indexes are, unless it is told not to."""
    with books.engine.connect() as connection:
        if is_embedded(books.engine):
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return "\n".join(row[3] for row in rows)
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
