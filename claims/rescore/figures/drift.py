"""Do the cases of a month look like those before? Stability index, chi-square and Fisher tests, many at a time.

The baseline are the earliest months that together hold 200 cases. Numbers fall into the tenths
of the baseline; words with less than 5 % of it are one bin, with words that it does not know. With so many tests some
are small by chance: q is p after Benjamini and Hochberg (1995), so that of all that is called drift at most one in
twenty is expected to be none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final

import numpy as np
from scipy.stats import chi2_contingency, false_discovery_control, fisher_exact

from claims.rescore.figures.arrays import NOBODY_SAID, Bools, Floats, Ints
from claims.rescore.figures.cases import Cases, Words
from claims.rescore.figures.measures import share_of
from claims.rescore.figures.results.figures import SMALL
from claims.rescore.figures.results.months import Drift, RouteMonth, ScoreQuantiles, Shift

BASELINE_CASES: Final = 200
DRIFTED_PSI: Final = 0.1
"""Below it the trade speaks of a stable population (Siddiqi, Credit risk scorecards, 2006)."""
_Q: Final = 0.05
_RARE: Final = 0.05
_TENTHS: Final = tuple(np.linspace(0.1, 0.9, 9).tolist())


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """What a case is like: ``bins`` (n,) of ``count`` bins, -1 where the case has no such feature."""

    name: str
    bins: Ints
    count: int


def drift(cases: Cases, lines: Ints, photos: Ints, scores: tuple[ScoreQuantiles, ...]) -> Drift:
    """``lines`` and ``photos`` count per case, (n,); ``scores`` as ``Scores.quantiles``."""
    names = _earliest(cases.month)
    before = _any_of(cases.month, names)
    later = [name for name in cases.month.words if name not in names]
    compared = bool(later) and bool(before.any())
    return Drift(
        months=cases.month.words,
        baseline=names if compared else (),
        baseline_n=int(before.sum()) if compared else 0,
        shifts=_shifts(cases.month, features(cases, lines, photos, before), before, later) if compared else (),
        routes=_routes(cases),
        scores=scores,
    )


def features(cases: Cases, lines: Ints, photos: Ints, before: Bools) -> list[Feature]:
    """Every feature that is compared, its bins made on the cases of the baseline."""
    totals = ((name, cases.currency.equal(name)) for name in cases.currencies)
    amounts = {f"total_{name}": np.where(of, cases.total.astype(np.float64), np.nan) for name, of in totals}
    counts = {"lines": lines, "damages": cases.damages, "photos": photos}
    numbers = amounts | {"confidence": cases.confidence} | {name: n.astype(np.float64) for name, n in counts.items()}
    words = {"route": cases.route, "vehicle_class": cases.vehicle_class, "region": cases.region}
    return [
        *(number_feature(name, values, before) for name, values in numbers.items()),
        *(word_feature(name, column, before) for name, column in words.items()),
    ]


def number_feature(name: str, values: Floats, before: Bools) -> Feature:
    """Numbers by the tenths of the baseline; equal tenths are one edge."""
    known = ~np.isnan(values)
    base = values[before & known]
    edges = np.unique(np.quantile(base, _TENTHS)) if len(base) else np.empty(0)
    bins = np.where(known, np.searchsorted(edges, np.nan_to_num(values), side="right"), NOBODY_SAID)
    return Feature(name=name, bins=bins.astype(np.int64), count=len(edges) + 1)


def word_feature(name: str, column: Words, before: Bools) -> Feature:
    """Words that are frequent in the baseline have a bin each; all others share the last one."""
    known = column.codes != NOBODY_SAID
    times = np.bincount(column.codes[before & known], minlength=len(column.words))
    often = np.flatnonzero(times >= max(_RARE * times.sum(), 1))
    place = np.full(len(column.words) + 1, len(often))
    place[often], place[-1] = np.arange(len(often)), NOBODY_SAID
    return Feature(name=name, bins=place[column.codes].astype(np.int64), count=len(often) + 1)


def stability(before: Ints, now: Ints) -> float:
    """Population stability index of two counts over the same bins, (bins,); half a case is added to every bin that
    either has, so that none is empty."""
    used = before + now > 0
    base, month = ((counts + 0.5) / (counts + 0.5).sum() for counts in (before[used], now[used]))
    return float(((month - base) * np.log(month / base)).sum())


def homogeneity(before: Ints, now: Ints) -> float:
    """p of the chi-square test that both counts, (bins,), come from the same distribution."""
    table = np.stack([before, now])
    table = table[:, table.sum(axis=0) > 0]
    return float(chi2_contingency(table, correction=False).pvalue) if table.shape[1] > 1 else 1.0


def _shifts(month: Words, told: Sequence[Feature], before: Bools, later: Sequence[str]) -> tuple[Shift, ...]:
    shifts = [
        shift for feature in told for name in later if (shift := _shift(feature, before, name, month.equal(name)))
    ]
    if not shifts:
        return ()
    qs = false_discovery_control([shift.p for shift in shifts])
    return tuple(
        replace(shift, q=float(q), drifted=bool(q <= _Q and shift.psi >= DRIFTED_PSI))
        for shift, q in zip(shifts, qs, strict=True)
    )


def _shift(feature: Feature, before: Bools, month: str, now: Bools) -> Shift | None:
    """None where one of both has fewer than 30 cases with the feature."""
    known = feature.bins != NOBODY_SAID
    base, here = (np.bincount(feature.bins[of & known], minlength=feature.count) for of in (before, now))
    if min(base.sum(), here.sum()) < SMALL:
        return None
    psi, p = stability(base, here), homogeneity(base, here)
    n = int(here.sum())
    return Shift(feature=feature.name, month=month, n=n, bins=feature.count, psi=psi, p=p, q=p, drifted=False)


def _routes(cases: Cases) -> tuple[RouteMonth, ...]:
    dated = cases.month.codes != NOBODY_SAID
    told = [(month, route, cases.month.equal(month)) for month in cases.month.words for route in cases.route.words]
    qs: Sequence[float | None] = [None] * len(told)
    if len(cases.month.words) > 1:
        ps = [_fisher(cases.route.equal(route), of, dated) for _, route, of in told]
        qs = false_discovery_control(ps).tolist()
    return tuple(
        RouteMonth(
            month=month,
            route=route,
            share=share_of(cases.route.equal(route), of),
            q=q,
            stands_out=q is not None and q <= _Q,
        )
        for (month, route, of), q in zip(told, qs, strict=True)
    )


def _fisher(hits: Bools, month: Bools, dated: Bools) -> float:
    others = dated & ~month
    table = np.array([[(of & hits).sum(), (of & ~hits).sum()] for of in (month, others)])
    return float(fisher_exact(table).pvalue)


def _earliest(month: Words) -> tuple[str, ...]:
    times = np.bincount(month.codes[month.codes != NOBODY_SAID], minlength=len(month.words))
    first = takewhile(lambda place: times[:place].sum() < BASELINE_CASES, range(len(times)))
    return tuple(month.words[place] for place in first)


def _any_of(month: Words, names: Sequence[str]) -> Bools:
    chosen: Bools = np.isin(month.codes, [month.words.index(name) for name in names if name in month.words])
    return chosen
