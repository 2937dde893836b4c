"""Scores become probabilities, in one place, without changing any order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from inference.calibration import probabilities, score_at
from inference.postprocess import detections_from_yolo_output
from inference.preprocess import Letterbox
from model.detections import Detections
from model.labels import Label, LabelPart
from model.manifest import InputSpec, OutputSpec
from model.papers import Calibration, Curve, Interval
from model.vocabulary import DamageKind, LabelGroup, Part

LABELS = (
    Label(name="hood", group=LabelGroup.PART, parts=(LabelPart(part=Part.HOOD),), threshold=0.5),
    Label(name="scratch", group=LabelGroup.DAMAGE, kind=DamageKind.SCRATCH, threshold=0.2),
)
SPEC = OutputSpec(layout="yolo_raw", nms_iou=0.7, score_floor=0.05, max_detections=300)
PLAN = Letterbox.plan(512, 384, InputSpec(size=512, stride=32, pad=114, rectangular=True))
STAIRS = Curve(knots=((0.0, 0.0), (0.2, 0.1), (0.6, 0.9), (1.0, 1.0)))

slopes = st.floats(min_value=0.1, max_value=5.0)
intercepts = st.floats(min_value=-5.0, max_value=5.0)
scores = st.floats(min_value=0.001, max_value=0.999)


def _calibration(group: LabelGroup, curve: Curve) -> Calibration:
    none = Interval(value=0.0, low=0.0, high=0.0)
    return Calibration(group=group, curve=curve, reports=1, photos=1, data="x val", error_before=none, error_after=none)


def _found(curve: Curve, *anchors: tuple[float, float, float]) -> Detections:
    """Centre x, hood score, scratch score of each anchor; only scratches are calibrated."""
    output = np.array([(x, 100, 40, 40, hood, scratch) for x, hood, scratch in anchors], dtype=np.float32).T
    calibration = (_calibration(LabelGroup.DAMAGE, curve),)
    return detections_from_yolo_output(output, plan=PLAN, labels=LABELS, spec=SPEC, calibration=calibration)


def test_slope_one_and_intercept_nought_change_nothing() -> None:
    given_scores = np.array([0.01, 0.3, 0.99])
    np.testing.assert_allclose(probabilities(given_scores, Curve()), given_scores, rtol=1e-9)


def test_platts_curve_by_hand() -> None:
    """logit(.5) = 0, so the intercept alone speaks: 1 / (1 + e) = .269."""
    assert probabilities(0.5, Curve(slope=3.0, intercept=-1.0)) == pytest.approx(0.26894, abs=1e-5)


def test_between_knots_the_line_is_straight() -> None:
    np.testing.assert_allclose(probabilities([0.1, 0.4, 0.8], STAIRS), [0.05, 0.5, 0.95])


@given(slope=slopes, intercept=intercepts, one=scores, other=scores)
def test_a_better_score_never_means_less(slope: float, intercept: float, one: float, other: float) -> None:
    for curve in (Curve(slope=slope, intercept=intercept), STAIRS):
        low, high = probabilities([min(one, other), max(one, other)], curve)
        assert 0.0 <= low <= high <= 1.0


@given(slope=slopes, intercept=st.floats(min_value=-2.0, max_value=2.0), score=st.floats(0.1, 0.9))
def test_there_and_back(slope: float, intercept: float, score: float) -> None:
    curve = Curve(slope=slope, intercept=intercept)
    probability = float(probabilities(score, curve))
    if 1e-5 < probability < 1 - 1e-5:
        assert score_at(probability, curve) == pytest.approx(score, rel=1e-3)
    assert score_at(float(probabilities(score, STAIRS)), STAIRS) == pytest.approx(score)


@pytest.mark.parametrize("knots", [((0.0, 0.0),), ((0.0, 0.5), (1.0, 0.5)), ((0.5, 0.0), (0.5, 1.0))])
def test_a_curve_that_does_not_rise_is_refused(knots: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValidationError):
        Curve(knots=knots)
    with pytest.raises(ValidationError):
        Curve(slope=0.0)


def test_the_reported_score_is_the_probability_and_orders_across_groups() -> None:
    found = _found(Curve(intercept=-2.0), (50, 0.3, 0.0), (300, 0.0, 0.7))
    assert [item.label.name for item in found] == ["hood", "scratch"]
    assert [item.score for item in found] == pytest.approx([0.3, 0.24], abs=0.001)


def test_the_floor_is_on_the_probability_both_ways() -> None:
    assert len(_found(Curve(intercept=-3.0), (50, 0.0, 0.4))) == 0
    (raised,) = _found(Curve(intercept=3.0), (50, 0.0, 0.01))
    assert raised.score == pytest.approx(0.169, abs=0.001)


def test_boxes_of_one_probability_are_still_ordered_by_their_scores() -> None:
    """Both are certain on this curve; the better one suppresses the other."""
    flat = Curve(knots=((0.0, 0.0), (0.5, 1.0)))
    (only,) = _found(flat, (100, 0.0, 0.7), (102, 0.0, 0.8))
    assert only.box[0] == pytest.approx(82)
    assert only.score == 1.0
