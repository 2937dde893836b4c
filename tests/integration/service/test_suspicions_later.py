"""Fraud facts of altered copies, and what is found after the machine has looked: nothing is decided by any of it."""

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from desks import AT, Scene, open_house, scene
from PIL import Image
from reviews import HOUR, Case, somebody
from suspected import copies, found, made_for, pay, photographed, stored_facts

from claims.desk import deciding, looking_again, queue, reviewing, submitting
from claims.desk.desk import thing_of
from claims.desk.house import House
from claims.desk.photos import add_photos, look
from claims.fraud_facts import FraudCode, FraudFact, Outlier, SharedDocument, SharedPhoto
from claims.keys import Keys
from claims.materials import Material
from claims.notice import Notice
from claims.repository import audit, fraud, jobs
from claims.repository.book import Books
from claims.review_changes import Edit, Why
from claims.states import CaseState, Role
from claims.triage import Route

SCRATCH, OTHER = scene("01-scratched-door-two-views"), scene("01-scratched-door-two-views", seed=7)


def cropped(image: Image.Image) -> Image.Image:
    """By 3 % a side."""
    width, height = image.size
    return image.crop((width * 3 // 100, height * 3 // 100, width * 97 // 100, height * 97 // 100))


def brighter(image: Image.Image) -> Image.Image:
    return image.point(lambda value: min(255, int(value * 1.3)))


def mirrored_and_cropped(image: Image.Image) -> Image.Image:
    return cropped(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT))


ALTERED = {change.__name__: copies(SCRATCH, change) for change in (cropped, brighter, mirrored_and_cropped)}


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH, OTHER, *ALTERED.values())


@pytest.fixture
def other_car(notice: Notice) -> Notice:
    return notice.model_copy(update={"plate": "沪C99999", "vin": None, "engine_number": None})


def facts_of(case: Case) -> list[FraudFact]:
    with case.house.books.reading() as book:
        return [one.fact for one in fraud.of_claim(book, case.id)]


def shared(case: Case) -> list[SharedPhoto]:
    return [fact.evidence for fact in facts_of(case) if isinstance(fact.evidence, SharedPhoto)]


# --- altered copies -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("photos", ALTERED.values(), ids=ALTERED)
def test_a_picture_that_was_paid_is_known_altered_and_under_another_plate(
    house: House, notice: Notice, other_car: Notice, photos: Scene
) -> None:
    first = photographed(house, notice, SCRATCH)
    pay(first, AT)
    second = photographed(house, other_car, photos, at=AT + HOUR)
    assert FraudCode.NEAR_PHOTO_PAID in found(second)
    assert {seen.claim for seen in stored_facts(second).seen_photos} == {first.now.number}
    assert made_for(second).route is Route.HUMAN_REVIEW


def test_other_pictures_that_hashes_take_for_alike_are_laid_on_each_other(
    house: House, notice: Notice, other_car: Notice
) -> None:
    """However near a hash has to be: what is no copy is none."""
    credulous = replace(house, fraud=house.fraud.model_copy(update={"alike_bits": 64, "most_laid": 50}))
    photographed(credulous, notice, SCRATCH)
    second = photographed(credulous, other_car, OTHER, at=AT + HOUR)
    assert (found(second), stored_facts(second).seen_photos) == (set(), ())


def test_so_many_pairs_are_laid_on_each_other_and_no_more(house: House, notice: Notice, other_car: Notice) -> None:
    frugal = replace(house, fraud=house.fraud.model_copy(update={"most_laid": 0}))
    photographed(frugal, notice, SCRATCH)
    second = photographed(frugal, other_car, ALTERED["cropped"], at=AT + HOUR)
    assert not {fact.code for fact in facts_of(second)} & {FraudCode.NEAR_PHOTO}


def test_a_copy_is_known_where_nothing_is_kept_of_the_first_photo(
    house: House, notice: Notice, other_car: Notice, tmp_path: Path
) -> None:
    first = photographed(house, notice, SCRATCH)
    photos = {sha256(content).hexdigest() for content in SCRATCH.photos}
    for path in (tmp_path / "photos").glob("??/??/*"):
        if path.name not in photos:
            path.unlink()
    second = photographed(house, other_car, ALTERED["cropped"], at=AT + HOUR)
    assert {seen.claim for seen in stored_facts(second).seen_photos} == {first.now.number}


# --- the other case ------------------------------------------------------------------------------------------------


def test_the_earlier_case_is_told(house: House, notice: Notice, other_car: Notice) -> None:
    first = photographed(house, notice, SCRATCH)
    second = photographed(house, other_car, Scene(SCRATCH.photos[1:], SCRATCH.script), at=AT + HOUR)
    assert shared(first) == [SharedPhoto(photo=2, claim=second.id, claim_number=second.now.number, bits=0)]
    assert shared(second) == [SharedPhoto(photo=1, claim=first.id, claim_number=first.now.number, bits=0)]
    assert first.now.risk == second.now.risk == house.fraud.weights[FraudCode.SAME_PHOTO]
    with house.books.reading() as book:
        told = [entry for entry in audit.about(book, thing_of(first.id)) if "same_photo" in str(entry.facts)]
    assert [entry.role for entry in told] == [Role.SYSTEM]


