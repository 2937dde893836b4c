"""Pictures without a car through the whole pipeline, with the shipped detector: sky, walls, bushes beside cars."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from claims.observe import Eyes
from claims.rulebook import Rulebook
from inference.detector import Detector
from inference.images import IntakeLimits
from inference.preprocess import Pixels
from model.registry import DEFAULT_MODEL, shipped_weights
from training.photo_limits_samples import car_free_crops, photos
from training.photo_limits_subject import estimate_lines

pytestmark = pytest.mark.photos


@pytest.fixture(scope="module")
def eyes(rulebook: Rulebook) -> Eyes:
    return Eyes(detector=Detector.load(shipped_weights() / DEFAULT_MODEL), limits=IntakeLimits(), rulebook=rulebook)


@pytest.fixture(scope="module")
def crops(shared_photos: Path, eyes: Eyes) -> Sequence[Pixels]:
    return list(car_free_crops(eyes.detector, photos(shared_photos / "car_parts", 150)))


def test_what_shows_no_car_gets_no_line(crops: Sequence[Pixels], eyes: Eyes) -> None:
    assert len(crops) > 25
    assert [index for index, crop in enumerate(crops) if estimate_lines(crop, eyes)] == []


def test_it_is_the_part_score_that_keeps_the_lines_away(crops: Sequence[Pixels], eyes: Eyes) -> None:
    """Damage is seen on some of the crops: any part at all would do to price it."""
    nearly_none = {"min_part_score": 1e-6, "sure_part_score": 1e-6}
    rules = eyes.rulebook.quality
    lenient = rules.model_copy(update={"subject": rules.subject.model_copy(update=nearly_none)})
    believing = replace(eyes, rulebook=replace(eyes.rulebook, quality=lenient))
    assert any(estimate_lines(crop, believing) for crop in crops)
