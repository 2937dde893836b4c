"""A case from the first report to the money, through the desk, on both databases: states, clocks, offers, audit."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from bank import arrives
from desks import AT, customer, known_notice, open_house, scene

from claims.actors import Actor, ActorKind
from claims.audit import Thing, ThingKind
from claims.clock import Outcome
from claims.deadline_rules import Audience, ClockKind
from claims.desk import assessing, offering, opening, paying, submitting, wishes
from claims.desk.cover import Cover, state_cover
from claims.desk.house import House
from claims.desk.photos import add_photos, look
from claims.facts import VehicleFacts
from claims.ids import new_id
from claims.keys import Keys
from claims.materials import Material
from claims.notice import Notice
from claims.repository import apps, assessments, audit, claims, deadlines, follow_ups, offers, payments, timeline
from claims.repository.apps import App
from claims.repository.book import Books
from claims.repository.claims import Claim
from claims.states import CaseState, Role
from model.errors import ClaimError, RightsError

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SCRATCH = scene("01-scratched-door-two-views")
CAR = VehicleFacts(vehicle_class="CN2_60_150k", adas=False, new_energy=False)
COVER = Cover(policy_active=True, plate_matches_policy=True)
DOCUMENTS = [material for material in Material if not material.startswith("shot_")]


@dataclass
class Case:
    """One case and whoever acts on it."""

    house: House
    app: Actor
    claim: UUID
    customer: Actor

    def now(self) -> Claim:
        with self.house.books.reading() as book:
            found = claims.get(book, self.claim)
        assert found is not None
        return found

    def outcomes(self, kind: ClockKind, at: object = AT) -> set[Outcome]:
        with self.house.books.reading() as book:
            return {one.clock.outcome(at) for one in deadlines.of_claim(book, self.claim) if one.clock.kind is kind}  # type: ignore[arg-type]


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH)


@pytest.fixture
def reported(house: House, notice: Notice) -> Case:
    """A case that an app opened, whose word on cover counts."""
    app = App(id=new_id(AT), name="insurer", states_cover=True, made_at=AT)
    with house.books.writing() as book:
        apps.add(book, app)
    actor = Actor(kind=ActorKind.APP, id=app.id, role=Role.APP)
    with house.desk(actor, AT) as desk:
        opened = opening.open_claim(desk, known_notice(notice, AT - 5 * HOUR), CAR)
        assert len(opened.missing) > 5
    return Case(house, actor, opened.claim.id, customer(AT, opened.claim.id))


@pytest.fixture
def offered(reported: Case) -> Case:
    """The same, with two photos, assessed by the machine, at AT + 1 minute."""
    seen = [look(reported.house, content, "p.jpg", at=AT) for content in SCRATCH.photos]
    with reported.house.desk(reported.app, AT) as desk:
        add_photos(desk, reported.claim, seen)
        state_cover(desk, reported.claim, COVER)
    with reported.house.desk(reported.customer, AT) as desk:
        asked = assessing.ask(desk, reported.claim)
    take = asked.job
    with reported.house.books.writing() as book:
        from claims.repository import jobs

        taken = jobs.begin(book, take.id, "w", at=AT, lease=HOUR)
    assert taken is not None
    assessing.carry_out(reported.house, taken, lambda: AT + MINUTE)
    return reported


def complete(case: Case) -> None:
    with case.house.desk(case.customer, AT + 2 * MINUTE) as desk:
        for number, material in enumerate(Material):
            submitting.add_material(desk, case.claim, material, f"{number:064x}")


def accepted(case: Case) -> Claim:
    with case.house.desk(case.customer, AT + 3 * MINUTE) as desk:
        offer = offers.open_of(desk.book, case.claim)
        assert offer is not None
        return offering.accept(desk, case.claim, offer.id, signature="王小明")


def test_the_machine_offers_and_the_money_goes_out(offered: Case) -> None:
    assert offered.now().state is CaseState.ASSESSED
    assert offered.outcomes(ClockKind.REVIEW) == {Outcome.MET}
    complete(offered)
    assert accepted(offered).state is CaseState.PENDING_PAYMENT
    senior = Actor(kind=ActorKind.STAFF, id=UUID(int=7), role=Role.SENIOR)
    claim = arrives(offered.house, senior, offered.claim, AT + HOUR)
    assert claim.state is CaseState.CLOSED
    assert claim.closed_at == AT + HOUR
    assert claim.due_at is None
    assert offered.outcomes(ClockKind.PAYMENT, AT + HOUR) == {Outcome.MET}
    with offered.house.books.reading() as book:
        moves = [step.move for step in timeline.of_claim(book, offered.claim)]
        [payment] = payments.of_claim(book, offered.claim)
        assert not audit.verify(book)
    assert moves == [
        "open_claim",
        "submit_materials",
        "start_assessment",
        "offer",
        "publish_offer",
        "accept",
        "start_payment",
        "confirm_payment",
    ]
    assert payment.paid_at == AT + HOUR
    assert payment.amount == claim.amount


def test_documents_that_are_missing_stop_the_payment_clock_and_not_the_offer(offered: Case) -> None:
    claim = accepted(offered)
    assert claim.state is CaseState.CONFIRMED
    assert offered.outcomes(ClockKind.PAYMENT, AT + HOUR) == {Outcome.WAITING}
    complete(offered)
    assert offered.outcomes(ClockKind.PAYMENT, AT + HOUR) == {Outcome.RUNNING}
    assert offered.now().state is CaseState.PENDING_PAYMENT


def test_the_same_assessment_is_kept_once(offered: Case) -> None:
    with offered.house.books.reading() as book:
        [made] = assessments.of_claim(book, offered.claim)
    assert made.estimate.told["decision"]["route"] == "instant_offer"
    assert made.estimate.told["estimate"]["net"] == f"{offered.now().amount:f}"


def test_a_contested_offer_is_over_and_its_clocks_run_anew(offered: Case) -> None:
    with offered.house.desk(offered.customer, AT + HOUR) as desk:
        offer = offers.open_of(desk.book, offered.claim)
        claim = wishes.contest(desk, offered.claim, "后门也坏了")
    assert claim.state is CaseState.CONTESTED
    assert claim.facts.disputed
    assert claim.amount is None
    assert Outcome.RUNNING in offered.outcomes(ClockKind.REVIEW, AT + HOUR)
    assert offer is not None
    with pytest.raises(ClaimError, match="offer_over"), offered.house.desk(offered.customer, AT + HOUR) as desk:
        offering.accept(desk, offered.claim, offer.id, signature="x")


def test_a_contest_without_words_changes_nothing(offered: Case) -> None:
    with pytest.raises(ClaimError, match="needs_more"), offered.house.desk(offered.customer, AT + HOUR) as desk:
        wishes.contest(desk, offered.claim, "  ")
    assert offered.now().state is CaseState.ASSESSED
    with offered.house.books.reading() as book:
        assert offers.open_of(book, offered.claim) is not None


def test_who_wants_a_person_gets_one(offered: Case) -> None:
    with offered.house.desk(offered.customer, AT + HOUR) as desk:
        claim = wishes.refuse_automation(desk, offered.claim)
    assert (claim.state, claim.facts.automation_refused) == (CaseState.IN_REVIEW, True)


def test_without_cover_stated_a_person_looks(reported: Case) -> None:
    seen = [look(reported.house, content, "p.jpg", at=AT) for content in SCRATCH.photos]
    with reported.house.desk(reported.customer, AT) as desk:
        add_photos(desk, reported.claim, seen)
        job = assessing.ask(desk, reported.claim).job
    with reported.house.books.writing() as book:
        from claims.repository import jobs

        taken = jobs.begin(book, job.id, "w", at=AT, lease=HOUR)
    assert taken is not None
    assessing.carry_out(reported.house, taken, lambda: AT + MINUTE)
    assert reported.now().state is CaseState.IN_REVIEW


def test_a_machine_that_gives_up_hands_over(reported: Case) -> None:
    seen = look(reported.house, SCRATCH.photos[0], "p.jpg", at=AT)
    with reported.house.desk(reported.customer, AT) as desk:
        add_photos(desk, reported.claim, [seen])
        job = assessing.ask(desk, reported.claim).job
    with reported.house.desk(assessing.system_of(job), AT + MINUTE) as desk:
        assessing.given_up(desk, job)
    claim = reported.now()
    assert claim.state is CaseState.IN_REVIEW
    assert claim.due_at == AT + 12 * HOUR
    with reported.house.books.reading() as book:
        last = timeline.of_claim(book, reported.claim)[-1]
        assert last.reason is not None
        assert last.reason.code == "moved.machine_failed"


def test_a_withdrawn_case_has_no_clocks_and_takes_no_photos(offered: Case) -> None:
    with offered.house.desk(offered.customer, AT + HOUR) as desk:
        claim = wishes.withdraw(desk, offered.claim)
    assert (claim.state, claim.due_at) == (CaseState.WITHDRAWN, None)
    assert offered.outcomes(ClockKind.PAYMENT, AT + HOUR) == {Outcome.DROPPED}
    with pytest.raises(ClaimError, match="at_rest"), offered.house.desk(offered.customer, AT + HOUR) as desk:
        add_photos(desk, offered.claim, [look(offered.house, SCRATCH.photos[0], "p", at=AT)])


def test_somebody_elses_case_is_not_there(offered: Case) -> None:
    stranger = customer(AT, new_id(AT))
    with pytest.raises(RightsError, match="not_found"), offered.house.desk(stranger, AT) as desk:
        wishes.withdraw(desk, offered.claim)


def test_a_complaint_has_its_own_clocks(offered: Case) -> None:
    with offered.house.desk(offered.customer, AT + HOUR) as desk:
        claim = wishes.complain(desk, offered.claim, "没有人接电话")
    assert claim.state is CaseState.ASSESSED
    with offered.house.books.reading() as book:
        kinds = {one.clock.kind for one in deadlines.of_claim(book, offered.claim)}
    assert {ClockKind.COMPLAINT_REPLY, ClockKind.COMPLAINT_TOLD, ClockKind.COMPLAINT_SOLUTION} <= kinds
    assert claim.due_at is not None


def test_refusals_of_staff_are_in_the_audit_log_and_nothing_else_is(offered: Case) -> None:
    junior = Actor(kind=ActorKind.STAFF, id=UUID(int=9), role=Role.JUNIOR)
    with pytest.raises(RightsError, match="forbidden"), offered.house.desk(junior, AT) as desk:
        paying.start(desk, offered.claim)
    with offered.house.books.reading() as book:
        [entry] = [one for one in audit.entries(book) if one.actor == junior.name]
        assert (entry.action, entry.object) == ("rights.forbidden", Thing(ThingKind.CLAIM, offered.claim).name)
        assert follow_ups.open_until(book, AT + timedelta(days=30), claim=offered.claim)


def test_public_and_internal_clocks_run_side_by_side(offered: Case) -> None:
    with offered.house.books.reading() as book:
        both = {one.clock.audience for one in deadlines.of_claim(book, offered.claim)}
    assert both == {Audience.INTERNAL, Audience.PUBLIC}


def test_ten_at_once_put_one_job(reported: Case) -> None:
    from concurrent.futures import ThreadPoolExecutor

    seen = look(reported.house, SCRATCH.photos[0], "p.jpg", at=AT)
    with reported.house.desk(reported.customer, AT) as desk:
        add_photos(desk, reported.claim, [seen])

    def ask(_: int) -> UUID:
        with reported.house.desk(reported.customer, AT) as desk:
            return assessing.ask(desk, reported.claim).job.id

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(ask, range(10)))) == 1
