"""The jobs that there are, done by a real worker on both databases: the machine looks, or a person does."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from desks import AT, customer, known_notice, open_house, scene

from claims.actors import Actor, ActorKind
from claims.desk import assessing, opening
from claims.desk.house import House
from claims.desk.photos import add_photos, look
from claims.facts import VehicleFacts
from claims.ids import new_id
from claims.jobs.kinds import kinds, overdue_clocks
from claims.jobs.queue import LocalQueue
from claims.jobs.ticks import once
from claims.jobs.worker import Pace, Worker
from claims.keys import Keys
from claims.notice import Notice
from claims.outbox import Retries
from claims.repository import apps, assessments, audit, claims, jobs, timeline
from claims.repository.apps import App
from claims.repository.book import Books
from claims.repository.claims import Claim
from claims.repository.jobs import Job
from claims.states import CaseState, Role
from claims.tables.words import JobState

SCRATCH = scene("01-scratched-door-two-views")
LATER = AT + timedelta(minutes=1)


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH)


@pytest.fixture
def worker(house: House) -> Worker:
    one_attempt = Pace(retries=Retries(attempts=1))
    every = kinds(house, lambda: LATER)
    return Worker(books=house.books, kinds=every, queue=LocalQueue(), name="one", now=lambda: LATER, pace=one_attempt)


@pytest.fixture
def asked(house: House, notice: Notice) -> UUID:
    """A case with photos that waits for the machine."""
    app = App(id=new_id(AT), name="insurer", states_cover=True, made_at=AT)
    with house.books.writing() as book:
        assert apps.add(book, app)
    actor = Actor(kind=ActorKind.APP, id=app.id, role=Role.APP)
    with house.desk(actor, AT) as desk:
        car = VehicleFacts(vehicle_class="CN2_60_150k", adas=False, new_energy=False)
        case = opening.open_claim(desk, known_notice(notice, AT - timedelta(hours=5)), car).claim.id
    seen = [look(house, content, "p.jpg", at=AT) for content in SCRATCH.photos]
    with house.desk(actor, AT) as desk:
        add_photos(desk, case, seen)
    with house.desk(customer(AT, case), AT) as desk:
        assessing.ask(desk, case)
    return case


@pytest.fixture
def found(books: Books) -> Callable[[UUID, Job], tuple[Claim, Job, int]]:
    """The case, the job, and how many assessments there are; the log is whole."""

    def read(claim: UUID, job: Job) -> tuple[Claim, Job, int]:
        with books.reading() as book:
            case, done = claims.get(book, claim), jobs.get(book, job.id)
            assert case is not None
            assert done is not None
            assert audit.verify(book) == ()
            return case, done, len(assessments.of_claim(book, claim))

    return read


def run_next(worker: Worker) -> Job:
    job = worker.take()
    assert job is not None
    worker.run(job)
    return job


def test_the_machine_looks(worker: Worker, asked: UUID, found: Callable[[UUID, Job], tuple[Claim, Job, int]]) -> None:
    case, job, made = found(asked, run_next(worker))
    assert case.state not in {CaseState.ASSESSING, CaseState.MATERIALS_SUBMITTED}
    assert (job.state, job.claim, made) == (JobState.DONE, asked, 1)


def test_where_the_machine_cannot_look_a_person_does(
    worker: Worker, asked: UUID, found: Callable[[UUID, Job], tuple[Claim, Job, int]], tmp_path: Path
) -> None:
    """The photo files are gone."""
    shutil.rmtree(tmp_path / "photos")
    case, job, made = found(asked, run_next(worker))
    assert (case.state, made) == (CaseState.IN_REVIEW, 0)
    assert (job.state, job.error) == (JobState.FAILED, "storage.photo_missing")


def test_a_case_that_has_left_the_machine_is_left_alone_when_its_job_is_given_up(
    house: House, worker: Worker, asked: UUID, found: Callable[[UUID, Job], tuple[Claim, Job, int]], tmp_path: Path
) -> None:
    with house.books.writing() as book:
        case = claims.locked(book, asked)
        assert case is not None
        claims.save(book, replace(case, state=CaseState.IN_REVIEW))
    shutil.rmtree(tmp_path / "photos")
    case, job, _ = found(asked, run_next(worker))
    assert (case.state, job.state) == (CaseState.IN_REVIEW, JobState.FAILED)


def test_a_case_whose_clock_was_missed_is_escalated_once(
    house: House, worker: Worker, asked: UUID, found: Callable[[UUID, Job], tuple[Claim, Job, int]], tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "photos")
    job = run_next(worker)
    assert found(asked, job)[0].state is CaseState.IN_REVIEW
    for _ in range(2):
        once(overdue_clocks(house), AT + timedelta(days=9))
    with house.books.reading() as book:
        moves = [step.move for step in timeline.of_claim(book, asked)]
    assert found(asked, job)[0].state is CaseState.ESCALATED
    assert moves.count("escalate") == 1
