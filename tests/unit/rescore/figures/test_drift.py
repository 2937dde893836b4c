"""Drift by month: quiet where nothing changes, loud where something does."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rescored_runs import Row, box, case, table, write_run
from scipy.stats import chi2_contingency

from claims.rescore.figures.arrays import Ints
from claims.rescore.figures.cases import Cases, Words
from claims.rescore.figures.drift import drift, homogeneity, number_feature, stability, word_feature
from claims.rescore.figures.make import make_figures
from claims.rescore.figures.results.figures import Settings
from claims.rescore.figures.results.months import Drift
from claims.rescore.tables import CASES

FEW = Settings(draws=20)
COUNTS = arrays(np.int64, 6, elements=st.integers(0, 500)).filter(lambda counts: counts.sum() > 0)
MONTHS = ("2025-01", "2025-02", "2025-03")


def months(seed: int, **changed: Any) -> list[Row]:
    """210 cases in each of three months, drawn alike; ``changed`` holds in the last of them."""
    draw = np.random.default_rng(seed)
    return [
        case(
            row,
            month=MONTHS[row // 210],
            total=f"{draw.lognormal(7, 0.5):.2f}",
            confidence=float(draw.random()),
            damages=int(draw.integers(0, 5)),
            route=str(draw.choice(["instant_offer", "human_review"])),
        )
        | (changed if row >= 420 else {})
        for row in range(630)
    ]


def of_rows(rows: list[Row]) -> Drift:
    cases = Cases.of(table(rows, CASES))
    ones = np.ones(len(cases), dtype=np.int64)
    return drift(cases, ones, ones, ())


def drift_of(out: Path, cases: list[Row]) -> Drift:
    return make_figures(write_run(out, cases), FEW).drift


def test_months_that_are_alike_hardly_ever_drift() -> None:
    """Of runs without any drift one in twenty may show some, by chance."""
    found = [of_rows(months(seed)) for seed in range(40)]
    assert sum(any(shift.drifted for shift in one.shifts) for one in found) <= 6
    assert sum(any(route.stands_out for route in one.routes) for one in found) <= 6


def test_a_month_that_differs_drifts_in_what_differs(tmp_path: Path) -> None:
    found = drift_of(tmp_path, months(1, confidence=0.95, route="instant_offer"))
    assert (found.baseline, found.baseline_n) == (("2025-01",), 210)
    assert {(shift.feature, shift.month) for shift in found.shifts if shift.drifted} == {
        ("confidence", "2025-03"),
        ("route", "2025-03"),
    }
    assert {route.month for route in found.routes if route.stands_out} == set(MONTHS)


def test_a_difference_too_small_to_matter_is_no_drift() -> None:
    """6 % more offers in 3,000 cases: certain, and little."""
    routes = ["instant_offer", "human_review"]
    rows = [
        case(row, month=MONTHS[row // 3000], route=routes[row % 100 >= 50 + 6 * (row // 3000)]) for row in range(6000)
    ]
    [shift] = [shift for shift in of_rows(rows).shifts if shift.feature == "route"]
    assert shift.q < 0.001
    assert not shift.drifted


def test_the_baseline_are_the_first_months_of_200_cases(tmp_path: Path) -> None:
    cases = [case(row, month=f"2025-{1 + row // 80:02}") for row in range(320)] + [case(320, month=None)]
    found = drift_of(tmp_path, cases)
    assert (found.baseline, found.baseline_n) == (("2025-01", "2025-02", "2025-03"), 240)
    assert {shift.month for shift in found.shifts} == {"2025-04"}
    assert sum(route.share.n for route in found.routes) == 320


def test_one_month_is_compared_with_none(tmp_path: Path) -> None:
    found = drift_of(tmp_path, [case(row, month="2025-01") for row in range(40)])
    assert (found.baseline, found.shifts) == ((), ())
    assert [(route.q, route.stands_out) for route in found.routes] == [(None, False)]


def test_few_cases_are_not_compared(tmp_path: Path) -> None:
    cases = [case(row, month="2025-01") for row in range(200)] + [case(200 + row, month="2025-02") for row in range(29)]
    assert drift_of(tmp_path, cases).shifts == ()


def test_the_index_by_hand() -> None:
    """Shares of (50.5, 50.5) of 101 and of (75.5, 25.5) of 101."""
    before, now = np.array([50, 50]), np.array([75, 25])
    high, low = 75.5 / 101, 25.5 / 101
    assert stability(before, now) == pytest.approx((high - 0.5) * np.log(high / 0.5) + (low - 0.5) * np.log(low / 0.5))
    assert homogeneity(before, now) == pytest.approx(chi2_contingency([[50, 50], [75, 25]], correction=False).pvalue)


@given(COUNTS, COUNTS)
def test_the_index_is_never_below_zero(before: Ints, now: Ints) -> None:
    assert stability(before, now) >= 0
    assert stability(before, now) == pytest.approx(stability(now, before))
    assert stability(before, before) == 0
    assert 0 <= homogeneity(before, now) <= 1


@given(arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e6, 1e6)), st.integers(0, 10))
def test_every_number_has_a_bin(values: Any, missing: int) -> None:
    values[:missing] = np.nan
    found = number_feature("x", values, np.arange(len(values)) % 2 == 0)
    assert ((found.bins == -1) == np.isnan(values)).all()
    assert found.bins.max() < found.count


def test_rare_words_share_a_bin() -> None:
    """In the baseline a stands 60 times, b 38, c 2 times and d never."""
    column = Words(codes=np.array([0] * 60 + [1] * 38 + [2] * 2 + [3, -1]), words=("a", "b", "c", "d"))
    found = word_feature("word", column, np.arange(102) < 100)
    assert found.count == 3
    assert [int(found.bins[place]) for place in (0, 60, 98, 100, 101)] == [0, 1, 2, 2, -1]


def test_quantiles_of_scores(tmp_path: Path) -> None:
    cases = [case(0, month="2025-01"), case(1, month="2025-02"), case(2)]
    boxes = [box(cases[0], "hood", score / 100) for score in range(1, 100)]
    boxes += [box(cases[1], "dent", 0.25), box(cases[2], "dent", 1.0)]
    told = make_figures(write_run(tmp_path, cases, detections=boxes), FEW)
    by = {(one.label, one.month): one for one in told.drift.scores}
    assert set(by) == {(None, "2025-01"), (None, "2025-02"), ("hood", "2025-01"), ("dent", "2025-02")}
    hood = by["hood", "2025-01"]
    assert (hood.n, by[None, "2025-01"].p50) == (99, hood.p50)
    assert (hood.p10, hood.p50, hood.p90) == pytest.approx((0.1, 0.5, 0.9), abs=0.0011)
    dent, whole = told.distributions.labels
    assert (dent.label, whole.label, sum(dent.scores.counts), dent.scores.counts[-1]) == ("dent", "hood", 2, 1)
