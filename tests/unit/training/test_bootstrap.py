"""Intervals: what they hold, how they narrow, and that two detectors get the same draws."""

import os
import subprocess
import sys

import numpy as np
import pytest

from training.bootstrap import Estimate, resamples, share, share_estimate


def test_the_first_row_counts_every_photo_once_and_groups_are_drawn_whole() -> None:
    weights = resamples(["a", "b", "a", "c"], draws=50)
    assert weights.shape == (51, 4)
    assert weights[0].tolist() == [1, 1, 1, 1]
    np.testing.assert_array_equal(weights[:, 0], weights[:, 2])
    assert (weights[1:, [0, 1, 3]].sum(axis=1) == 3).all()


def test_the_same_groups_give_the_same_draws() -> None:
    np.testing.assert_array_equal(resamples(["a", "b", "c"]), resamples(["a", "b", "c"]))


def test_sets_of_other_names_are_drawn_apart() -> None:
    groups = [str(i) for i in range(100)]
    hits = np.arange(100) % 2 == 0
    one, other, again = (share(hits, resamples(groups, data=data))[1:] for data in ("a val", "b val", "a val"))
    np.testing.assert_array_equal(one, again)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.15


@pytest.mark.parametrize("seed", ["1", "2"])
def test_a_name_gives_the_same_draws_in_every_process(seed: str) -> None:
    code = "from training.bootstrap import resamples; print(resamples(['a', 'b', 'c'], 5, data='own val').tolist())"
    call = [sys.executable, "-c", code]
    done = subprocess.run(call, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True)
    assert done.stdout == f"{resamples(['a', 'b', 'c'], 5, data='own val').tolist()}\n"


def test_an_interval_holds_its_value_and_narrows_with_the_number_of_groups() -> None:
    widths = []
    for photos in (20, 200):
        hits = np.arange(photos) % 2 == 0
        groups = [str(i) for i in range(photos)]
        estimate = share_estimate(hits, resamples(groups), groups)
        assert estimate.low < estimate.value == 0.5 < estimate.high
        widths.append(estimate.high - estimate.low)
    assert widths[1] < 0.5 * widths[0]


def test_near_copies_do_not_narrow_an_interval() -> None:
    hits = np.arange(40) % 2 == 0
    apart = share_estimate(hits, resamples([str(i) for i in range(40)]), [str(i) for i in range(40)])
    copies = [str(i % 4) for i in range(40)]
    together = share_estimate(hits, resamples(copies), copies)
    assert together.high - together.low > 2 * (apart.high - apart.low)


@pytest.mark.parametrize(("hit", "low", "high"), [(False, 0.0, 1 - 0.025**0.05), (True, 0.025**0.05, 1.0)])
def test_none_or_all_of_twenty_still_leaves_room(hit: bool, low: float, high: float) -> None:
    groups = [str(i) for i in range(20)]
    estimate = share_estimate(np.full(20, hit), resamples(groups), groups)
    assert (estimate.low, estimate.high) == (pytest.approx(low), pytest.approx(high))


def test_draws_that_cannot_say_are_left_out_and_nothing_measured_is_an_error() -> None:
    assert Estimate.of(np.array([0.5, np.nan, 0.5])) == Estimate(value=0.5, low=0.5, high=0.5)
    with pytest.raises(ValueError, match="nothing was measured"):
        Estimate.of(np.array([np.nan, 0.5]))


def test_a_share_of_nothing_is_no_number() -> None:
    assert np.isnan(share(np.array([True]), np.array([[0]]))).all()
