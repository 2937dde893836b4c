"""Figures against cases that are counted by hand, and against what must hold for any scene."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.average_precision import Matches, assign, average_precision, f1_plateau


def _matches(hits: list[int], boxes: int, scores: list[float] | None = None) -> Matches:
    chosen = scores or [1 - i / 100 for i in range(len(hits))]
    return Matches(scores=np.array(chosen), hits=np.array(hits, dtype=bool), boxes=boxes)


def _row(*values: float) -> list[float]:
    return list(values)


def test_ap_by_hand() -> None:
    """Hit, miss, hit, miss of 4 boxes: precision 1, 1/2, 2/3, 1/2 at recall 1/4, 1/4, 1/2, 1/2.

    Interpolated: 1 at the 26 recalls up to 0.25, 2/3 at the 25 up to 0.50, 0 at the other 50.
    """
    assert average_precision(_matches([1, 0, 1, 0], boxes=4)) == pytest.approx((26 + 25 * 2 / 3) / 101)


def test_ap_of_all_found_is_one_and_of_nothing_found_zero() -> None:
    assert average_precision(_matches([1, 1, 1], boxes=3)) == pytest.approx(1.0)
    assert average_precision(_matches([0, 0], boxes=3)) == 0.0
    assert average_precision(_matches([], boxes=3)) == 0.0


def test_ap_without_boxes_is_no_number() -> None:
    with pytest.raises(ValueError, match="without boxes"):
        average_precision(_matches([0], boxes=0))


def test_each_drawn_box_counts_once_and_the_better_score_takes_it() -> None:
    drawn = np.array([_row(0, 0, 10, 10), _row(20, 0, 30, 10)])
    boxes = np.array([_row(0, 0, 10, 9), _row(0, 0, 10, 10), _row(20, 0, 30, 4), _row(21, 0, 30, 10)])
    assert assign(boxes, drawn)[:, 0].tolist() == [0, -1, -1, 1]


def test_a_detection_takes_the_box_that_it_overlaps_most() -> None:
    drawn = np.array([_row(0, 0, 10, 10), _row(0, 0, 10, 8)])
    assert assign(np.array([_row(0, 0, 10, 8), _row(0, 0, 10, 10)]), drawn)[:, 0].tolist() == [1, 0]


def test_precision_and_recall_at_a_threshold() -> None:
    matches = _matches([1, 0, 1, 1], boxes=5, scores=[0.9, 0.8, 0.6, 0.2])
    assert matches.at(0.5) == pytest.approx((2 / 3, 2 / 5))
    assert matches.at(0.95) == (0.0, 0.0)


def test_the_plateau_surrounds_the_best_f1() -> None:
    """F1 is 2 hits / (shown + drawn), by hand below: best at 0.8, and as good again at 0.3 beyond a dip."""
    matches = _matches([1, 1, 0, 0, 1], boxes=4, scores=[0.9, 0.8, 0.5, 0.4, 0.3])
    f1 = [2 / 5, 4 / 6, 4 / 7, 4 / 8, 6 / 9]
    assert f1_plateau(matches, 0.0) == (0.8, 0.8)
    assert f1_plateau(matches, max(f1) - f1[2]) == (0.5, 0.8)
    assert f1_plateau(matches, 1.0) == (0.3, 0.9)


def test_without_hits_there_is_no_plateau() -> None:
    with pytest.raises(ValueError, match="no threshold"):
        f1_plateau(_matches([0, 0], boxes=4), 0.03)


rows = st.lists(st.tuples(st.booleans(), st.integers(1, 99)), max_size=30)


@given(found=rows, missed=st.integers(0, 10))
def test_ap_lies_between_none_and_all_and_pooling_keeps_counts(found: list[tuple[bool, int]], missed: int) -> None:
    found = sorted(found, key=lambda row: -row[1])
    hits = [int(hit) for hit, _ in found]
    matches = _matches(hits, boxes=sum(hits) + missed + 1, scores=[score / 100 for _, score in found] or None)
    assert 0.0 <= average_precision(matches) <= 1.0
    pooled = Matches.pooled([matches, matches])
    assert (len(pooled.scores), int(pooled.hits.sum()), pooled.boxes) == (
        2 * len(hits),
        2 * sum(hits),
        2 * matches.boxes,
    )
    assert (np.diff(pooled.scores) <= 0).all()
