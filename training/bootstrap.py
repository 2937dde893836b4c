"""How sure is a figure? Percentile bootstrap over groups of photos.

Photos of one group are near-copies and say the same thing twice, so whole groups are drawn. The draws depend on the
groups and the set's name alone: two detectors judged on the same photos get the same draws, and their values subtract,
while figures of two sets vary apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from training.average_precision import Bools, Floats, Ints

DRAWS = 1000
SEED = 0
_TAILS = (0.025, 0.975)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure on the photos as they are, and its 95 % interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Floats) -> Self:
        """From a figure's value under every row of ``resamples``, (1 + draws,); draws that cannot say (nan) are left
        out. Raises ``ValueError`` when the first value is nan."""
        if np.isnan(values[0]):
            raise ValueError("nothing was measured")
        drawn = values[1:][~np.isnan(values[1:])]
        low, high = np.quantile(drawn, _TAILS) if len(drawn) else (values[0], values[0])
        return cls(value=float(values[0]), low=float(low), high=float(high))


def resamples(groups: Sequence[str], draws: int = DRAWS, *, data: str = "") -> Ints:
    """How often each photo counts, (1 + draws, photos): once each in the first row, as drawn in the others.

    ``data``: name of the set, from which its draws are seeded.
    """
    names, member = np.unique(np.array(groups, dtype=str), return_inverse=True)
    if not len(names):
        return np.ones((1 + draws, 0), dtype=np.int64)
    chances = np.full(len(names), 1 / len(names))
    seed = np.random.SeedSequence(SEED, spawn_key=tuple(data.encode()))
    drawn = np.random.default_rng(seed).multinomial(len(names), chances, size=draws)
    return np.vstack([np.ones(len(member), dtype=np.int64), drawn[:, member]])


def share(hits: Bools, weights: Ints) -> Floats:
    """The share of hits under each row of ``weights``: (n,), (rows, n) → (rows,); nan where nothing counts."""
    whole = weights.sum(axis=1)
    empty = np.full(len(weights), np.nan)
    shares: Floats = np.divide(weights @ hits.astype(np.int64), whole, out=empty, where=whole > 0)
    return shares


def share_estimate(hits: Bools, weights: Ints, groups: Sequence[str]) -> Estimate:
    """A share with its interval. Where all or none are hits every draw says the same, so the open end is the exact
    binomial bound for as many independent trials as there are groups."""
    estimate = Estimate.of(share(hits, weights))
    reach = _TAILS[0] ** (1 / max(len(set(groups)), 1))
    if estimate.value == 0.0:
        return Estimate(value=0.0, low=0.0, high=1.0 - reach)
    return Estimate(value=1.0, low=reach, high=1.0) if estimate.value == 1.0 else estimate
