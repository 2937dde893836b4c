"""The promise itself: over many draws of cases whose true shares are known, it is broken as rarely as it says."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import binom

from claims.rescore.tune.choose import choose, frontier, ladder
from claims.rescore.tune.tally import Part, Tally

SHAPE = (5, 4, 3)
IN_FORCE = (2, 2, 1)
CONFIDENCE = 0.95
DRAWS = 1000
Needs = npt.NDArray[np.intp]
Risk = Callable[[Needs], npt.NDArray[np.float64]]

RISKS: dict[str, Risk] = {
    "just above the bound everywhere": lambda needs: np.full(needs.shape[1], 0.0501),
    "far above": lambda needs: np.full(needs.shape[1], 0.3),
    "rising over the bound": lambda needs: 0.01 + 0.03 * needs[0] + 0.03 * needs[2],
    "one axis alone": lambda needs: np.where(needs[1] >= 2, 0.25, 0.01),
    "falling: the strictest err most": lambda needs: 0.12 - 0.025 * needs.sum(axis=0),
    "good everywhere": lambda needs: np.full(needs.shape[1], 0.01),
}


def drawn_needs(rng: np.random.Generator, cases: int) -> tuple[Needs, npt.NDArray[np.bool_]]:
    """The strictest setting of each axis that offers each case, most at the loose end; and the cases nobody offers."""
    needs = np.stack([np.minimum(rng.geometric(0.4, cases) - 1, size - 1) for size in SHAPE])
    return needs, rng.random(cases) < 0.4


def part(rng: np.random.Generator, cases: int, risk: Risk) -> Part:
    needs, never = drawn_needs(rng, cases)
    wrong = rng.random(cases) < risk(needs)
    return Part(cases, _offered(needs[:, ~never]), _offered(needs[:, ~never & wrong]))


def _offered(needs: Needs) -> npt.NDArray[np.int64]:
    counts = np.zeros(SHAPE, dtype=np.int64)
    np.add.at(counts, tuple(needs), 1)
    for axis in range(len(SHAPE)):
        counts = counts.cumsum(axis)
    return counts


def true_error(risk: Risk) -> npt.NDArray[np.float64]:
    """Closed form: the share of each combination of needs times its risk, summed over what a setting offers."""
    weights = [np.array([*(0.4 * 0.6**place for place in range(size - 1)), 0.6 ** (size - 1)]) for size in SHAPE]
    mass = np.einsum("i,j,k->ijk", *weights)
    wrong = mass * risk(np.indices(SHAPE).reshape(3, -1)).reshape(SHAPE)
    for axis in range(len(SHAPE)):
        mass, wrong = mass.cumsum(axis), wrong.cumsum(axis)
    error: npt.NDArray[np.float64] = wrong / mass
    return error


@pytest.mark.parametrize("cases", [60, 400, 4000])
@pytest.mark.parametrize("name", RISKS)
def test_the_true_error_is_above_the_bound_in_no_more_draws_than_promised(name: str, cases: int) -> None:
    risk, bound, broken = RISKS[name], 0.05, 0
    true = true_error(risk)
    rng = np.random.default_rng(cases)
    for _ in range(DRAWS):
        tally = Tally(part(rng, cases * 3 // 10, risk), part(rng, cases * 7 // 10, risk))
        passing = [one.cell for one in choose(tally, IN_FORCE, bound=bound, confidence=CONFIDENCE) if one.passed]
        broken += any(true[cell] > bound for cell in passing)
    assert broken <= binom.ppf(0.999, DRAWS, 1 - CONFIDENCE)


def test_an_error_at_the_bound_passes_nearly_as_often_as_it_may() -> None:
    """The test is not lazy: with one setting only and many cases it uses up most of its five per cent."""
    rng, passes = np.random.default_rng(3), 0
    for _ in range(4 * DRAWS):
        explored, tested = (Part(2000, np.array([2000]), rng.binomial(2000, 0.05, 1)) for _ in range(2))
        [test] = choose(Tally(explored, tested), (0,), bound=0.05, confidence=CONFIDENCE)
        passes += test.passed
    assert 0.03 < passes / (4 * DRAWS) <= binom.ppf(0.999, 4 * DRAWS, 0.05) / (4 * DRAWS)


@pytest.mark.parametrize(("name", "share"), [("good everywhere", 0.95), ("one axis alone", 0.9)])
def test_with_many_cases_most_of_what_could_be_promised_is(name: str, share: float) -> None:
    risk, rng = RISKS[name], np.random.default_rng(5)
    whole = part(rng, 200_000, risk)
    best = max(whole.offers[cell] for cell in np.ndindex(SHAPE) if true_error(risk)[cell] <= 0.05) / 200_000
    tally = Tally(part(rng, 3000, risk), part(rng, 7000, risk))
    chosen = [one for one in choose(tally, IN_FORCE, bound=0.05, confidence=CONFIDENCE) if one.passed][-1]
    assert chosen.offers / 7000 > share * best


def test_the_tests_are_chosen_without_the_cases_that_test_them() -> None:
    risk, rng = RISKS["rising over the bound"], np.random.default_rng(7)
    explored = part(rng, 600, risk)
    orders = {
        tuple(one.cell for one in choose(Tally(explored, part(rng, 1400, risk)), IN_FORCE, bound=0.05, confidence=0.95))
        for _ in range(5)
    }
    assert orders == {ladder(explored, IN_FORCE, 0.05)}


def test_each_test_offers_more_than_the_one_before() -> None:
    explored = part(np.random.default_rng(8), 2000, RISKS["rising over the bound"])
    offers = [int(explored.offers[cell]) for cell in ladder(explored, IN_FORCE, 0.05)]
    assert len(offers) > 3
    assert offers == sorted(set(offers))


def test_nothing_beats_a_setting_of_the_frontier() -> None:
    whole = part(np.random.default_rng(9), 2000, RISKS["falling: the strictest err most"])
    for cell in frontier(whole, IN_FORCE):
        error = whole.wrong[cell] / whole.offers[cell]
        as_many = whole.offers >= whole.offers[cell]
        assert (whole.wrong[as_many] / whole.offers[as_many]).min() == error


def test_what_the_cases_do_not_speak_against_stays_as_it_is() -> None:
    """All settings offer the same: that in force is the one that is tested."""
    same = Part(100, np.full(SHAPE, 80), np.zeros(SHAPE, dtype=np.int64))
    [test] = choose(Tally(same, same), IN_FORCE, bound=0.05, confidence=CONFIDENCE)
    assert test.cell == IN_FORCE
    assert test.passed


def test_without_offers_nothing_is_tested() -> None:
    assert choose(Tally.empty(SHAPE), IN_FORCE, bound=0.05, confidence=CONFIDENCE) == ()
    assert frontier(Part.empty(SHAPE), IN_FORCE) == ()
