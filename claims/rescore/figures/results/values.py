"""A share and a mean with what they rest on, and counts by name."""

from dataclasses import dataclass
from typing import Literal, Self

Method = Literal["bca", "percentile", "exact"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """``k`` of ``n``, as ``value`` with its 95 % interval; all three None where n is 0."""

    n: int
    k: int
    value: float | None
    low: float | None
    high: float | None

    def __post_init__(self) -> None:
        if not 0 <= self.k <= self.n:
            raise ValueError("a share is a part of its whole")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A mean, or a ratio of two sums, over ``n`` cases, with its 95 % interval from the bootstrap over cases.

    ``value`` is None where it is not defined (n is 0, or nothing to divide by); ``low``, ``high`` and ``method`` are
    None where there is no interval: one case, or cases that all say the same.
    """

    n: int
    value: float | None
    low: float | None
    high: float | None
    method: Method | None

    @classmethod
    def undefined(cls, n: int = 0) -> Self:
        """There is no such figure for these cases."""
        return cls(n=n, value=None, low=None, high=None, method=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How often ``key`` is there; None where nobody said."""

    key: str | None
    n: int
