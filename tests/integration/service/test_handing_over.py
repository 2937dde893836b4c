"""A case leaves an adjuster's hands, on both databases: to its customer, a specialist, a third party; and calls."""

from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from desks import AT, open_house, scene
from reviews import HOUR, MINUTE, Case, in_review, looked_at, somebody

from claims.actors import Actor
from claims.clock import Outcome
from claims.deadline_rules import ClockKind
from claims.desk import asking, deciding, handing_over, queue, reviewing, showing, submitting
from claims.desk.asking import PhotoWish, Shot
from claims.desk.calling import called, due_calls
from claims.desk.house import House
from claims.desk.photos import add_photos, look
from claims.fraud_facts import FraudCode, FraudFact, Tally
from claims.ids import new_id
from claims.keys import Keys
from claims.materials import Material
from claims.notice import Notice
from claims.repository import audit, deadlines, fraud, third_party
from claims.repository.book import Books
from claims.review_changes import Edit, Why
from claims.states import CaseState, Role
from model.errors import ClaimError, ReviewError, RightsError
from model.notes import Note

SCRATCH, MORE = scene("01-scratched-door-two-views"), scene("01-scratched-door-two-views", seed=2)
NOW, LATER = AT + HOUR, AT + 3 * HOUR


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH, MORE)


@pytest.fixture
def case(house: House, notice: Notice) -> Case:
    return in_review(house, notice, SCRATCH)


@pytest.fixture
def senior(house: House, case: Case) -> Actor:
    """Who holds the case from NOW on."""
    actor = somebody(house, Role.SENIOR)
    case.do(actor, NOW, queue.take)
    return actor


def outcomes(case: Case, kind: ClockKind) -> set[Outcome]:
    with case.house.books.reading() as book:
        return {one.clock.outcome(LATER) for one in deadlines.of_claim(book, case.id) if one.clock.kind is kind}


def test_photos_are_asked_for_by_name_and_bring_the_case_back(case: Case, senior: Actor) -> None:
    version = case.see(senior, NOW, reviewing.review_of).version
    edit = Edit(line=0, why=Why.QUOTATION, labour=Decimal("700.00"))
    corrected = case.do(senior, NOW, reviewing.correct, [edit], version)
    with pytest.raises(ClaimError, match="needs_more"):
        case.do(senior, NOW, asking.ask_photos, [])
    with pytest.raises(ReviewError, match="unknown_photo"):
        case.do(senior, NOW, asking.ask_photos, [PhotoWish(shot=Shot.AGAIN, photo=3)])
    wishes = [PhotoWish(shot=Shot.AGAIN, photo=2), PhotoWish(shot=Shot.DAMAGE), PhotoWish(shot=Shot.DAMAGE)]
    claim = case.do(senior, NOW, asking.ask_photos, wishes)
    assert (claim.state, claim.came_from, claim.lease) == (CaseState.MORE_PHOTOS, CaseState.IN_REVIEW, None)
    assert case.steps[-1].reason == Note(
        "moved.ask_photos", {"count": 2, "wanted": (Note("shot.again", {"photo": 2}), Note("shot.damage"))}
    )
    assert outcomes(case, ClockKind.REVIEW) == {Outcome.WAITING}
    seen = [look(case.house, content, "p.jpg", at=LATER) for content in MORE.photos]
    case.do(case.customer, LATER, add_photos, seen)
    looked_at(case, LATER)
    assert case.now.state is CaseState.IN_REVIEW
    case.do(senior, LATER, queue.take)
    after = case.see(senior, LATER, reviewing.review_of)
    assert after.version.lines == corrected.version.lines, (
        "a person's work is not pushed aside by the machine's new look"
    )
    assert [photo.sha256 for photo in after.review.photos if photo][2:] == [one.sha256 for one in seen]


def test_an_uncorrected_review_goes_over_to_the_machines_new_look(case: Case, senior: Actor) -> None:
    before = case.see(senior, NOW, reviewing.review_of)
    case.do(senior, NOW, asking.ask_photos, [PhotoWish(shot=Shot.DAMAGE)])
    case.do(case.customer, LATER, add_photos, [look(case.house, MORE.photos[0], "p.jpg", at=LATER)])
    looked_at(case, LATER)
    case.do(senior, LATER, queue.take)
    assert case.see(senior, LATER, reviewing.review_of).made.id != before.made.id
    with pytest.raises(ReviewError, match="stale_version"):
        case.do(senior, LATER, deciding.approve, before.version, "看过", despite_cover="unknown")


def test_all_that_is_missing_is_asked_for_at_once(case: Case, senior: Actor) -> None:
    more = [Material.REPAIR_INVOICE, Material.BANK_CARD]
    claim = case.do(senior, NOW, asking.ask_materials, more, "请一并提供")
    assert claim.state is CaseState.MATERIALS_INCOMPLETE
    reason = case.steps[-1].reason
    assert reason is not None
    wanted = reason.facts["wanted"]
    assert isinstance(wanted, tuple)
    codes = [one.code for one in wanted]
    assert len(codes) == reason.facts["count"] == len(set(wanted))
    assert {"material.repair_invoice", "material.bank_card", "material.driving_licence"} <= set(codes)
    assert codes.count("material.bank_card") == 1


