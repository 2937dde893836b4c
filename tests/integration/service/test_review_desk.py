"""An adjuster decides, on both databases: corrections, authority, what the customer is offered, what is learned."""

import json
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from bank import arrives
from desks import AT, open_house, scene
from reviews import HOUR, MINUTE, Case, in_review, reported, somebody
from sqlalchemy import select, text

from claims.actors import Actor
from claims.canonical import packed
from claims.desk import deciding, handing_over, offering, queue, reviewing, submitting, wishes
from claims.desk.cover import Cover, state_cover
from claims.desk.house import House
from claims.desk.photos import add_photos, look
from claims.desk.review_version import Version
from claims.desk.reviewing import InReview
from claims.examples import Example, Lesson, as_coco
from claims.keys import Keys
from claims.marks import Mark
from claims.materials import Material
from claims.notice import Notice
from claims.repository import audit, offers, reviews
from claims.repository.book import Books
from claims.review_changes import Add, Change, Edit, Remove, Why
from claims.states import CaseState, Role
from claims.tables import examples
from model.errors import ClaimError, ReviewError, RightsError
from model.notes import Note
from model.vocabulary import Part, Severity, Side
from parts_pricing.operations import Operation

SCRATCH = scene("01-scratched-door-two-views")
NOW, LATER = AT + HOUR, AT + 2 * HOUR


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH)


@pytest.fixture
def case(house: House, notice: Notice) -> Case:
    return in_review(house, notice, SCRATCH)


@pytest.fixture
def senior(house: House, case: Case) -> Actor:
    """Who holds the case from NOW on."""
    actor = somebody(house, Role.SENIOR)
    case.do(actor, NOW, queue.take)
    return actor


def review_of(case: Case, actor: Actor) -> InReview:
    return case.see(actor, NOW, reviewing.review_of)


def corrected(case: Case, actor: Actor, *changes: Change) -> InReview:
    return case.do(actor, NOW, reviewing.correct, changes, review_of(case, actor).version)


def amounting_to(total: str, line: int = 0) -> Edit:
    given = {"labour": Decimal(total), "paint": Decimal(0), "parts": Decimal(0), "other": Decimal(0)}
    return Edit(line=line, why=Why.QUOTATION, **given)


def learned(case: Case) -> list[Example]:
    """In the order of their boxes: those of one decision are made within a millisecond, in no order of their own."""
    with case.house.books.reading() as book:
        found = [example for _, example in reviews.examples_after(book)]
    return sorted(found, key=lambda one: (one.photo.sha256, one.box))


def test_a_stored_review_is_the_machines_estimate_to_the_cent(case: Case, senior: Actor) -> None:
    found = review_of(case, senior)
    told = found.made.estimate.told["estimate"]
    assert [f"{line.amount:f}" for line in found.review.lines] == [line["total"] for line in told["lines"]]
    assert (f"{found.review.net:f}", found.review.version, found.review.overridden) == (told["net"], 0, False)
    assert [photo.sha256 for photo in found.review.photos if photo] == list(found.made.estimate.photos)


@pytest.mark.parametrize(
    ("changed", "lesson"),
    [
        ({"part": Part.REAR_DOOR}, {"part": Part.REAR_DOOR}),
        ({"side": Side.RIGHT}, {"side": Side.RIGHT}),
        ({"severity": Severity.SEVERE}, {"severity": Severity.SEVERE}),
        ({"operation": Operation.REPLACE}, {"operation": Operation.REPLACE}),
        ({"labour": Decimal("777.70")}, {}),
    ],
)
def test_a_correction_stands_beside_the_machines_value_and_teaches(
    case: Case, senior: Actor, changed: dict[str, object], lesson: dict[str, object]
) -> None:
    before = review_of(case, senior).review
    after = corrected(case, senior, Edit(line=0, why=Why.WRONG_PART, **changed))
    again = review_of(case, senior)
    assert again.review == after.review
    assert again.version == Version(after.made.id, 1, 2)
    line = again.review.lines[0]
    assert line.machine == before.lines[0].machine
    assert line.human is not None
    assert line.human != line.machine
    assert learned(case) == []
    case.do(
        senior, NOW + MINUTE, deciding.approve, again.version, "看过照片", [Why.WRONG_PART], despite_cover="unknown"
    )
    taught = learned(case)
    assert len(taught) == len(line.marks) == 2
    assert {one.photo.sha256 for one in taught if one.photo} == set(after.made.estimate.photos)
    assert {(one.lesson, one.amount, one.role) for one in taught} == {(Lesson.CHANGED, line.amount, Role.SENIOR)}
    assert {name: getattr(taught[0], name) for name in lesson} == lesson


