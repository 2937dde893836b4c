"""Shares and their intervals, against scipy and the binomial distribution itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from claims.rescore.figures.results.values import Share
from claims.rescore.figures.shares import exact_share, share

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def covered(shares: list[Share], p: float) -> float:
    """How often the interval holds ``p`` when p is true: summed over every outcome, not simulated."""
    chances = binom.pmf(np.arange(len(shares)), len(shares) - 1, p)
    return float(sum(c for c, one in zip(chances, shares, strict=True) if one.low <= p <= one.high))  # type: ignore[operator]


@given(COUNTS)
def test_wilson_is_the_interval_of_scipy(counted: tuple[int, int]) -> None:
    k, n = counted
    theirs = binomtest(k, n).proportion_ci(method="wilson")
    ours = share(k, n)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert ours.value == k / n


@given(COUNTS)
def test_the_exact_interval_is_wider_than_the_luck_of_the_draw(counted: tuple[int, int]) -> None:
    k, n = counted
    ours = exact_share(k, n)
    assert ours.low is not None
    assert ours.high is not None
    assert k == 0 or binom.sf(k - 1, n, ours.low) == pytest.approx(0.025, abs=1e-6)
    assert k == n or binom.cdf(k, n, ours.high) == pytest.approx(0.025, abs=1e-6)


@pytest.mark.parametrize("n", [5, 30, 200])
def test_wilson_covers_95_percent_on_the_average(n: int) -> None:
    shares = [share(k, n) for k in range(n + 1)]
    over_true_shares = [covered(shares, p) for p in np.linspace(0.02, 0.98, 97)]
    assert 0.94 <= np.mean(over_true_shares) <= 0.965


@pytest.mark.parametrize("n", [5, 30, 200])
def test_the_exact_interval_never_covers_less(n: int) -> None:
    shares = [exact_share(k, n) for k in range(n + 1)]
    assert min(covered(shares, p) for p in np.linspace(0.001, 0.999, 97)) >= 0.95 - 1e-9


@pytest.mark.parametrize("made", [share, exact_share])
def test_of_nothing_there_is_no_share(made: object) -> None:
    assert callable(made)
    assert made(0, 0) == Share(n=0, k=0, value=None, low=None, high=None)


def test_more_than_all_is_refused() -> None:
    with pytest.raises(ValueError, match="part of its whole"):
        Share(n=3, k=4, value=1.0, low=0.0, high=1.0)
