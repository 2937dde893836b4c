"""Raw network output becomes boxes: by hand, and by property."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inference.postprocess import clip, detections_from_yolo_output, suppress
from inference.preprocess import Letterbox
from model.errors import ModelError
from model.labels import Label, LabelPart
from model.manifest import InputSpec, OutputSpec
from model.vocabulary import DamageKind, LabelGroup, Part

LABELS = (
    Label(name="hood", group=LabelGroup.PART, parts=(LabelPart(part=Part.HOOD),), threshold=0.5),
    Label(name="scratch", group=LabelGroup.DAMAGE, kind=DamageKind.SCRATCH, threshold=0.2),
)
SPEC = OutputSpec(layout="yolo_raw", nms_iou=0.7, score_floor=0.05, max_detections=300)
PLAN = Letterbox.plan(1024, 768, InputSpec(size=512, stride=32, pad=114, rectangular=True))


def _output(*anchors: tuple[float, float, float, float, float, float]) -> npt.NDArray[np.float32]:
    """Centre x, centre y, width, height, hood score, scratch score of each anchor."""
    return np.array(anchors, dtype=np.float32).T.reshape(6, -1)


def _boxes(raw: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.concatenate([raw[:, :2], raw[:, :2] + np.abs(raw[:, 2:]) + 1], axis=1).astype(np.float32)


coordinates = st.floats(min_value=-50, max_value=600, width=32)
scenes = st.integers(0, 40).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.float32, (n, 4), elements=coordinates).map(_boxes),
        hnp.arrays(np.float32, (n,), elements=st.floats(min_value=0.0625, max_value=1, width=32)),
        hnp.arrays(np.int64, (n,), elements=st.integers(0, 2)),
    )
)
Scene = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.int64]]


def test_an_anchor_becomes_a_box_on_the_photo() -> None:
    found = detections_from_yolo_output(_output((100, 50, 40, 20, 0.9, 0.0)), plan=PLAN, labels=LABELS, spec=SPEC)
    (only,) = found
    assert only.label.name == "hood"
    assert only.score == pytest.approx(0.9)
    assert only.box == pytest.approx((160, 80, 240, 120))


def test_one_anchor_may_carry_two_labels() -> None:
    found = detections_from_yolo_output(_output((100, 50, 40, 20, 0.3, 0.6)), plan=PLAN, labels=LABELS, spec=SPEC)
    assert [(item.label.name, item.passes) for item in found] == [("scratch", True), ("hood", False)]


def test_below_the_floor_nothing_is_reported() -> None:
    found = detections_from_yolo_output(_output((100, 50, 40, 20, 0.04, 0.05)), plan=PLAN, labels=LABELS, spec=SPEC)
    assert [item.label.name for item in found] == ["scratch"]


def test_boxes_are_clipped_to_the_photo_and_empty_ones_dropped() -> None:
    output = _output((0, 0, 40, 20, 0.9, 0), (900, 50, 40, 20, 0.8, 0))
    (only,) = detections_from_yolo_output(output, plan=PLAN, labels=LABELS, spec=SPEC)
    assert only.box == pytest.approx((0, 0, 40, 20))


def test_no_more_than_the_maximum_and_the_best_first() -> None:
    spread = [(10 + 30 * (i % 16), 10 + 30 * (i // 16), 8, 8, 0.1 + i / 200, 0) for i in range(160)]
    spec = SPEC.model_copy(update={"max_detections": 10})
    found = detections_from_yolo_output(_output(*spread), plan=PLAN, labels=LABELS, spec=spec)
    np.testing.assert_allclose(found.scores, [0.1 + i / 200 for i in range(159, 149, -1)], rtol=1e-6)


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("row", [0, 5])
def test_a_number_that_is_none_is_an_error_not_no_damage(poison: float, row: int) -> None:
    output = _output((100, 50, 40, 20, 0.9, 0.0), (1, 1, 1, 1, 0, 0))
    output[row, 1] = poison
    with pytest.raises(ModelError) as caught:
        detections_from_yolo_output(output, plan=PLAN, labels=LABELS, spec=SPEC)
    assert caught.value.code == "model.output_not_finite"


@pytest.mark.parametrize("shape", [(5, 10), (7, 10), (1, 6, 10)])
def test_another_number_of_rows_is_an_error(shape: tuple[int, ...]) -> None:
    with pytest.raises(ModelError) as caught:
        detections_from_yolo_output(np.zeros(shape, dtype=np.float32), plan=PLAN, labels=LABELS, spec=SPEC)
    assert caught.value.code == "model.output_mismatch"


def test_thousands_of_candidates_are_cut_to_the_best() -> None:
    rng = np.random.default_rng(0)
    output = rng.uniform(20, 400, (6, 4000)).astype(np.float32)
    output[4:] = rng.uniform(0.05, 0.5, (2, 4000))
    output[4:, 17] = (0.97, 0.96)
    found = detections_from_yolo_output(output, plan=PLAN, labels=LABELS, spec=SPEC)
    assert len(found) == 300
    assert found.scores[:2].tolist() == pytest.approx([0.97, 0.96])


def test_suppression_by_hand() -> None:
    """0 and 1 overlap by 0.9; 2 is elsewhere; 3 equals 0 but has another label; 4 overlaps 0 by 0.5."""
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 9], [50, 50, 60, 60], [0, 0, 10, 10], [0, 0, 10, 5]], np.float32)
    scores = np.array([0.8, 0.9, 0.3, 0.5, 0.4], np.float32)
    kept = suppress(boxes, scores, np.array([0, 0, 0, 1, 0]), iou=0.7)
    assert kept.tolist() == [1, 3, 4, 2]


def test_of_equal_scores_the_earlier_wins() -> None:
    boxes = np.array([[0, 0, 10, 10]] * 3, np.float32)
    assert suppress(boxes, np.full(3, 0.5, np.float32), np.zeros(3, np.int64), iou=0.7).tolist() == [0]


@given(scene=scenes, iou=st.floats(min_value=0.1, max_value=0.95))
def test_suppression_adds_nothing_and_twice_is_once(scene: Scene, iou: float) -> None:
    boxes, scores, label_ids = scene
    kept = suppress(boxes, scores, label_ids, iou=iou)
    assert len(set(kept.tolist())) == len(kept) <= len(boxes)
    assert (np.diff(scores[kept]) <= 0).all()
    again = suppress(boxes[kept], scores[kept], label_ids[kept], iou=iou)
    assert again.tolist() == list(range(len(kept)))


@given(scene=scenes, iou=st.floats(min_value=0.1, max_value=0.95))
def test_suppression_is_the_textbooks(scene: Scene, iou: float) -> None:
    """One box after another, the best first, against all that stayed."""
    boxes, scores, label_ids = scene
    stayed: list[int] = []
    for box in sorted(range(len(boxes)), key=lambda place: (-scores[place], place)):
        if all(label_ids[box] != label_ids[one] or _iou(boxes[box], boxes[one]) <= iou for one in stayed):
            stayed.append(box)
    assert suppress(boxes, scores, label_ids, iou=iou).tolist() == stayed


def _iou(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> np.float32:
    width, height = np.clip(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0, None)
    first, second = ((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return np.float32(width * height / max(first + second - width * height, np.float32(1e-9)))


@given(scene=scenes)
def test_the_best_box_of_every_label_stays(scene: Scene) -> None:
    boxes, scores, label_ids = scene
    kept = suppress(boxes, scores, label_ids, iou=0.7)
    for label in np.unique(label_ids):
        assert scores[kept][label_ids[kept] == label].max() == scores[label_ids == label].max()


@given(scene=scenes)
def test_clipped_boxes_lie_in_the_photo(scene: Scene) -> None:
    held = clip(scene[0], 320, 200)
    assert ((held >= 0) & (held <= [320, 200, 320, 200])).all()