def test_two_people_do_not_write_the_same_version(case: Case, senior: Actor) -> None:
    seen = review_of(case, senior).version
    case.do(senior, NOW, reviewing.correct, [amounting_to("500.00")], Version.of(seen.text))
    for use, given in ((reviewing.correct, ([amounting_to("600.00")], seen)), (deciding.approve, (seen, "看过"))):
        with pytest.raises(ReviewError, match="stale_version") as refused:
            case.do(senior, NOW, use, *given)
        assert refused.value.facts["version"] == 1
    assert review_of(case, senior).review.total == Decimal("500.00")
    with pytest.raises(ReviewError, match="stale_version"):
        case.do(senior, NOW, reviewing.correct, [amounting_to("600.00")], Version(UUID(int=1), 1, 2))


@pytest.mark.parametrize("text", ["", "1", "none", "none.x", f"{'g' * 32}.1", f"{'a' * 32}.1 "])
def test_a_text_that_names_no_version_is_stale(text: str) -> None:
    with pytest.raises(ReviewError, match="stale_version"):
        Version.of(text)


def test_a_correction_is_a_sign_of_life_and_needs_the_case_in_hand(case: Case, senior: Actor) -> None:
    seen = review_of(case, senior).version
    until = case.do(senior, NOW + 19 * MINUTE, reviewing.correct, [amounting_to("500.00")], seen).claim.lease
    assert until is not None
    assert until.until == NOW + 39 * MINUTE
    with pytest.raises(ReviewError, match="lease_over"):
        case.do(senior, NOW + 39 * MINUTE, reviewing.correct, [amounting_to("600.00")], seen)
    with pytest.raises(ReviewError, match="held_by_other"):
        case.do(somebody(case.house, Role.EXPERT), NOW, reviewing.correct, [amounting_to("600.00")], seen)
    with pytest.raises(RightsError, match="forbidden"):
        case.do(case.customer, NOW, reviewing.correct, [amounting_to("1.00")], seen)
    assert review_of(case, senior).review.total == Decimal("500.00")


@pytest.mark.parametrize(
    ("role", "too_much", "enough"),
    [
        (Role.JUNIOR, ("5000.01", "1000.00"), "999.99"),
        (Role.SENIOR, ("5000.01",), "5000.00"),
        (Role.EXPERT, (), "5000.01"),
    ],
)
def test_each_role_decides_up_to_its_limit(case: Case, role: Role, too_much: tuple[str, ...], enough: str) -> None:
    actor = somebody(case.house, role)
    case.do(actor, NOW, queue.take)
    for total in too_much:
        version = corrected(case, actor, amounting_to(total)).version
        for use, given in ((deciding.approve, (version, "按修理厂报价")), (deciding.decline, ("不属于", "第七条"))):
            refusal = "forbidden" if role is Role.JUNIOR and use is deciding.decline else "beyond_authority"
            with pytest.raises(RightsError, match=refusal):
                case.do(actor, NOW, use, *given)
    version = corrected(case, actor, amounting_to(enough)).version
    claim = case.do(actor, NOW, deciding.approve, version, "按修理厂报价", despite_cover="unknown")
    assert (claim.state, claim.lease) == (CaseState.ASSESSED, None)
    assert claim.amount == Decimal(enough)
    with case.house.books.reading() as book:
        refused = [one for one in audit.entries(book) if one.actor == actor.name and one.action.startswith("rights.")]
    amounts = [one.facts["amount"] for one in refused if one.action == "rights.beyond_authority"]
    assert set(amounts) == set(too_much)


def test_who_differs_by_more_than_a_tenth_says_why(case: Case, senior: Actor) -> None:
    machine = review_of(case, senior).review.machine_total
    near, far = machine * Decimal("1.10"), machine * Decimal("1.10") + 1
    version = corrected(case, senior, amounting_to(f"{far:.2f}")).version
    for words, reasons in ((None, ()), ("  ", ()), (None, [Why.OTHER])):
        with pytest.raises(RightsError, match="reason_needed"):
            case.do(senior, NOW, deciding.approve, version, words, reasons, despite_cover="unknown")
    version = corrected(case, senior, amounting_to(f"{near:.2f}")).version
    assert case.do(senior, NOW, deciding.approve, version, despite_cover="unknown").state is CaseState.ASSESSED


