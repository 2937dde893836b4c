"""Fraud facts are stored once and come back whole; what they are looked for in is found, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from photo_rows import add_photo

from claims.actors import Actor, ActorKind
from claims.assess import conclude
from claims.facts import CaseFacts
from claims.fraud_case import OtherPhoto, OwnPhoto
from claims.fraud_facts import (
    CaptureTime,
    Character,
    Distance,
    Evidence,
    FraudCode,
    FraudFact,
    Outlier,
    Repeat,
    SharedDocument,
    SharedPhoto,
    Tally,
)
from claims.ids import new_id
from claims.materials import Material
from claims.notice import Notice
from claims.replay import StoredEstimate
from claims.repository import assessments, fraud, notices, offers, payments, reviews, same_car
from claims.repository.alike_photos import Likely
from claims.repository.assessments import Made
from claims.repository.book import Book, Books
from claims.repository.claims import Claim
from claims.repository.offers import Offer
from claims.repository.payments import Payment
from claims.repository.photos import Photo
from claims.review import correct, open_review, shop_of
from claims.review_changes import Add, Remove, Why
from claims.review_rules import ReviewRules
from claims.rulebook import Rulebook
from claims.states import Role
from claims.tables.words import ReturnReason
from claims.triage import Authority, CaseClass, Route
from model.findings import Damage, PartRef
from model.findings import Evidence as Seen
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.estimate import estimate
from parts_pricing.operations import Operation

AT = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)
LATER = AT + timedelta(hours=3)
ON = date(2026, 11, 22)
SHA, PHASH = "ab" * 32, 0xFEDC_BA98_7654_3210
HOOD, BUMPER = PartRef(part=Part.HOOD), PartRef(part=Part.FRONT_BUMPER)
DOOR = PartRef(part=Part.FRONT_DOOR, side=Side.LEFT)


# --- facts ----------------------------------------------------------------------------------------------------------

SHARED_PHOTO = SharedPhoto(photo=2, claim=UUID(int=5), claim_number="QC-7K3M9-X2T4P", bits=3)
TIME, COUNT = CaptureTime(photo=1, hours=30), Tally(count=4)
EVIDENCE: dict[FraudCode, Evidence] = {
    FraudCode.SAME_PHOTO: replace(SHARED_PHOTO, bits=0),
    FraudCode.SAME_PHOTO_PAID: replace(SHARED_PHOTO, bits=0),
    FraudCode.NEAR_PHOTO: SHARED_PHOTO,
    FraudCode.NEAR_PHOTO_PAID: SHARED_PHOTO,
    FraudCode.SAME_DOCUMENT: SharedDocument(
        material=Material.REPAIR_INVOICE, claim=UUID(int=5), claim_number="QC-7K3M9-X2T4P"
    ),
    FraudCode.TAKEN_BEFORE_POLICY: TIME,
    FraudCode.TAKEN_AFTER_REPORT: TIME,
    FraudCode.TAKEN_AFTER_ARRIVAL: TIME,
    FraudCode.FAR_FROM_LOSS: Distance(photo=1, km=240),
    FraudCode.PRICE_OUTLIER: Outlier(
        place=DOOR, operation=Operation.REPLACE, amount=Decimal("900.50"), median=Decimal("400.00"), currency="CNY"
    ),
    FraudCode.REPEATED_PART: Repeat(place=HOOD, claims=(UUID(int=5), UUID(int=6)), numbers=("QC-1", "QC-2")),
    FraudCode.MANY_COMPLAINTS: COUNT,
    FraudCode.HIGH_RISK_TAG: COUNT,
    FraudCode.VIN_CHECK_DIGIT: Character(place=9),
}


@pytest.mark.parametrize("code", FraudCode)
def test_every_kind_of_fact_comes_back(books: Books, add_claim: Callable[..., Claim], code: FraudCode) -> None:
    claim = add_claim().id
    fact = FraudFact(code=code, evidence=EVIDENCE[code], weight=40)
    with books.writing() as book:
        assert fraud.add(book, claim, [fact], at=AT) == (fact,)
    with books.reading() as book:
        [found] = fraud.of_claim(book, claim)
        assert found.fact == fact
        assert type(found.fact.evidence) is type(fact.evidence)
        assert found.fact.note == fact.note


def test_a_fact_is_stored_once(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim, other = add_claim().id, add_claim().id
    facts = [FraudFact(code=code, evidence=evidence, weight=10) for code, evidence in EVIDENCE.items()]
    heavier = replace(facts[0], weight=99)
    further = FraudFact(code=FraudCode.NEAR_PHOTO, evidence=replace(SHARED_PHOTO, photo=3), weight=10)
    with books.writing() as book:
        assert fraud.add(book, claim, facts, at=AT) == tuple(facts)
        assert fraud.add(book, claim, [heavier, further, *facts], at=LATER) == (further,)
        assert fraud.add(book, other, facts[:1], at=LATER) == tuple(facts[:1])
    with books.reading() as book:
        stored = fraud.of_claim(book, claim)
        assert [found.fact for found in stored] == [*facts, further]
        assert [found.found_at for found in stored] == [*[AT] * len(facts), LATER]


def test_evidence_of_another_kind_is_refused(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim().id
    wrong = FraudFact(code=FraudCode.SAME_PHOTO, evidence=COUNT, weight=1)
    with pytest.raises(TypeError, match="same_photo"), books.writing() as book:
        fraud.add(book, claim, [wrong], at=AT)


# --- photos and cars of other cases ---------------------------------------------------------------------------------


def a_photo(claim: UUID, sha256: str, phash: int | None, at: datetime = AT) -> Photo:
    return Photo(
        id=new_id(at),
        claim=claim,
        sha256=sha256,
        added_at=at,
        added_by="customer:1",
        size=1,
        media_type="image/jpeg",
        phash=phash,
        usable=True,
    )


def pay(book: Book, claim: UUID, *, assessment: UUID | None = None, version: int = 0) -> Payment:
    """An offer of a case that was made, and money that is on its way."""
    offer = Offer(
        id=new_id(AT),
        claim=claim,
        assessment=assessment,
        review_version=version,
        amount=Decimal("80.00"),
        total=Decimal("80.00"),
        currency="CNY",
        made_at=AT,
        made_by="system:1",
        role=Role.SYSTEM,
        machine=True,
    )
    made = offers.make(book, offer)
    going = Payment(
        id=new_id(AT),
        claim=claim,
        offer=made.id,
        amount=made.amount,
        currency="CNY",
        started_at=AT,
        started_by="system:1",
    )
    return payments.start(book, going)


def test_photos_of_other_cases_and_whether_they_were_paid(books: Books, add_claim: Callable[..., Claim]) -> None:
    mine, paid, returned, unlike = (add_claim() for _ in range(4))
    near = PHASH ^ 0b101
    with books.writing() as book:
        add_photo(book, a_photo(mine.id, SHA, PHASH))
        add_photo(book, a_photo(paid.id, "cd" * 32, near, AT + timedelta(seconds=1)))
        add_photo(book, a_photo(returned.id, SHA, None, AT + timedelta(seconds=2)))
        add_photo(book, a_photo(unlike.id, "ee" * 32, ~PHASH & (1 << 64) - 1))
        payments.paid(book, pay(book, paid.id), proof="1", at=LATER)
        payments.returned(book, pay(book, returned.id), ReturnReason.OTHER, at=LATER)
    own = OwnPhoto(number=1, sha256=SHA, phashes=(PHASH,), arrived_at=AT)
    with books.reading() as book:
        assert fraud.other_photos(book, mine.id, [own, replace(own, number=2)]) == (
            OtherPhoto(claim=paid.id, claim_number=paid.number, sha256="cd" * 32, phash=near, paid=True),
            OtherPhoto(claim=returned.id, claim_number=returned.number, sha256=SHA, phash=None, paid=False),
        )
        assert fraud.paid_claims(book, [mine.id, paid.id, returned.id]) == {paid.id}


def test_copies_are_told_by_their_cases_but_not_of_a_case_that_is_gone(
    books: Books, add_claim: Callable[..., Claim]
) -> None:
    there = add_claim()
    copy = Likely(photo=SHA, claim=there.id, position=2, sha256="cd" * 32, phash=PHASH, bits=3)
    with books.reading() as book:
        assert fraud.copies(book, [copy, replace(copy, claim=new_id(AT))]) == (
            OtherPhoto(claim=there.id, claim_number=there.number, number=3, sha256="cd" * 32, phash=PHASH, copy_of=SHA),
        )


def damage(ref: PartRef, *, doubtful: bool = False) -> Damage:
    return Damage(
        part=ref.part,
        side=ref.side,
        kind=DamageKind.SCRATCH,
        severity=Severity.MINOR,
        confidence=0.9,
        evidence=(Seen(photo=0, box=(10.0, 20.0, 110.5, 90.0), score=0.9, label="scratch"),),
        doubtful=doubtful,
    )


OPEN = replace(damage(HOOD), part=None, side=Side.UNKNOWN, candidates=(HOOD, BUMPER))


@pytest.fixture
def assessed(rulebook: Rulebook) -> Callable[..., Made]:
    """``assessed(book, claim, [damage, …])``: kept, as the machine said it."""

    def keep(book: Book, claim: UUID, damages: list[Damage], at: datetime = AT) -> Made:
        facts = CaseFacts(injury=at is AT)
        whole = replace(conclude((), facts, rulebook, model_version="m 1", on=ON), damages=tuple(damages))
        made = Made(
            id=new_id(at),
            claim=claim,
            made_at=at,
            estimate=StoredEstimate.of(whole, facts, on=ON),
            route=Route.HUMAN_REVIEW,
            case_class=CaseClass.SIMPLE,
            authority=Authority.JUNIOR,
            currency="CNY",
            total=Decimal("1.00"),
            low=Decimal("1.00"),
            high=Decimal("1.00"),
        )
        return assessments.keep(book, made)[0]

    return keep


@pytest.fixture
def corrected(rulebook: Rulebook) -> Callable[[Book, Made, UUID], None]:
    """A person takes the bumper out, and adds a door, to the lines of hood and bumper."""

    def correct_it(book: Book, made: Made, person: UUID) -> None:
        shop = shop_of(rulebook, CaseFacts(), ON)
        damages = [damage(HOOD), damage(BUMPER)]
        priced = estimate(
            damages,
            vehicle=shop.vehicle,
            catalogue=shop.catalogue,
            rates=rulebook.rates,
            rules=shop.rules,
            profile=shop.profile,
            on=ON,
        )
        review = open_review(priced, damages, [None], shop)
        [bumper] = [line.number for line in review.lines if line.ref == BUMPER]
        door = Add(
            why=Why.MISSED,
            part=DOOR.part,
            side=DOOR.side,
            operation=Operation.REFINISH,
            kind=DamageKind.SCRATCH,
            severity=Severity.MINOR,
        )
        changes = (Remove(line=bumper, why=Why.OLD_DAMAGE), door)
        actor = Actor(kind=ActorKind.STAFF, id=person, role=Role.SENIOR)
        after = correct(review, changes, version=0, by=actor, at=AT, limits=ReviewRules.load().limits)
        reviews.add(book, made.id, changes, after, by=person, role=Role.SENIOR, at=AT)

    return correct_it


def test_cases_of_the_same_car_and_their_parts(
    books: Books,
    add_claim: Callable[..., Claim],
    add_person: Callable[..., UUID],
    notice: Notice,
    assessed: Callable[..., Made],
    corrected: Callable[[Book, Made, UUID], None],
) -> None:
    person = add_person()
    mine, seen, reviewed, stranger = sorted((add_claim() for _ in range(4)), key=lambda claim: claim.id)
    earlier = notice.model_copy(update={"happened_at": AT - timedelta(days=90), "vin": None})
    same_vin = notice.model_copy(update={"plate": "沪A99999"})
    other_car = notice.model_copy(update={"plate": "沪A99998", "vin": None})
    with books.writing() as book:
        for claim, told in ((mine, notice), (seen, earlier), (reviewed, same_vin), (stranger, other_car)):
            notices.add(book, claim.id, told, at=AT)
        assessed(book, seen.id, [damage(BUMPER)])
        assessed(book, seen.id, [damage(HOOD), OPEN, damage(DOOR, doubtful=True)], LATER)
        corrected(book, assessed(book, reviewed.id, [damage(HOOD), damage(BUMPER)]), person)
    with books.reading() as book:
        first, second = same_car.other_claims(book, mine.id, plate=notice.plate, vin=notice.vin)
        assert (first.claim, first.claim_number) == (seen.id, seen.number)
        assert (first.happened_at, first.parts) == (earlier.happened_at, {HOOD})
        assert (second.claim, second.parts) == (reviewed.id, {HOOD, DOOR})
        [by_plate] = same_car.other_claims(book, mine.id, plate=notice.plate, vin=None)
        assert by_plate == first
        assert same_car.other_claims(book, mine.id, plate=None, vin=None) == ()
        assert same_car.other_claims(book, mine.id, plate=notice.plate, vin=notice.vin, most=1) == (second,)
        assert same_car.damaged_parts(book, [mine.id]) == {mine.id: frozenset()}


def test_parts_that_were_paid_for(
    books: Books,
    add_claim: Callable[..., Claim],
    add_person: Callable[..., UUID],
    assessed: Callable[..., Made],
    corrected: Callable[[Book, Made, UUID], None],
) -> None:
    """What the offer was made on counts: the machine's lines here, a person's there."""
    person, by_machine, by_person, unpaid = add_person(), add_claim().id, add_claim().id, add_claim().id
    with books.writing() as book:
        one, two = (assessed(book, claim, [damage(HOOD), damage(BUMPER)]) for claim in (by_machine, by_person))
        corrected(book, one, person)
        corrected(book, two, person)
        payments.paid(book, pay(book, by_machine, assessment=one.id), proof="1", at=AT)
        payments.paid(book, pay(book, by_person, assessment=two.id, version=1), proof="2", at=LATER)
        pay(book, unpaid, assessment=assessed(book, unpaid, [damage(HOOD)]).id)
    with books.reading() as book:
        assert same_car.paid_parts(book, [by_machine], since=AT) == {HOOD, BUMPER}
        assert same_car.paid_parts(book, [by_machine, by_person], since=LATER) == {HOOD, DOOR}
        assert same_car.paid_parts(book, [unpaid], since=AT) == frozenset()
        assert same_car.paid_parts(book, [], since=AT) == frozenset()
