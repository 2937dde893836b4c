"""What other cases tell about one: photos that they have too, parts paid for; and who is drawn for a check."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from bank import arrives
from desks import AT, Scene, open_house, scene
from PIL import Image
from reviews import HOUR, Case, looked_at, reported, somebody

from claims.assess import conclude
from claims.desk import offering, submitting
from claims.desk.cover import Cover, state_cover
from claims.desk.desk import SYSTEM
from claims.desk.house import House
from claims.desk.looking import observations_of
from claims.desk.photos import add_photos, look
from claims.desk.suspicions import draw, known_facts, note_down, surroundings
from claims.facts import CaseFacts
from claims.fraud_facts import FraudCode
from claims.keys import Keys
from claims.materials import Material
from claims.notice import Notice
from claims.repository import assessments, claims, fraud, offers
from claims.repository.assessments import Made
from claims.repository.book import Books
from claims.states import CaseState, Role
from claims.triage import Route
from model.labels import LabelPart
from model.vocabulary import Part, Side

SCRATCH, OTHER = scene("01-scratched-door-two-views"), scene("01-scratched-door-two-views", seed=7)
COVER = Cover(policy_active=True, plate_matches_policy=True)
YEAR = timedelta(days=365)


def edited(content: bytes, change: Callable[[Image.Image], Image.Image]) -> bytes:
    out = io.BytesIO()
    change(Image.open(io.BytesIO(content))).save(out, "JPEG", quality=80)
    return out.getvalue()


def turned(image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.ROTATE_90)


def mirrored(image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def smaller(image: Image.Image) -> Image.Image:
    return image.resize((900, 675), Image.Resampling.LANCZOS)


def copies(change: Callable[[Image.Image], Image.Image]) -> Scene:
    """The photos of the first scene under the same script, changed as somebody does who hands them in again."""
    contents = tuple(edited(content, change) for content in SCRATCH.photos)
    rows = [SCRATCH.script[sha256(content).hexdigest()] for content in SCRATCH.photos]
    return Scene(contents, {sha256(content).hexdigest(): given for content, given in zip(contents, rows, strict=True)})


TURNED, MIRRORED, SMALLER = copies(turned), copies(mirrored), copies(smaller)


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH, OTHER, TURNED, MIRRORED, SMALLER)


def photographed(house: House, notice: Notice, photos: Scene, *, at: datetime = AT) -> Case:
    """A covered case that the machine has looked at."""
    case = reported(house, notice, at)
    case.do(somebody(house, Role.FRONT_LINE, f"front-{case.id}"), at, state_cover, COVER)
    case.do(case.customer, at, add_photos, [look(house, one, "p.jpg", at=AT) for one in photos.photos])
    looked_at(case, at)
    return case


def made_for(case: Case) -> Made:
    with case.house.books.reading() as book:
        return assessments.of_claim(book, case.id)[-1]


def stored_facts(case: Case) -> CaseFacts:
    return CaseFacts.from_json(made_for(case).estimate.facts)


def found(case: Case) -> set[FraudCode]:
    with case.house.books.reading() as book:
        return {one.fact.code for one in fraud.of_claim(book, case.id)}


def pay(case: Case, at: datetime) -> None:
    with case.house.desk(case.customer, at) as desk:
        for number, material in enumerate(Material):
            submitting.add_material(desk, case.id, material, f"{number:064x}")
        offer = offers.open_of(desk.book, case.id)
        assert offer is not None
        offering.accept(desk, case.id, offer.id, signature="王小明")
    senior = somebody(case.house, Role.SENIOR, f"senior-{case.id}")
    assert arrives(case.house, senior, case.id, at).state is CaseState.CLOSED


# --- photos of other cases ------------------------------------------------------------------------------------------


def test_a_first_case_knows_of_nothing(house: House, notice: Notice) -> None:
    case = photographed(house, notice, SCRATCH)
    facts = stored_facts(case)
    assert (facts.seen_photos, facts.paid_in_last_year) == ((), ())
    assert found(case) == set()
    assert (made_for(case).route, case.now.risk) == (Route.INSTANT_OFFER, 0)


@pytest.mark.parametrize(
    ("photos", "code"),
    [
        (SCRATCH, FraudCode.SAME_PHOTO),
        (SMALLER, FraudCode.NEAR_PHOTO),
        (TURNED, FraudCode.NEAR_PHOTO),
        (MIRRORED, FraudCode.NEAR_PHOTO),
    ],
    ids=["same", "smaller", "turned", "mirrored"],
)
def test_photos_of_another_case_are_known_by_its_number(
    house: House, notice: Notice, photos: Scene, code: FraudCode
) -> None:
    first = photographed(house, notice, SCRATCH)
    second = photographed(house, notice, photos, at=AT + HOUR)
    assert {seen.claim for seen in stored_facts(second).seen_photos} == {first.now.number}
    assert code in found(second)
    assert second.now.risk > 0
    assert made_for(second).route is Route.HUMAN_REVIEW
    assert made_for(second).total == made_for(first).total, "a suspicion changes no amount"


def test_the_same_photo_twice_in_one_case_is_nobody_elses(house: House, notice: Notice) -> None:
    case = photographed(house, notice, Scene((*SCRATCH.photos, *SMALLER.photos), {}))
    assert stored_facts(case).seen_photos == ()
    assert FraudCode.NEAR_PHOTO not in found(case)


def test_suspicions_are_noted_once(house: House, notice: Notice) -> None:
    photographed(house, notice, SCRATCH)
    second = photographed(house, notice, SCRATCH, at=AT + HOUR)
    with house.books.reading() as book:
        noted = fraud.of_claim(book, second.id)
    made = made_for(second)
    with house.desk(SYSTEM, AT + 2 * HOUR) as desk:
        claim = claims.get(desk.book, second.id)
        assert claim is not None
    seen = observations_of(house, made.estimate.photos, at=AT)
    again = conclude(seen, stored_facts(second), house.rulebook, model_version=house.eyes.version, on=made.estimate.on)
    with house.desk(SYSTEM, AT + 2 * HOUR) as desk:
        around = surroundings(desk, claim, seen)
        assert note_down(desk, claim, made, again, around) == second.now.risk
    with house.books.reading() as book:
        assert fraud.of_claim(book, second.id) == noted


# --- parts that were paid for ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("later", "known"), [(HOUR, True), (YEAR - HOUR, True), (YEAR + HOUR, False)])
def test_a_part_paid_for_within_a_year_is_known(house: House, notice: Notice, later: timedelta, known: bool) -> None:
    first = photographed(house, notice, SCRATCH)
    pay(first, AT)
    second = photographed(house, notice, OTHER, at=AT + later)
    door = LabelPart(part=Part.FRONT_DOOR, side=Side.LEFT)
    assert stored_facts(second).paid_in_last_year == ((door,) if known else ())


def test_what_was_not_paid_or_is_another_car_is_not_known(house: House, notice: Notice) -> None:
    photographed(house, notice, SCRATCH)
    second = photographed(house, notice, OTHER, at=AT + HOUR)
    assert stored_facts(second).paid_in_last_year == ()
    pay(second, AT + 2 * HOUR)
    other_car = notice.model_copy(update={"plate": "沪C99999", "vin": None, "engine_number": None})
    third = photographed(house, other_car, OTHER, at=AT + 3 * HOUR)
    assert stored_facts(third).paid_in_last_year == ()


# --- the draw -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("share", "route"), [(0.0, Route.INSTANT_OFFER), (1.0, Route.HUMAN_REVIEW)])
def test_who_is_drawn_is_looked_at_by_a_person(
    books: Books, tmp_path: Path, keys: Keys, notice: Notice, share: float, route: Route
) -> None:
    case = photographed(open_house(books, tmp_path, keys, SCRATCH, share=share), notice, SCRATCH)
    made = made_for(case)
    assert made.route is route
    told = [reason["code"] for reason in made.estimate.told["decision"]["reasons"]]
    assert told == (["reason.AUDIT_SAMPLE"] if route is Route.HUMAN_REVIEW else ["reason.ALL_CLEAR"])


def test_the_draw_is_among_the_stored_facts(house: House, notice: Notice) -> None:
    case = photographed(house, notice, SCRATCH)
    made = made_for(case)
    stored = stored_facts(case).sample_draw
    assert stored == draw(house.sample, case.now, made.estimate.photos)
    with replace(house, sample=b"x" * 32).looking(SYSTEM, AT) as desk:
        around = surroundings(desk, case.now, observations_of(house, made.estimate.photos, at=AT))
        facts = known_facts(desk, case.now, around)
    assert facts.sample_draw != stored