def test_a_case_that_was_paid_is_told_and_stays_closed(house: House, notice: Notice, other_car: Notice) -> None:
    first = photographed(house, notice, SCRATCH)
    pay(first, AT)
    photographed(house, other_car, SCRATCH, at=AT + HOUR)
    assert (found(first), first.now.state) == ({FraudCode.SAME_PHOTO}, CaseState.CLOSED)


def test_a_case_that_was_paid_meanwhile_is_told_as_such(house: House, notice: Notice, other_car: Notice) -> None:
    first = photographed(house, notice, SCRATCH)
    second = photographed(house, other_car, SCRATCH, at=AT + HOUR)
    assert FraudCode.SAME_PHOTO in found(second)
    pay(first, AT + HOUR)
    paid = [fact for fact in facts_of(second) if isinstance(fact.evidence, SharedPhoto)]
    assert {(fact.code, fact.weight) for fact in paid} == {
        (FraudCode.SAME_PHOTO_PAID, house.fraud.weights[FraudCode.SAME_PHOTO_PAID])
    }


# --- what comes later ----------------------------------------------------------------------------------------------


def test_photos_that_come_while_a_person_looks_are_looked_for_elsewhere(
    house: House, notice: Notice, other_car: Notice
) -> None:
    first = photographed(house, notice, SCRATCH)
    case = photographed(house, other_car, OTHER, at=AT + HOUR)
    later, made = AT + 2 * HOUR, made_for(case)
    case.do(case.customer, later, add_photos, [look(house, ALTERED["cropped"].photos[0], "p.jpg", at=later)])
    with house.books.writing() as book:
        taken = jobs.take(book, "w", at=later, lease=HOUR, kinds=[looking_again.LOOK_AGAIN])
    assert taken is not None
    looking_again.carry_out(house, taken, lambda: later)
    assert [one.claim for one in shared(case)] == [first.id]
    assert [one.claim for one in shared(first)] == [case.id]
    assert case.now.risk > 0
    assert made_for(case) == made


@pytest.mark.parametrize(
    ("material", "same_car", "told"),
    [
        (Material.REPAIR_INVOICE, False, True),
        (Material.REPAIR_INVOICE, True, True),
        (Material.IDENTITY_CARD, False, True),
        (Material.IDENTITY_CARD, True, False),
    ],
)
def test_a_document_of_another_case_is_a_fact(
    house: House, notice: Notice, other_car: Notice, material: Material, same_car: bool, told: bool
) -> None:
    """But papers of one car and its driver come again with each of its cases."""
    first = photographed(house, notice, SCRATCH)
    second = photographed(house, notice if same_car else other_car, OTHER, at=AT + HOUR)
    for case in (first, second):
        case.do(case.customer, AT + 2 * HOUR, submitting.add_material, material, "ab" * 32)
    facts = [fact.evidence for fact in facts_of(second) if isinstance(fact.evidence, SharedDocument)]
    expected = SharedDocument(material=material, claim=first.id, claim_number=first.now.number)
    assert facts == ([expected] if told else [])
    assert FraudCode.SAME_DOCUMENT not in found(first)


# --- what a person makes of it -------------------------------------------------------------------------------------


def test_an_amount_that_a_person_names_is_judged_and_stands(house: House, notice: Notice, other_car: Notice) -> None:
    photographed(house, notice, SCRATCH)
    case = photographed(house, other_car, SCRATCH, at=AT + HOUR)
    now, expert = AT + 2 * HOUR, somebody(house, Role.EXPERT)
    case.do(expert, now, queue.take)
    before = case.see(expert, now, reviewing.review_of)
    assert FraudCode.PRICE_OUTLIER not in found(case)
    amounts = {"labour": Decimal(4000), "paint": Decimal(0), "parts": Decimal(0), "other": Decimal(0)}
    edit = Edit(line=before.review.lines[0].number, why=Why.QUOTATION, **amounts)
    risk = case.now.risk
    after = case.do(expert, now, reviewing.correct, [edit], before.version)
    [outlier] = [fact.evidence for fact in facts_of(case) if isinstance(fact.evidence, Outlier)]
    assert (outlier.amount, outlier.place) == (Decimal(4000), before.review.lines[0].ref)
    assert outlier.median * 2 < outlier.amount
    assert case.now.risk == risk + house.fraud.weights[FraudCode.PRICE_OUTLIER]
    offered = case.do(expert, now, deciding.approve, after.version, "按修理厂报价", despite_cover="unknown")
    assert offered.state is CaseState.ASSESSED
