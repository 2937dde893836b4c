"""Facts about photos: each code appears exactly where its limit is crossed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from claims.rulebook import Rulebook
from inference.quality import Quality, QualityRules, Subject, judge
from inference.scene import Scene
from model.detections import Detections
from model.errors import RulesError
from model.findings import Box

Pixels = npt.NDArray[np.uint8]
CAR = [("front_bumper", 0.9, (100, 350, 500, 450)), ("hood", 0.9, (120, 100, 500, 340))]
Judge = Callable[..., Quality]


@pytest.fixture
def look(detections: Callable[[Any], Detections], rulebook: Rulebook) -> Judge:
    def run(pixels: Pixels, rows: Any = CAR) -> Quality:
        found = detections(rows)
        height, width = pixels.shape[:2]
        scene = Scene.read(found, width=width, height=height, rules=rulebook.consolidate)
        return judge(pixels, found, scene, rulebook.quality)

    return run


def textured(mean: int = 120, spread: int = 40) -> Pixels:
    noise = np.random.default_rng(0).normal(mean, spread, (480, 640, 1))
    return np.clip(np.repeat(noise, 3, axis=2), 0, 255).astype(np.uint8)


def codes(quality: Quality) -> list[str]:
    return [item.code for item in quality.reasons]


def test_a_good_photo_has_nothing_to_say(look: Judge) -> None:
    quality = look(textured())
    assert quality.ok
    assert quality.subject is Subject.CAR
    assert codes(quality) == []
    assert quality.car_long_side == 400
    assert quality.car_share == pytest.approx((400 * 100 + 380 * 240) / (640 * 480))


@pytest.mark.parametrize(
    ("pixels", "code"),
    [
        (textured(3, 5), "quality.black"),
        (textured(252, 8), "quality.white"),
        (np.full((480, 640, 3), 128, np.uint8), "quality.no_contrast"),
    ],
)
def test_what_cannot_be_assessed_is_blocked(look: Judge, pixels: Pixels, code: str) -> None:
    quality = look(pixels)
    assert not quality.ok
    assert codes(quality)[0] == code


@pytest.mark.parametrize(("mean", "ok", "code"), [(11, True, "quality.too_dark"), (7, False, "quality.black")])
def test_a_dark_photo_is_warned_about_and_a_nearly_black_one_refused(
    look: Judge, mean: int, ok: bool, code: str
) -> None:
    quality = look(textured(mean, 4))
    assert quality.ok is ok
    assert codes(quality) == [code]


def test_blur_only_warns(look: Judge) -> None:
    slope = np.linspace(0, 255, 640, dtype=np.float32)[None, :, None].repeat(480, 0).repeat(3, 2).astype(np.uint8)
    quality = look(slope)
    assert quality.ok
    assert codes(quality) == ["quality.blurred"]


def test_a_small_or_far_car_warns(look: Judge) -> None:
    quality = look(textured(), [("hood", 0.9, (100, 100, 125, 130)), ("front_bumper", 0.9, (110, 110, 135, 138))])
    assert quality.ok
    assert codes(quality) == ["quality.car_low_resolution", "quality.car_far"]


def test_one_part_says_nothing_about_the_size_of_the_car(look: Judge) -> None:
    assert codes(look(textured(), [("hood", 0.9, (100, 100, 130, 130))])) == []


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("hood", 0.04, (100, 100, 400, 300))],
        [("scratch", 0.95, (10, 10, 100, 100)), ("damaged_Bumper", 0.95, (0, 0, 200, 200))],
    ],
    ids=["nothing", "a faint part", "damage on no part"],
)
def test_without_enough_of_a_car_there_is_no_car(look: Judge, rows: list[tuple[str, float, Box]]) -> None:
    quality = look(textured(), rows)
    assert not quality.ok
    assert quality.subject is Subject.NO_CAR
    assert codes(quality) == ["quality.no_car"]


def test_a_close_up_without_a_part_is_still_a_car(look: Judge) -> None:
    quality = look(textured(), [("scratch", 0.7, (10, 10, 300, 200)), ("hood", 0.2, (0, 0, 600, 400))])
    assert quality.ok
    assert quality.subject is Subject.CLOSE_UP
    assert codes(quality) == ["quality.close_up"]


@pytest.mark.parametrize(("score", "sure"), [(0.16, False), (0.85, False), (0.87, True)])
def test_below_the_upper_limit_it_is_only_perhaps_a_car(look: Judge, score: float, sure: bool) -> None:
    quality = look(textured(), [("hood", score, (100, 100, 500, 400))])
    assert quality.ok
    assert quality.sure is sure
    assert quality.subject is (Subject.CAR if sure else Subject.CLOSE_UP)


def test_damage_makes_no_car_any_surer(look: Judge) -> None:
    doubted = ("hood", 0.5, (100, 100, 500, 400))
    assert not look(textured(), [doubted, ("scratch", 0.99, (200, 200, 300, 300))]).sure


def test_a_car_of_which_no_part_has_a_place_is_a_close_up(look: Judge) -> None:
    quality = look(textured(), [("wheel", 0.95, (20, 350, 620, 450))])  # one box over both wheels
    assert quality.sure
    assert quality.subject is Subject.CLOSE_UP


def test_facts_do_not_depend_on_how_large_the_copy_is(detections: Any, rulebook: Rulebook) -> None:
    found = detections(CAR)
    scene = Scene.read(found, width=640, height=480, rules=rulebook.consolidate)
    full = textured().repeat(2, 0).repeat(2, 1)
    large = judge(full, found, scene, rulebook.quality)
    small = judge(textured(), found, scene, rulebook.quality)
    assert large.sharpness == pytest.approx(small.sharpness, rel=0.05)
    assert large.car_long_side == small.car_long_side


def test_a_wrong_field_in_the_rules_is_refused() -> None:
    with pytest.raises(RulesError, match=r"rules\.invalid"):
        QualityRules.from_yaml("version: x\nlong_side: 640\nblur_blocks: true\n")
