"""Marks against cases counted by hand, and against the plain average precision."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.datasets import AnnotatedPhoto, Annotation
from inference.testing import Row, detections, shipped_manifest
from model.findings import Box
from training.average_precision import Matches, assign, average_precision
from training.bootstrap import resamples
from training.evaluation_marks import Marks, mark, sizes_of
from training.judging import ANY, IGNORED, Judged
from training.reliability import bins, calibration_error

MANIFEST = shipped_manifest()
HERE, THERE = (10.0, 10.0, 50.0, 50.0), (100.0, 100.0, 160.0, 160.0)
ONE = np.ones((1, 1), dtype=np.int64)


def _judged(drawn: Sequence[tuple[str, Box]], rows: Sequence[Row]) -> Judged:
    annotations = tuple(Annotation(label=label, box=box) for label, box in drawn)
    photo = AnnotatedPhoto(path=Path("x.jpg"), width=200, height=200, split="val", group="g", annotations=annotations)
    return Judged(photo=photo, detections=detections(MANIFEST, rows))


def _mark(drawn: Sequence[tuple[str, Box]], rows: Sequence[Row], label: str = "dent") -> Marks:
    return mark([_judged(drawn, rows)], label, frozenset({"dent", "scratch"} if label == ANY else {label}))


def test_a_box_is_taken_at_the_ious_that_the_overlap_reaches() -> None:
    """0..10 by 0..8 over 0..10 by 0..10 is an IoU of .8."""
    taken = assign(np.array([[0.0, 0, 10, 8]]), np.array([[0.0, 0, 10, 10]]))
    assert (taken[0] >= 0).tolist() == [True] * 7 + [False] * 3


def test_what_one_takes_at_one_iou_stays_free_at_a_higher_one() -> None:
    taken = assign(
        np.array([[0.0, 0, 10, 6], [0.0, 0, 10, 10]]), np.array([[0.0, 0, 10, 10]]), ious=np.array([0.5, 0.9])
    )
    assert taken.tolist() == [[0, -1], [-1, 0]]


@pytest.mark.parametrize(("side", "size"), [(9.0, 0), (11.0, 1), (29.0, 1), (31.0, 2)])
def test_sizes_are_shares_of_the_longest_side(side: float, size: int) -> None:
    photo = _judged([], []).photo
    assert sizes_of(np.array([[0.0, 0, side, side]]), photo).tolist() == [size]


def test_a_report_counts_in_the_size_of_the_box_that_it_takes() -> None:
    small = (10.0, 10.0, 39.0, 39.0)
    marks = _mark([("dent", small)], [("dent", 0.9, (10.0, 10.0, 42.0, 42.0)), ("dent", 0.8, THERE)])
    assert (marks.sizes.tolist(), marks.box_sizes.tolist()) == ([1, 2], [1])
    assert marks.of_size(1).precisions(ONE)[0, 0] == pytest.approx(1.0)
    assert np.isnan(marks.of_size(2).precisions(ONE)).all()


def test_a_report_in_an_ignored_box_counts_only_when_it_is_right() -> None:
    rows: list[Row] = [("dent", 0.9, HERE), ("dent", 0.8, (12.0, 12.0, 52.0, 52.0)), ("dent", 0.7, THERE)]
    marks = _mark([("dent", HERE), (IGNORED, (0.0, 0.0, 60.0, 60.0))], rows)
    assert marks.hits[:, 0].tolist() == [True, False]
    assert marks.scores.tolist() == pytest.approx([0.9, 0.7])


def test_what_excuses_one_label_does_not_excuse_another() -> None:
    drawn = [(f"{IGNORED} hood", HERE)]
    assert len(_mark(drawn, [("dent", 0.9, HERE)]).scores) == 1
    assert len(_mark(drawn, [("hood", 0.9, HERE)], "hood").scores) == 0


def test_damage_of_any_kind_asks_where_and_reports_one_place_once() -> None:
    rows: list[Row] = [("damaged_Door", 0.9, HERE), ("scratch", 0.8, HERE), ("hood", 0.7, THERE)]
    marks = _mark([("dent", HERE), ("scratch", THERE)], rows, ANY)
    assert (marks.hits[:, 0].tolist(), len(marks.box_photos)) == ([True], 2)


scenes = st.lists(
    st.tuples(
        st.lists(st.integers(0, 9), max_size=4), st.lists(st.tuples(st.integers(0, 9), st.integers(1, 99)), max_size=6)
    ),
    min_size=1,
    max_size=5,
)


@given(scenes)
def test_with_weights_of_one_it_is_the_average_precision(scene: list[tuple[list[int], list[tuple[int, int]]]]) -> None:
    """Drawn and reported boxes on a row of ten places, some overlapping their neighbours by half."""

    def box(place: int) -> Box:
        return (8.0 * place, 0.0, 8.0 * place + 20, 20.0)

    photos = [
        _judged([("dent", box(at)) for at in drawn], [("dent", score / 100, box(at)) for at, score in rows])
        for drawn, rows in scene
    ]
    marks = mark(photos, "dent", frozenset({"dent"}))
    weights = np.ones((1, len(photos)), dtype=np.int64)
    values = marks.precisions(weights)[0]
    if not len(marks.box_photos):
        assert np.isnan(values).all()
        return
    plain = Matches.pooled(_matched(item) for item in photos)
    assert values[0] == pytest.approx(average_precision(plain))
    assert (np.diff(values) <= 1e-12).all()


def _matched(item: Judged) -> Matches:
    (boxes, scores), drawn = item.reported("dent"), item.drawn(frozenset({"dent"}))
    return Matches(scores=scores, hits=assign(boxes, drawn)[:, 0] >= 0, boxes=len(drawn))


def test_a_photo_drawn_twice_counts_twice() -> None:
    """Two photos, one box each; the second is missed: recall 1/2, then 2/3 with the first drawn twice."""
    photos = [_judged([("dent", HERE)], [("dent", 0.9, HERE)]), _judged([("dent", HERE)], [])]
    values = mark(photos, "dent", frozenset({"dent"})).precisions(np.array([[1, 1], [2, 1], [0, 2]]))[:, 0]
    assert values.tolist() == pytest.approx([51 / 101, 67 / 101, 0.0])


def test_calibration_by_hand() -> None:
    """Scores .9 right, .8 wrong, .1 wrong: off by .1, .8 and .1 in three bins."""
    rows: list[Row] = [("dent", 0.91, HERE), ("dent", 0.85, THERE), ("dent", 0.15, (0.0, 170.0, 30.0, 200.0))]
    marks = _mark([("dent", HERE)], rows)
    assert calibration_error(marks, ONE)[0] == pytest.approx((0.09 + 0.85 + 0.15) / 3, abs=1e-6)
    assert [(item.low, item.right.tolist()) for item in bins(marks)] == [(0.1, [False]), (0.8, [False]), (0.9, [True])]


def test_a_perfect_detector_is_calibrated_when_it_is_sure() -> None:
    marks = _mark([("dent", HERE)], [("dent", 1.0, HERE)])
    assert calibration_error(marks, resamples(["g"], 3)).tolist() == pytest.approx([0.0] * 4)
