"""What photos are degraded by, and where car-free crops are cut, on drawn pictures."""

from collections.abc import Sequence

import numpy as np
import pytest

from inference.preprocess import Pixels
from inference.testing import Row, ScriptedDetector
from training.photo_limits import faded, far, lit
from training.photo_limits_samples import LEAST, car_free_crops

CAR: Row = ("hood", 0.9, (0.0, 200.0, 640.0, 480.0))
FAINT: Row = ("wheel", 0.1, (0.0, 100.0, 60.0, 200.0))


def street() -> Pixels:
    """Grey above, a black car below."""
    pixels = np.full((480, 640, 3), 128, dtype=np.uint8)
    pixels[200:] = 0
    return pixels


def crops(rows: Sequence[Row]) -> list[Pixels]:
    return list(car_free_crops(ScriptedDetector({"": rows}), [street()]))


def test_a_crop_stays_clear_of_the_car_and_is_large_enough_for_a_photo() -> None:
    [crop] = crops([CAR])
    assert min(crop.shape[:2]) >= LEAST
    assert crop.min() == 128


@pytest.mark.parametrize("rows", [[], [CAR, FAINT]], ids=["no car is seen", "no room beside it"])
def test_without_a_known_car_or_without_room_there_is_no_crop(rows: Sequence[Row]) -> None:
    assert crops(rows) == []


def test_fading_and_dimming_lose_contrast_and_light_in_proportion() -> None:
    pixels = np.linspace(0, 255, 480 * 640 * 3).reshape(480, 640, 3).astype(np.uint8)
    fog = faded(0.1)(pixels)
    assert fog.std() == pytest.approx(pixels.std() / 10, rel=0.05)
    assert fog.mean() == pytest.approx(pixels.mean(), abs=1)
    assert lit(0.1)(pixels).mean() == pytest.approx(pixels.mean() * 0.1 ** (1 / 2.2), rel=0.02)


def test_farther_is_smaller_in_the_same_frame() -> None:
    away = far(0.5)(np.zeros((480, 640, 3), dtype=np.uint8))
    assert away.shape == (480, 640, 3)
    assert (away == 0).mean() == pytest.approx(0.25)
