"""Curves are fitted where the truth is known, and judged on photos that they did not see."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.calibration import logit, probabilities, sigmoid
from inference.testing import shipped_manifest
from model.vocabulary import LabelGroup
from training.average_precision import Floats
from training.calibrate import applied, fitted
from training.calibration_fit import isotonic, logistic
from training.evaluation_marks import Marks
from training.prepared import PreparedPhoto, PreparedSet
from training.unseen import Evidence, unseen_sets

MANIFEST = shipped_manifest()


def _evidence(truth: Callable[[Floats], Floats], *, photos: int = 400, each: int = 10) -> Evidence:
    """Reports with scores from .02 to 1, right as often as ``truth`` says; ten on every photo."""
    random = np.random.default_rng(3)
    scores = random.uniform(0.02, 0.999, photos * each)
    hits = random.random(len(scores)) < truth(scores)
    order = np.argsort(-scores)
    numbers = np.repeat(np.arange(photos), each)
    marks = Marks(
        photos=numbers[order],
        scores=scores[order],
        hits=np.repeat(hits[order, None], 10, axis=1),
        sizes=np.zeros(len(scores), dtype=np.int64),
        box_photos=numbers[hits],
        box_sizes=np.zeros(int(hits.sum()), dtype=np.int64),
    )
    return Evidence(marks=marks, clusters=tuple(f"c{number // 2}" for number in range(photos)), data="x val")


def _platt(scores: Floats) -> Floats:
    return sigmoid(0.6 * logit(scores) - 1.0)


def _step(scores: Floats) -> Floats:
    return np.where(scores > 0.6, 0.55, 0.15)


def test_the_logistic_curve_finds_the_truth() -> None:
    found = _evidence(_platt)
    curve = logistic(found.marks.scores, found.marks.hits[:, 0])
    assert curve.slope == pytest.approx(0.6, abs=0.08)
    assert curve.intercept == pytest.approx(-1.0, abs=0.15)


def test_a_score_that_means_the_opposite_still_gives_a_rising_curve() -> None:
    found = _evidence(lambda scores: 1 - scores)
    assert logistic(found.marks.scores, found.marks.hits[:, 0]).slope > 0


def test_the_isotonic_curve_finds_the_step() -> None:
    found = _evidence(_step)
    curve = isotonic(found.marks.scores, found.marks.hits[:, 0])
    assert probabilities([0.3, 0.9], curve) == pytest.approx([0.15, 0.55], abs=0.06)


def test_calibration_lowers_the_error_on_photos_it_did_not_see() -> None:
    done = fitted(LabelGroup.PART, _evidence(_platt), floor=0.05)
    assert done.error_before.value > 0.15
    assert done.error_after.value < 0.04
    assert done.error_after.low <= done.error_after.value <= done.error_after.high
    assert done.photos == 400
    assert 3000 < done.reports <= 4000


def test_the_simple_curve_is_taken_unless_the_other_is_clearly_better() -> None:
    assert not fitted(LabelGroup.PART, _evidence(_platt), floor=0.05).curve.knots
    assert fitted(LabelGroup.PART, _evidence(_step), floor=0.05).curve.knots


def test_old_thresholds_and_figures_do_not_outlive_the_scores_they_were_chosen_on() -> None:
    changed = applied(MANIFEST, [fitted(LabelGroup.PART, _evidence(_platt), floor=0.05)])
    assert changed.thresholds is None
    assert changed.metrics == ()
    assert [item.group for item in changed.calibration] == [LabelGroup.PART]


def _prepared(*photos: tuple[str, str]) -> PreparedSet:
    listed = [
        PreparedPhoto(path=path, sha256="0" * 64, scope="x", cluster="one", split=split, width=96, height=64)
        for path, split in photos
    ]
    return PreparedSet(recipe="0" * 64, labels=("hood",), scopes={"x": ("hood",)}, photos=tuple(listed))


def _sets(draw: Any, photo: Any) -> Path:
    draw("car_parts", *(photo(name=f"p{i}.png", seed=i, boxes=[("hood", 5, 5, 40, 40)]) for i in range(4)))
    for number, folder in enumerate(("damage_types", "damage_outlines", "damaged_parts", "damaged_unlabelled")):
        draw(folder, photo(name="d.png", seed=20 + number, split="val"))
    root: Path = draw("undamaged", photo(name="u.png", seed=9, split="val"), photo(name="v.png", seed=10, split="val"))
    return root


def test_photos_that_were_trained_on_are_left_out(draw: Any, photo: Any) -> None:
    root = _sets(draw, photo)
    prepared = _prepared(("car_parts/images/p0.png", "train"), ("undamaged/images/u.png", "train"))
    found = {
        item.scope.data: [one.path.name for one in item.photos] for item in unseen_sets(MANIFEST, root, {}, prepared)
    }
    assert found["undamaged val"] == ["v.png"]
    assert "car_parts held-out" not in found
    assert found["damaged_parts val"] == ["d.png"]


def test_a_photo_that_was_trained_on_under_another_name_is_left_out(draw: Any, photo: Any) -> None:
    """Of two copies in a set only the first is prepared (training/copies.py)."""
    root = _sets(draw, photo)
    (root / "undamaged" / "images" / "v.png").write_bytes((root / "undamaged" / "images" / "u.png").read_bytes())
    sha256 = hashlib.sha256((root / "undamaged" / "images" / "u.png").read_bytes()).hexdigest()
    for split, left in (("train", []), ("val", ["u.png", "v.png"])):
        prepared = _prepared(("undamaged/images/u.png", split))
        prepared = prepared.model_copy(
            update={"photos": tuple(item.model_copy(update={"sha256": sha256}) for item in prepared.photos)}
        )
        sets = unseen_sets(MANIFEST, root, {}, prepared)
        clean = [one for item in sets if item.scope.data == "undamaged val" for one in item.photos]
        assert [one.path.name for one in clean] == left
        assert {one.group for one in clean} <= {"one"}


def test_without_a_prepared_set_car_parts_was_trained_on(draw: Any, photo: Any) -> None:
    found = {item.scope.data for item in unseen_sets(MANIFEST, _sets(draw, photo), {}, None)}
    assert "undamaged val" in found
    assert not any(data.startswith("car_parts") for data in found)


def test_a_held_out_photo_brings_the_cluster_of_the_prepared_set(draw: Any, photo: Any) -> None:
    prepared = _prepared(("car_parts/images/p0.png", "val"))
    (held_out,) = [
        item
        for item in unseen_sets(MANIFEST, _sets(draw, photo), {}, prepared)
        if item.scope.data == "car_parts held-out"
    ]
    assert [(one.path.name, one.group) for one in held_out.photos] == [("p0.png", "one")]