def test_what_a_person_asked_for_is_missing_until_it_is_there(case: Case, senior: Actor) -> None:
    """Also a document that no rule wants of such a case."""
    case.do(senior, NOW, asking.ask_materials, [Material.REPAIR_INVOICE])
    asked, last = Note("material.repair_invoice"), Material.REPAIR_INVOICE
    stands = case.see(case.customer, NOW, showing.show).standing
    assert [item.code for item in stands.missing].count(asked.code) == 1
    for material in Material:
        if Note(f"material.{material}") in stands.missing and material is not last:
            case.do(case.customer, NOW, submitting.add_material, material, sha256(material.encode()).hexdigest())
    stands = case.see(case.customer, NOW, showing.show).standing
    assert ([item for item in stands.missing if item.code != "material.perhaps"], stands.complete) == ([asked], False)
    case.do(case.customer, NOW, submitting.add_material, last, sha256(last.encode()).hexdigest())
    stands = case.see(case.customer, NOW, showing.show).standing
    assert (asked in stands.missing, stands.complete) == (False, True)


def test_a_case_whose_document_cannot_be_had_goes_back_to_a_person(case: Case, senior: Actor) -> None:
    case.do(senior, NOW, asking.ask_materials, [Material.REPAIR_INVOICE])
    claim = case.do(senior, LATER, handing_over.refer, "客户没有维修发票")
    assert claim.state is CaseState.IN_REVIEW
    assert case.see(case.customer, LATER, showing.show).standing.missing != ()
    assert Note("material.repair_invoice") not in case.see(case.customer, LATER, showing.show).standing.missing


def test_what_was_found_goes_to_a_specialist_who_clears_it(case: Case, senior: Actor) -> None:
    fact = FraudFact(code=FraudCode.MANY_COMPLAINTS, evidence=Tally(count=4), weight=2)
    with case.house.books.writing() as book:
        fraud.add(book, case.id, [fact], at=NOW)
        [found] = fraud.of_claim(book, case.id)
    for evidence in ((), (new_id(AT),), (found.id, new_id(AT))):
        with pytest.raises(ClaimError, match="needs_more"):
            case.do(senior, NOW, handing_over.suspect, evidence)
    assert case.do(senior, NOW, handing_over.suspect, [found.id]).state is CaseState.FRAUD_REVIEW
    with case.house.books.reading() as book:
        told = [one.facts["reasons"] for one in audit.entries(book) if one.action == "suspect" and "items" in one.facts]
    assert told == [("fraud.many_complaints",)]
    with pytest.raises(ReviewError, match="not_held"):
        case.do(senior, LATER, handing_over.clear, "已核实")
    with pytest.raises(RightsError, match="forbidden"):
        case.do(somebody(case.house, Role.JUNIOR), LATER, handing_over.clear, "已核实")
    case.do(senior, LATER, queue.take)
    version = case.see(senior, LATER, reviewing.review_of).version
    with pytest.raises(ClaimError, match="impossible_move"):
        case.do(senior, LATER, deciding.approve, version, "看过", despite_cover="unknown")
    assert case.do(senior, LATER, handing_over.clear, "已核实").state is CaseState.IN_REVIEW


def test_a_specialist_may_decline_by_the_terms(case: Case, senior: Actor) -> None:
    fact = FraudFact(code=FraudCode.HIGH_RISK_TAG, evidence=Tally(count=1), weight=2)
    with case.house.books.writing() as book:
        fraud.add(book, case.id, [fact], at=NOW)
        [found] = fraud.of_claim(book, case.id)
    case.do(senior, NOW, handing_over.suspect, [found.id])
    case.do(senior, LATER, queue.take)
    claim = case.do(senior, LATER, deciding.decline, "照片不是本车", "第七条")
    assert claim.state is CaseState.DECLINED_MANUAL


def test_somebody_independent_is_asked_once_and_both_amounts_are_kept(case: Case, senior: Actor) -> None:
    with pytest.raises(ClaimError, match="nothing_asked"):
        case.do(senior, NOW, handing_over.third_party_answered, Decimal("800.00"))
    with pytest.raises(ClaimError, match="needs_more"):
        case.do(senior, NOW, handing_over.send_third_party, " ")
    assert case.do(senior, NOW, handing_over.send_third_party, "分歧较大").state is CaseState.THIRD_PARTY_REASSESSMENT
    for wrong in ("-0.01", "NaN", "Infinity"):
        with pytest.raises(ClaimError, match="needs_more"):
            case.do(senior, LATER, handing_over.third_party_answered, Decimal(wrong))
    claim, answer = case.do(senior, LATER, handing_over.third_party_answered, Decimal("800.00"))
    case.do(senior, LATER, queue.take)
    ours = case.see(senior, LATER, reviewing.review_of).review.total
    assert claim.state is CaseState.IN_REVIEW
    assert (answer.their_amount, answer.our_amount, answer.currency) == (Decimal("800.00"), ours, "CNY")
    with case.house.books.reading() as book:
        assert third_party.of_claim(book, case.id) == (answer,)
    assert case.steps[-1].reason == Note(
        "moved.third_party_answered", {"theirs": Decimal("800.00"), "ours": ours, "currency": "CNY"}
    )


def test_calls_are_made_once(case: Case) -> None:
    front_line, week = somebody(case.house, Role.FRONT_LINE), AT + timedelta(days=7)
    with case.house.looking(front_line, week) as desk:
        [due] = due_calls(desk, week)
    assert due.claim.id == case.id
    with pytest.raises(ClaimError, match="no_call"):
        case.do(front_line, week, called, new_id(AT))
    case.do(front_line, week, called, due.call.id)
    with pytest.raises(ClaimError, match="no_call"):
        case.do(front_line, week + MINUTE, called, due.call.id)
    with case.house.looking(front_line, week) as desk:
        assert due_calls(desk, week) == ()
    for stranger in (case.customer, somebody(case.house, Role.AUDITOR)):
        with pytest.raises(RightsError, match="forbidden"), case.house.looking(stranger, week) as desk:
            due_calls(desk, week)
