"""What changes from month to month, as plain values."""

from dataclasses import dataclass

from claims.rescore.figures.results.values import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How far the cases of a month differ from those of the baseline, in one feature.

    ``psi`` is the population stability index over ``bins`` bins. ``p`` is that of the chi-square test of homogeneity,
    ``q`` the same after Benjamini and Hochberg over all shifts of the run. ``drifted``: q ≤ 0.05 and psi ≥ 0.1, the
    trade's line between stable and not.
    """

    feature: str
    month: str
    n: int
    bins: int
    psi: float
    p: float
    q: float
    drifted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteMonth:
    """Share of a month's cases that go this way. ``q``: Fisher's exact test against all other months, after
    Benjamini and Hochberg over all routes and months; None where there is one month. ``stands_out``: q ≤ 0.05."""

    month: str
    route: str
    share: Share
    q: float | None
    stands_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreQuantiles:
    """Scores of the boxes of a month, to 0.001; of one label, or of all (None)."""

    label: str | None
    month: str
    n: int
    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """``baseline``: the months compared against, ``baseline_n`` cases; empty where there are not enough months.

    Months are in order. Cases without a month are in none of this.
    """

    months: tuple[str, ...]
    baseline: tuple[str, ...]
    baseline_n: int
    shifts: tuple[Shift, ...]
    routes: tuple[RouteMonth, ...]
    scores: tuple[ScoreQuantiles, ...]
