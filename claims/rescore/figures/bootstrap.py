"""How sure is a ratio of two sums over cases? The BCa bootstrap over cases, by scipy.

A mean is such a ratio, as are bias, precision, recall and F1. Efron 1987, Better bootstrap confidence intervals.
Values are put in order first and the draws are seeded by them: the order of the cases changes nothing, equal cases
have equal intervals, and the luck of the draws is not the same for every figure.
"""

import warnings
from hashlib import sha256
from typing import Final

import numpy as np
from scipy.stats import DegenerateDataWarning, bootstrap

from claims.rescore.figures.arrays import Floats, Ints
from claims.rescore.figures.results.values import Mean, Method

BLOCKS: Final = 500
"""More cases than this are dealt into so many blocks at random, and blocks are drawn: the sums of blocks vary as those
of cases do, bias and skew of the ratio with them, at a cost that no longer grows with the square of the cases."""
_TAILS: Final = (0.025, 0.975)
_BATCH: Final = 250


def ratio(over: Floats, under: Floats, *, draws: int, proportion: bool = False) -> Mean:
    """Σ over / Σ under of cases, (n,) each, and its interval.

    Where BCa is not defined (a draw with nothing to divide by, a statistic at the edge of its draws) the percentiles of
    the draws stand in. A ``proportion`` that is 0 or 1 in every case has the exact bound of so many trials as there are
    cases with something to divide by: no draw could say otherwise, yet the next case may.
    """
    order = np.lexsort((under, over))
    over, under = over[order], under[order]
    n, whole = len(over), float(under.sum())
    if whole == 0:
        return Mean.undefined(n)
    value = float(over.sum()) / whole
    if proportion and value in {0.0, 1.0}:
        return _exact(n, value, int(np.count_nonzero(under)))
    if n < 2 or _all_say(value, over, under):
        return Mean(n=n, value=value, low=None, high=None, method=None)
    low, high, method = _interval(over, under, draws)
    return Mean(n=n, value=value, low=low, high=high, method=method)


def mean(values: Floats, *, draws: int) -> Mean:
    """The mean of cases, (n,), and its interval."""
    return ratio(values, np.ones(len(values)), draws=draws)


def _exact(n: int, value: float, trials: int) -> Mean:
    reach = float(_TAILS[0] ** (1 / trials))
    low, high = (0.0, 1.0 - reach) if value == 0.0 else (reach, 1.0)
    return Mean(n=n, value=value, low=low, high=high, method="exact")


def _all_say(value: float, over: Floats, under: Floats) -> bool:
    return bool(np.allclose(over, value * under, rtol=1e-12, atol=0.0))


def _blocks(over: Floats, under: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    if len(over) <= BLOCKS:
        return over, under
    dealt = rng.permutation(np.arange(len(over)) % BLOCKS)
    return _dealt(dealt, over), _dealt(dealt, under)


def _dealt(dealt: Ints, values: Floats) -> Floats:
    sums: Floats = np.bincount(dealt, values, BLOCKS).astype(np.float64)
    return sums


def _interval(over: Floats, under: Floats, draws: int) -> tuple[float, float, Method]:
    rng = np.random.default_rng(int.from_bytes(sha256(over.tobytes() + under.tobytes()).digest()[:8]))
    over, under = _blocks(over, under, rng)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DegenerateDataWarning)
        result = bootstrap(
            (over, under), _ratio, paired=True, vectorized=True, n_resamples=draws, batch=_BATCH, method="BCa", rng=rng
        )
    interval = result.confidence_interval
    if np.isfinite(interval.low) and np.isfinite(interval.high):
        return float(interval.low), float(interval.high), "bca"
    low, high = np.nanquantile(result.bootstrap_distribution, _TAILS)
    return float(low), float(high), "percentile"


def _ratio(over: Floats, under: Floats, axis: int = -1) -> Floats:
    above, below = over.sum(axis=axis), under.sum(axis=axis)
    found: Floats = np.full(np.shape(below), np.nan)
    np.divide(above, below, out=found, where=below != 0)
    return found