def test_a_reason_by_its_code_stands_with_the_offer(case: Case, senior: Actor) -> None:
    version = corrected(case, senior, amounting_to("900.00")).version
    case.do(
        senior,
        NOW,
        deciding.approve,
        version,
        None,
        [Why.QUOTATION, Why.QUOTATION, Why.AGREED],
        despite_cover="unknown",
    )
    with case.house.books.reading() as book:
        offer = offers.open_of(book, case.id)
    assert offer is not None
    assert offer.reasons == (Note("name.why.quotation"), Note("name.why.agreed"))
    assert (offer.review_version, offer.machine, offer.made_by) == (1, False, senior.name)


def test_a_line_without_a_price_is_not_offered(case: Case, senior: Actor) -> None:
    bare = Add(part=Part.GRILLE, operation=Operation.REPAIR, why=Why.MISSED)
    version = corrected(case, senior, bare).version
    with pytest.raises(ReviewError, match="unpriced_lines") as refused:
        case.do(senior, NOW, deciding.approve, version, "看过", despite_cover="unknown")
    line = review_of(case, senior).review.lines[-1].number
    assert refused.value.facts["lines"] == (line + 1,)
    version = corrected(case, senior, Remove(line=line, why=Why.MISTAKE)).version
    assert case.do(senior, NOW, deciding.approve, version, "看过", despite_cover="unknown").state is CaseState.ASSESSED


def test_a_deductible_stated_later_counts(case: Case, senior: Actor) -> None:
    case.do(senior, NOW, state_cover, Cover(deductible=Decimal("100.00")))
    found = review_of(case, senior)
    assert found.review.net == found.review.total - 100
    assert case.do(senior, NOW, deciding.approve, found.version, despite_cover="unknown").amount == found.review.net


def test_an_approved_case_is_accepted_and_paid(case: Case, senior: Actor) -> None:
    version = corrected(case, senior, amounting_to("930.00")).version
    case.do(senior, NOW, deciding.approve, version, "按修理厂报价", despite_cover="unknown")
    with case.house.books.reading() as book:
        offer = offers.open_of(book, case.id)
    assert offer is not None
    for number, material in enumerate(Material):
        case.do(case.customer, LATER, submitting.add_material, material, f"{number:064x}")
    claim = case.do(case.customer, LATER, offering.accept, offer.id, signature="王小明")
    assert claim.state is CaseState.PENDING_PAYMENT
    claim = arrives(case.house, senior, case.id, LATER)
    assert (claim.state, claim.amount) == (CaseState.CLOSED, Decimal("930.00"))
    moves = [step.move for step in case.steps]
    assert moves[-4:] == ["settle", "accept", "start_payment", "confirm_payment"]
    settle = case.steps[-4]
    assert (settle.reason, settle.reason_text, settle.node) == (Note("moved.settle"), "按修理厂报价", "review_result")
    with case.house.books.reading() as book:
        assert not audit.verify(book)


def test_only_a_person_with_a_reason_and_terms_declines(case: Case, senior: Actor) -> None:
    for words, terms in (("", "第七条"), ("旧损", " "), (" ", "")):
        with pytest.raises(ClaimError, match="needs_more"):
            case.do(senior, NOW, deciding.decline, words, terms)
    claim = case.do(senior, NOW, deciding.decline, "旧损", "第七条第三款")
    assert claim.state is CaseState.DECLINED_MANUAL
    assert case.steps[-1].reason_text == "旧损\n第七条第三款"


