"""The bootstrap of ratios: it covers what is true, and says what it cannot say."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from claims.rescore.figures.arrays import Floats
from claims.rescore.figures.bootstrap import BLOCKS, mean, ratio
from claims.rescore.figures.results.values import Mean

SIMULATIONS = 1000
CASES = 80
DRAWS = 300
COUNTS = arrays(np.float64, st.integers(1, 40), elements=st.integers(0, 9).map(float))


def bias_of_a_run(draw: np.random.Generator) -> Mean:
    """Estimates that are off by a factor of log-normal luck: the true bias is its mean less 1."""
    final = draw.lognormal(7, 0.5, CASES)
    return ratio(final * draw.lognormal(0.02, 0.2, CASES) - final, final, draws=DRAWS)


def f1_of_a_run(draw: np.random.Generator) -> Mean:
    """3 final lines a case, found with a chance that differs from case to case, and 0.6 lines too many."""
    final = 1 + draw.poisson(2, CASES)
    matched = draw.binomial(final, draw.beta(8, 2, CASES))
    estimated = matched + draw.poisson(0.6, CASES)
    return ratio(2.0 * matched, (estimated + final).astype(np.float64), draws=DRAWS, proportion=True)


@pytest.mark.parametrize(
    ("simulated", "truth"),
    [
        pytest.param(bias_of_a_run, np.exp(0.02 + 0.2**2 / 2) - 1, id="bias"),
        pytest.param(f1_of_a_run, 2 * 0.8 * 3 / (0.8 * 3 + 0.6 + 3), id="f1"),
    ],
)
def test_the_interval_covers_the_truth(simulated: Callable[[np.random.Generator], Mean], truth: float) -> None:
    """95 % is promised; 80 cases and 300 draws keep between 92 and 97 %, with the luck of 1,000 simulations."""
    draw = np.random.default_rng(7)
    found = [simulated(draw) for _ in range(SIMULATIONS)]
    assert {one.method for one in found} == {"bca"}
    covered = np.mean([one.low <= truth <= one.high for one in found])  # type: ignore[operator]
    assert 0.92 <= covered <= 0.97


def test_blocks_of_cases_vary_as_cases_do() -> None:
    """With many cases the interval is as wide as the normal distribution has it, whether blocks or cases are drawn."""
    many = [np.random.default_rng(seed).exponential(100, 10 * BLOCKS) for seed in range(40)]
    found = [mean(values, draws=DRAWS) for values in many]
    normal = [2 * norm.ppf(0.975) * values.std() / np.sqrt(len(values)) for values in many]
    widths = [one.high - one.low for one in found if one.high is not None and one.low is not None]
    assert np.mean(np.array(widths) / normal) == pytest.approx(1.0, abs=0.04)


@settings(max_examples=25)
@given(COUNTS, st.randoms())
def test_the_order_of_the_cases_changes_nothing(values: Floats, luck: object) -> None:
    order = np.random.default_rng(luck.getrandbits(32)).permutation(len(values))  # type: ignore[attr-defined]
    under = np.arange(len(values), dtype=np.float64) % 5
    assert ratio(values, under, draws=50) == ratio(values[order], under[order], draws=50)


@settings(max_examples=25)
@given(COUNTS)
def test_a_proportion_stays_between_0_and_1(whole: Floats) -> None:
    part = np.floor(whole / 2)
    found = ratio(part, whole, draws=50, proportion=True)
    if found.value is not None and found.low is not None and found.high is not None:
        assert 0 <= found.low <= found.value <= found.high <= 1


def test_nothing_to_divide_by() -> None:
    nothing = np.zeros(3)
    assert ratio(np.ones(3), nothing, draws=50) == Mean(n=3, value=None, low=None, high=None, method=None)
    assert mean(np.empty(0), draws=50) == Mean.undefined()


def test_one_case_has_no_interval() -> None:
    assert mean(np.array([4.0]), draws=50) == Mean(n=1, value=4.0, low=None, high=None, method=None)


def test_cases_that_all_say_the_same_have_no_interval() -> None:
    found = ratio(np.array([1.0, 2.0, 5.0]), np.array([2.0, 4.0, 10.0]), draws=50)
    assert (found.value, found.low, found.method) == (0.5, None, None)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_proportion_without_exception_has_the_exact_bound(value: float) -> None:
    """As many trials as cases with a line: the chance of no exception in 10 is 2.5 % where 31 % are exceptions."""
    under = np.array([2.0] * 10 + [0.0] * 5)
    found = ratio(value * under, under, draws=50, proportion=True)
    assert (found.n, found.value, found.method) == (15, value, "exact")
    open_end = found.low if value else found.high
    assert open_end == pytest.approx(abs(value - (1 - 0.025**0.1)))


def test_percentiles_stand_in_where_bca_is_not_defined() -> None:
    """Without its one case that has something to divide by there is no ratio: neither in the jackknife nor in draws."""
    found = ratio(np.array([1.0, 1.0, 0.0, 0.0]), np.array([3.0, 0.0, 0.0, 0.0]), draws=400)
    assert found.method == "percentile"
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low <= found.high
