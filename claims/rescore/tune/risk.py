"""The statistics of the promise, by their known names; scipy computes them.

Learn-then-Test (Angelopoulos, Bates, Candès, Jordan, Lei 2021, arXiv 2110.01052) for the share of wrong offers among
offers, which does not rise steadily as a policy gets looser; conformal risk control (Angelopoulos, Bates, Fisch, Lei,
Schuster 2024, arXiv 2208.02814) for the share of wrong offers among all cases, which does.
"""

from collections.abc import Iterable, Sequence
from itertools import takewhile

import numpy as np
import numpy.typing as npt
from scipy.stats import beta, binom

Counts = npt.NDArray[np.int64]


def p_values(wrong: Counts, offers: Counts, bound: float) -> npt.NDArray[np.float64]:
    """How likely so few wrong offers would be if the true share were ``bound``: exact binomial. Without offers, 1."""
    return np.asarray(binom.cdf(wrong, offers, bound), dtype=np.float64)


def upper_limit(wrong: int, offers: int, confidence: float) -> float:
    """The largest true share that the counts leave possible: the one-sided limit of Clopper and Pearson (1934)."""
    return 1.0 if wrong == offers else float(beta.ppf(confidence, wrong + 1, offers - wrong))


def passed(values: Iterable[float], confidence: float) -> int:
    """How many settings, tested in a fixed order, pass before the first that does not.

    Fixed-sequence testing: whatever the order, as long as the tested cases did not choose it, all that pass hold
    together with ``confidence``.
    """
    return sum(1 for _ in takewhile(lambda value: value <= 1 - confidence, values))


def within_expectation(wrong: Sequence[int], cases: int, bound: float) -> int | None:
    """The last of nested settings, strict to loose, that keeps the expected share of wrong offers among all cases.

    Conformal risk control with a loss of 0 or 1 for each case: (wrong + 1) / (cases + 1) at most ``bound``.
    """
    kept = [place for place, count in enumerate(wrong) if (count + 1) / (cases + 1) <= bound]
    return kept[-1] if kept else None
