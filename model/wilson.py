"""How sure is a share of n? The score interval of Wilson (1927), good for small n and for shares near 0 and 1."""

from math import sqrt

Z95 = 1.959963984540054
"""The 97.5 % point of the normal distribution."""


def wilson(hits: int, n: int, z: float = Z95) -> tuple[float, float]:
    """The interval of ``hits`` out of ``n``, as shares of 1; all of 0 to 1 where n is 0.

    Wilson 1927, Probable inference, the law of succession, and statistical inference.
    """
    if not 0 <= hits <= n:
        raise ValueError("hits are a part of n")
    if n == 0:
        return 0.0, 1.0
    share, spread = hits / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    reach = z * sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return (0.0 if hits == 0 else middle - reach), (1.0 if hits == n else middle + reach)
