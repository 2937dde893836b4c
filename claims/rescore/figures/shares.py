"""How sure is a share? Wilson's interval for all shares, Clopper and Pearson's where it must never be too narrow.

Wilson's covers 95 % on the average over true shares, at any n. That of Clopper and Pearson (1934, The use of confidence
or fiducial limits illustrated in the case of the binomial) covers at least 95 % for each of them, and is wider.
"""

from scipy.stats import binomtest

from claims.rescore.figures.results.values import Share
from model.wilson import wilson


def share(k: int, n: int) -> Share:
    """``k`` of ``n`` with Wilson's interval."""
    if n == 0:
        return Share(n=0, k=0, value=None, low=None, high=None)
    low, high = wilson(k, n)
    return Share(n=n, k=k, value=k / n, low=low, high=high)


def exact_share(k: int, n: int) -> Share:
    """``k`` of ``n`` with the interval of Clopper and Pearson."""
    if n == 0:
        return Share(n=0, k=0, value=None, low=None, high=None)
    interval = binomtest(k, n).proportion_ci(method="exact")
    return Share(n=n, k=k, value=k / n, low=float(interval.low), high=float(interval.high))
