"""The pipeline as its callers see it, with a scripted detector and pictures drawn here."""

import io
import itertools
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from claims.assess import Assessment, assess, views
from claims.facts import CaseFacts, SeenPhoto, VehicleFacts
from claims.observe import Eyes, Observation, PhotoSource
from claims.rulebook import Rulebook
from claims.triage import Route
from inference.images import IntakeLimits
from inference.testing import Row, ScriptedDetector
from model.errors import CaseFactsError, UsageError
from model.vocabulary import Part

ON = date(2026, 11, 22)
FACTS = CaseFacts(vehicle=VehicleFacts(vehicle_class="CN2_60_150k"))
CAR: list[Row] = [("front_left_door", 0.9, (50, 50, 550, 400)), ("front_bumper", 0.9, (10, 300, 50, 400))]
Run = Callable[..., Assessment]
SCRATCH: Row = ("scratch", 0.9, (200, 200, 260, 240))


def png(seed: int, size: tuple[int, int] = (640, 480)) -> bytes:
    pixels = np.random.default_rng(seed).integers(40, 220, (size[1] // 16, size[0] // 16, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def run(rulebook: Rulebook) -> Run:
    def assessed(
        photos: Sequence[tuple[str, bytes]], script: dict[str, list[Row]], facts: CaseFacts = FACTS
    ) -> Assessment:
        eyes = Eyes(detector=ScriptedDetector(script), limits=IntakeLimits(), rulebook=rulebook)
        return assess([PhotoSource(name=name, content=data) for name, data in photos], facts, eyes, on=ON)

    return assessed


def codes(result: Assessment) -> list[str]:
    """Reasons without the numbers of photos, which follow the order that they came in."""
    return sorted(item.code for item in result.decision.reasons)


def test_a_photo_that_cannot_be_read_does_not_stop_the_others(run: Run) -> None:
    photos = [("broken.jpg", b"\xff\xd8\xff\xe0 not a photo"), ("door.png", png(1)), ("empty.png", b"")]
    result = run(photos, {"door.png": [*CAR, SCRATCH]})
    assert [seen.usable for seen in result.observations] == [False, True, False]
    assert result.observations[2].rejection.code == "photo.empty"
    assert result.observations[0].sha256
    assert [damage.part for damage in result.damages] == [Part.FRONT_DOOR]
    assert "reason.UNREADABLE_PHOTO" in [item.code for item in result.decision.reasons]


def test_without_any_usable_photo_the_answer_is_still_whole(run: Run) -> None:
    result = run([("a.jpg", b"GIF89a")], {})
    assert not result.usable
    assert result.damages == ()
    assert result.estimate.total == 0
    assert result.decision.wanted


def test_a_photo_without_a_car_never_gives_a_line(run: Run) -> None:
    result = run([("wall.png", png(2))], {"wall.png": [("scratch", 0.9, (100, 100, 300, 200))]})
    assert result.damages == ()
    assert [item.code for item in result.dropped] == ["dropped.no_car"]


def test_the_same_photo_twice_and_another_order_change_no_amount(run: Run) -> None:
    script = {"wide.png": [*CAR, SCRATCH], "close.png": [("scratch", 0.8, (100, 100, 500, 300)), CAR[1]]}
    wide, close = ("wide.png", png(1)), ("close.png", png(2))
    once, turned, doubled = run([wide, close], script), run([close, wide], script), run([wide, close, wide], script)
    assert once.estimate.total == turned.estimate.total == doubled.estimate.total
    assert once.estimate.high == turned.estimate.high == doubled.estimate.high
    assert codes(once) == codes(turned) == codes(doubled)


def test_what_may_be_no_car_stays_but_makes_no_line(run: Run) -> None:
    wall: list[Row] = [("scratch", 0.9, (100, 100, 300, 200)), ("hood", 0.5, (0, 0, 600, 400))]
    script = {"wall.png": wall, "wide.png": [*CAR, SCRATCH]}
    alone = run([("wall.png", png(2))], script)
    assert [damage.doubtful for damage in alone.damages] == [True]
    assert alone.estimate.lines == ()
    assert codes(alone).count("reason.PART_UNKNOWN") == 1
    assert [item.code for item in alone.decision.wanted] == ["shot.wider"]
    both = run([("wall.png", png(2)), ("wide.png", png(1))], script)
    assert [line.damages for line in both.estimate.lines] == [(0,)]
    assert both.damages[0].part is Part.FRONT_DOOR


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_chain_of_near_copies_is_one_view_in_any_order(order: tuple[int, ...]) -> None:
    hashes = (0b0, 0b1111, 0b11111111)  # the outer two are 8 bits apart, each 4 from the middle one
    seen = [
        Observation(index=place, name=f"{one}", sha256=f"{one:064x}", phashes=(hashes[one],))
        for place, one in enumerate(order)
    ]
    assert set(views(seen)) == {f"{0:016x}"}


def altered(picture: Image.Image, how: str) -> Image.Image:
    width, height = picture.size
    match how:
        case "mirror":
            return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        case "crop":
            return picture.crop((width // 20, height // 20, width - width // 20, height - height // 20))
        case "turn":
            return picture.rotate(7)
        case _:
            return picture.transform(
                picture.size, Image.Transform.QUAD, (20, 15, 5, height - 30, width, height, width - 15, 0)
            )


@pytest.mark.photos
@pytest.mark.parametrize("how", ["mirror", "crop", "turn", "warp"])
def test_an_altered_copy_is_no_second_view(run: Run, shared_photos: Path, how: str) -> None:
    with Image.open(shared_photos / "car_parts" / "images" / "00002.jpg") as picture:
        copy = altered(picture.convert("RGB"), how)
        files = {"one.png": picture.convert("RGB"), "copy.png": copy}
    result = run([(name, saved(image)) for name, image in files.items()], {name: [*CAR, SCRATCH] for name in files})
    assert "reason.ONE_VIEW" in [item.code for item in result.decision.reasons]


@pytest.mark.photos
def test_two_photos_are_two_views(run: Run, shared_photos: Path) -> None:
    folder = shared_photos / "car_parts" / "images"
    files = {f"{number}.jpg": (folder / f"{number}.jpg").read_bytes() for number in ("00002", "00003")}
    result = run(list(files.items()), {name: [*CAR, SCRATCH] for name in files})
    assert "reason.ONE_VIEW" not in [item.code for item in result.decision.reasons]


def saved(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_a_photo_of_another_claim_is_a_fact_for_a_person(run: Run) -> None:
    script = {"wide.png": [*CAR, SCRATCH]}
    first = run([("wide.png", png(1))], script)
    seen = SeenPhoto(sha256="0" * 64, phash=f"{first.observations[0].phashes[0]:016x}", claim="A-1")
    again = run([("wide.png", png(1))], script, FACTS.model_copy(update={"seen_photos": (seen,)}))
    assert "reason.FRAUD_DUP" in [item.code for item in again.decision.reasons]
    assert again.decision.route is Route.HUMAN_REVIEW


@pytest.mark.parametrize(
    ("facts", "known"),
    [
        (CaseFacts(region="FR"), "CN"),
        (CaseFacts(vehicle=VehicleFacts(vehicle_class="limousine")), "CN2_60_150k"),
        (CaseFacts(shop="garage"), "general_shop"),
        (CaseFacts(area="moon"), "county"),
        (CaseFacts(vehicle=VehicleFacts(special_paint="chrome")), "pearl"),
    ],
)
def test_what_does_not_exist_is_refused_before_any_photo_is_opened(run: Run, facts: CaseFacts, known: str) -> None:
    with pytest.raises(UsageError) as refused:
        run([("never-opened.png", png(1))], {}, facts)
    told = f"{refused.value} {refused.value.facts.get('known', '')}"
    assert known in told


def test_work_in_the_country_costs_less(run: Run) -> None:
    script = {"a.png": [*CAR, SCRATCH]}
    city, county = (
        run([("a.png", png(1))], script, FACTS.model_copy(update={"area": area})) for area in (None, "county")
    )
    assert 0 < county.estimate.total < city.estimate.total


def test_facts_refuse_personal_data_and_do_not_repeat_it() -> None:
    with pytest.raises(CaseFactsError) as refused:
        CaseFacts.from_json('{"plate": "京A12345", "injury": "maybe"}')
    assert "plate" in str(refused.value)
    assert "injury" in str(refused.value)
    assert "京A12345" not in str(refused.value)


def test_names_are_kept_as_given(run: Run) -> None:
    result = run([("照片 1.png", png(1))], {"照片 1.png": CAR})
    assert result.observations[0].name == "照片 1.png"


def test_versions_name_everything_that_made_the_numbers(run: Run) -> None:
    versions = run([("a.png", png(1))], {"a.png": CAR}).versions
    assert set(versions) == {"model", "prices", "rules", "policy"}
    assert all(versions.values())


def test_a_folder_or_a_missing_file_is_a_fact_about_that_photo(rulebook: Rulebook, tmp_path: Path) -> None:
    eyes = Eyes(detector=ScriptedDetector({}), limits=IntakeLimits(), rulebook=rulebook)
    sources = [PhotoSource(name="gone.jpg", content=tmp_path / "gone.jpg"), PhotoSource(name="dir", content=tmp_path)]
    result = assess(sources, FACTS, eyes, on=ON)
    assert [seen.rejection.code for seen in result.observations if seen.rejection] == ["photo.unreadable_file"] * 2