def test_an_offer_is_taken_back_before_the_money_goes_out(case: Case, senior: Actor) -> None:
    version = corrected(case, senior, amounting_to("930.00")).version
    case.do(senior, NOW, deciding.approve, version, "按修理厂报价", despite_cover="unknown")
    with pytest.raises(ClaimError, match="needs_more"):
        case.do(senior, LATER, deciding.recall, " ")
    claim = case.do(senior, LATER, deciding.recall, "照片是另一辆车")
    assert (claim.state, claim.amount) == (CaseState.IN_REVIEW, None)
    with case.house.books.reading() as book:
        assert offers.open_of(book, case.id) is None
    case.do(senior, LATER, queue.take)
    seen = case.see(senior, LATER, reviewing.review_of)
    assert seen.review.total == Decimal("930.00")
    drawn = Mark(photo=1, box=(10, 10, 90, 90))
    change = Edit(line=0, why=Why.WRONG_BOX, marks=(drawn,), labour=Decimal("940.00"))
    after = case.do(senior, LATER, reviewing.correct, [change], seen.version)
    before = learned(case)
    case.do(senior, LATER + MINUTE, deciding.approve, after.version, "看过", despite_cover="unknown")
    assert [(one.box, one.amount) for one in learned(case)] == [((10.0, 10.0, 90.0, 90.0), Decimal("940.00"))]
    with case.house.books.reading() as book:
        kept = book.connection.execute(select(examples.c.amount)).scalars().all()
    assert len(kept) == len(before) + 1


def test_a_box_is_taught_once_however_often_a_case_is_decided(case: Case, senior: Actor, house: House) -> None:
    """The last word wins, also over lines that nobody touched since; other cases keep theirs."""
    version = corrected(case, senior, amounting_to("930.00")).version
    case.do(senior, NOW, deciding.approve, version, "按修理厂报价", despite_cover="unknown")
    first = learned(case)
    case.do(case.customer, LATER, wishes.contest, "还有一处")
    other = somebody(house, Role.SENIOR, "other")
    case.do(other, LATER, queue.take_up)
    version = case.see(other, LATER, reviewing.review_of).version
    case.do(other, LATER + MINUTE, deciding.approve, version, "看过", despite_cover="unknown")
    assert learned(case) == first
    with house.books.reading() as book:
        one_by_one = [reviews.examples_after(book, limit=1)]
        while one_by_one[-1]:
            one_by_one.append(reviews.examples_after(book, after=one_by_one[-1][-1][0], limit=1))
    assert sorted((one.box for page in one_by_one for _, one in page), key=str) == sorted(
        (one.box for one in first), key=str
    )
    pictures = json.loads(as_coco(learned(case)))["annotations"]
    boxes = [(one["image_id"], one["category_id"], tuple(one["bbox"])) for one in pictures]
    assert len(boxes) == len(set(boxes)) > 0


def test_a_case_that_the_machine_never_looked_at_is_built_by_a_person(house: House, notice: Notice) -> None:
    case, expert = reported(house, notice), somebody(house, Role.EXPERT)
    case.do(case.customer, AT, add_photos, [look(house, SCRATCH.photos[0], "p.jpg", at=AT)])
    case.do(case.customer, AT, submitting.submit)
    with pytest.raises(ClaimError, match="needs_more"):
        case.do(expert, NOW, handing_over.refer, " ")
    case.do(expert, NOW, handing_over.refer, "客户来电")
    case.do(expert, NOW, queue.take)
    seen = review_of(case, expert)
    assert (seen.version, seen.review.lines, seen.review.total) == (Version(None, 0, 1), (), Decimal(0))
    added = Add(
        part=Part.FRONT_DOOR,
        side=Side.LEFT,
        operation=Operation.REPAIR,
        why=Why.MISSED,
        labour=Decimal("300.00"),
        paint=Decimal(0),
        marks=(Mark(photo=0, box=(10, 10, 90, 90)),),
    )
    after = case.do(expert, NOW, reviewing.correct, [added], Version.of(seen.version.text))
    assert review_of(case, expert).review == after.review
    with pytest.raises(ReviewError, match="stale_version"):
        case.do(expert, NOW, reviewing.correct, [added], seen.version)
    with pytest.raises(RightsError, match="reason_needed"):
        case.do(expert, NOW, deciding.approve, after.version, despite_cover="unknown")
    claim = case.do(expert, NOW + MINUTE, deciding.approve, after.version, "现场看过", despite_cover="unknown")
    assert (claim.state, claim.amount) == (CaseState.ASSESSED, after.review.total)
    assert [one.lesson for one in learned(case)] == [Lesson.ADDED]


def test_an_estimate_by_other_prices_is_not_opened(case: Case, senior: Actor) -> None:
    made = review_of(case, senior).made
    told = {**made.estimate.versions, "prices": "2020-01-01"}
    with case.house.books.writing() as book:
        book.connection.execute(text("UPDATE assessments SET versions = :told"), {"told": packed(told).decode()})
    with pytest.raises(ReviewError, match="not_reproduced"):
        review_of(case, senior)
