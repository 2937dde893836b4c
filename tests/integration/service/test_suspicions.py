"""What other cases tell about one: photos that they have too, parts paid for; and who is drawn for a check."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from desks import AT, Scene, open_house, scene
from PIL import Image
from reviews import HOUR
from suspected import copies, found, made_for, pay, photographed, stored_facts

from claims.assess import conclude
from claims.desk.desk import SYSTEM
from claims.desk.house import House
from claims.desk.looking import observations_of
from claims.desk.suspicions import draw, known_facts, note_down, surroundings
from claims.fraud_facts import FraudCode
from claims.keys import Keys
from claims.notice import Notice
from claims.repository import claims, fraud
from claims.repository.book import Books
from claims.triage import Route
from model.labels import LabelPart
from model.vocabulary import Part, Side

SCRATCH, OTHER = scene("01-scratched-door-two-views"), scene("01-scratched-door-two-views", seed=7)
YEAR = timedelta(days=365)


def turned(image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.ROTATE_90)


def mirrored(image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def smaller(image: Image.Image) -> Image.Image:
    return image.resize((900, 675), Image.Resampling.LANCZOS)


TURNED, MIRRORED, SMALLER = (copies(SCRATCH, change) for change in (turned, mirrored, smaller))


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH, OTHER, TURNED, MIRRORED, SMALLER)


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
        assert note_down(desk, claim, made, again, around).risk == second.now.risk
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
