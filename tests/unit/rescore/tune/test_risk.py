"""The statistics of the promise against closed forms and scipy's other roads to the same number."""

import numpy as np
import pytest
from scipy.stats import binomtest

from claims.rescore.tune.risk import p_values, passed, upper_limit, within_expectation

COUNTS = [(0, 1), (0, 58), (0, 59), (1, 93), (3, 60), (12, 240), (37, 1000), (100, 1000), (5, 5)]


@pytest.mark.parametrize("bound", [0.01, 0.05, 0.2])
@pytest.mark.parametrize(("wrong", "offers"), COUNTS)
def test_the_p_value_is_that_of_the_exact_binomial_test(wrong: int, offers: int, bound: float) -> None:
    known = binomtest(wrong, offers, bound, alternative="less").pvalue
    assert p_values(np.array([wrong]), np.array([offers]), bound)[0] == pytest.approx(known, rel=1e-12)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@pytest.mark.parametrize(("wrong", "offers"), COUNTS)
def test_the_upper_limit_is_that_of_clopper_and_pearson(wrong: int, offers: int, confidence: float) -> None:
    known = binomtest(wrong, offers, alternative="less").proportion_ci(confidence, method="exact")
    assert upper_limit(wrong, offers, confidence) == pytest.approx(known.high, rel=1e-9)


@pytest.mark.parametrize(("wrong", "offers"), COUNTS)
def test_a_setting_passes_where_its_upper_limit_is_below_the_bound(wrong: int, offers: int) -> None:
    for bound in (0.01, 0.05, 0.2):
        value = float(p_values(np.array(wrong), np.array(offers), bound))
        assert (value <= 1 - 0.95) == (upper_limit(wrong, offers, 0.95) <= bound)


def test_without_a_wrong_offer_the_p_value_is_a_power() -> None:
    offers = np.arange(1, 200)
    assert p_values(np.zeros_like(offers), offers, 0.05) == pytest.approx(0.95**offers, rel=1e-12)


def test_fifty_nine_offers_without_a_wrong_one_are_the_fewest_that_pass_at_five_percent() -> None:
    values = p_values(np.zeros(2, dtype=np.int64), np.array([58, 59]), 0.05)
    assert [passed([value], 0.95) for value in values] == [0, 1]


def test_no_offers_prove_nothing() -> None:
    assert p_values(np.array(0), np.array(0), 0.05) == 1
    assert upper_limit(0, 0, 0.95) == 1


def test_what_follows_a_failure_does_not_pass() -> None:
    assert passed([0.01, 0.04, 0.06, 0.0], 0.95) == 2
    assert passed([0.06, 0.0], 0.95) == 0
    assert passed([], 0.95) == 0


def test_within_expectation_is_the_closed_form() -> None:
    """n / (n + 1) · R + 1 / (n + 1), the bound of theorem 1 of the paper for losses up to 1."""
    wrong, cases, bound = [0, 2, 4, 5, 9], 99, 0.05
    bounds = [cases / (cases + 1) * (count / cases) + 1 / (cases + 1) for count in wrong]
    allowed = max(place for place, one in enumerate(bounds) if one <= bound)
    assert within_expectation(wrong, cases, bound) == allowed == 2
    assert within_expectation([0], 18, bound) is None
    assert within_expectation([0], 19, bound) == 0


def test_the_expected_share_stays_under_the_bound_over_many_draws() -> None:
    """Conformal risk control promises an average: that of the true shares of what it chooses, over draws."""
    rng, bound, cases = np.random.default_rng(6), 0.05, 200
    true = np.array([0.01, 0.03, 0.045, 0.06, 0.12])
    chosen = []
    for _ in range(4000):
        first_wrong_at = np.searchsorted(true, rng.random(cases), side="right")  # nested: wrong there, wrong beyond
        wrong = [int((first_wrong_at <= place).sum()) for place in range(len(true))]
        kept = within_expectation(wrong, cases, bound)
        chosen.append(0.0 if kept is None else true[kept])
    assert np.mean(chosen) <= bound
    assert np.mean(chosen) > 0.6 * bound
