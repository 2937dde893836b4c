"""The cases most worth a look: every reason adds points to a case, and the most points come first.

How far a total is off is told in the usual final amount of its currency (the median; of the totals where no final
amount is known), so that cases of several currencies stand in one list and large bills weigh more than small ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from claims.rescore.figures.arrays import Bools, Floats, Ints, as_amount, as_units
from claims.rescore.figures.cases import Cases
from claims.rescore.figures.measures import Judged
from claims.rescore.figures.photos import PhotoUse
from claims.rescore.figures.results.figures import Settings
from claims.rescore.figures.results.look import Reason, Why, WorthALook
from claims.rescore.figures.verdicts import off
from claims.triage import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """One reason over all cases, arrays of (n,): how much of it, and the points; 0 where it does not hold."""

    why: Why
    value: Floats
    points: Floats


def worth_a_look(judged: Judged, photos: PhotoUse) -> tuple[WorthALook, ...]:
    """At most ``settings.looks`` cases; equal scores stand in the order of the manifest. None without any reason."""
    found = list(_findings(judged, photos))
    score = np.sum([finding.points for finding in found], axis=0)
    order = np.argsort(-score.round(6), kind="stable")[: judged.settings.looks]
    return tuple(_told(judged.cases, photos, found, int(case)) for case in order if score[case] > 0)


def _findings(judged: Judged, photos: PhotoUse) -> Iterator[_Finding]:
    cases, said = judged.cases, judged.verdicts
    usual = _usual(cases)
    miss = np.abs(cases.total - cases.final) / usual
    outside = np.maximum(np.maximum(cases.low - cases.final, cases.final - cases.high), 0) / usual
    blind = cases.has_final & (judged.lines_per_case == 0) & (cases.final > _floors(cases, judged.settings))
    yield _by_size(Why.OFFER_OFF, 3, miss, cases.has_final & cases.offered & said.off)
    yield _by_size(Why.OUTSIDE, 1, outside, cases.has_final & ~said.inside)
    yield _by_size(Why.NOTHING_SEEN, 2, cases.final / usual, blind)
    yield _by_count(Why.MISSED_LINES, 0.5, (said.final - said.matched).astype(np.float64), said.lines_known)
    yield _by_count(Why.EXTRA_LINES, 0.25, (said.estimated - said.matched).astype(np.float64), said.lines_known)
    yield from _changes(cases, judged.settings, usual)
    yield _by_count(Why.UNSURE_AND_DEAR, 2, 1 - np.nan_to_num(cases.confidence, nan=1.0), _unsure_and_dear(cases))
    shared = photos.shared_by()
    yield _by_count(Why.PHOTO_ELSEWHERE, 1, shared.astype(np.float64), shared > 0)


def _changes(cases: Cases, settings: Settings, usual: Floats) -> Iterator[_Finding]:
    moved = np.abs(cases.total - cases.previous) / usual
    far = off(cases.total, cases.previous, _floors(cases, settings), settings.tolerance.as_integer_ratio())
    yield _by_size(Why.MOVED, 0, moved, cases.has_previous & far)
    went = np.array((*cases.previous_route.words, ""))[cases.previous_route.codes]
    goes = np.array(cases.route.words)[cases.route.codes]
    changed = (cases.previous_route.codes >= 0) & (went != goes)
    yield _by_count(Why.ROUTE_CHANGED, 0.5, 1.0 + (goes == Route.INSTANT_OFFER.value), changed)


def _by_size(why: Why, base: float, value: Floats, holds: Bools) -> _Finding:
    """A base and the value, the value counting up to 3."""
    return _Finding(why=why, value=value, points=np.where(holds, base + np.minimum(value, 3.0), 0.0))


def _by_count(why: Why, each: float, value: Floats, holds: Bools) -> _Finding:
    """So many points each, up to 4 times."""
    return _Finding(why=why, value=value, points=np.where(holds, each * np.minimum(value, 4.0), 0.0))


def _usual(cases: Cases) -> Floats:
    usual = np.ones(len(cases))
    for currency in cases.currencies:
        of = cases.currency.equal(currency)
        finals = cases.final[of & cases.has_final & (cases.final > 0)]
        totals = cases.total[of & (cases.total > 0)]
        told = finals if len(finals) else totals
        usual[of] = float(np.median(told)) if len(told) else 1.0
    return usual


def _floors(cases: Cases, settings: Settings) -> Ints:
    return cases.per_currency({name: as_units(settings.floor_of(name)) for name in cases.currencies})


def _unsure_and_dear(cases: Cases) -> Bools:
    sure = cases.confidence[~np.isnan(cases.confidence)]
    chosen = np.zeros(len(cases), dtype=np.bool_)
    if not len(sure):
        return chosen
    unsure = cases.confidence <= np.quantile(sure, 0.1)
    for currency in cases.currencies:
        of = cases.currency.equal(currency)
        chosen |= of & unsure & (cases.total > 0) & (cases.total >= np.quantile(cases.total[of], 0.9))
    return chosen


def _told(cases: Cases, photos: PhotoUse, found: list[_Finding], case: int) -> WorthALook:
    reasons = [
        Reason(why=item.why, points=float(item.points[case]), value=float(item.value[case]))
        for item in found
        if item.points[case] > 0
    ]
    return WorthALook(
        row=int(cases.row[case]),
        case_id=cases.ids[case].as_py(),
        score=sum(reason.points for reason in reasons),
        reasons=tuple(sorted(reasons, key=lambda reason: -reason.points)),
        month=cases.month.at(case),
        route=cases.route.words[cases.route.codes[case]],
        currency=cases.currencies[cases.currency.codes[case]],
        total=as_amount(cases.total[case]),
        low=as_amount(cases.low[case]),
        high=as_amount(cases.high[case]),
        final_amount=as_amount(cases.final[case]) if cases.has_final[case] else None,
        previous_total=as_amount(cases.previous[case]) if cases.has_previous[case] else None,
        previous_route=cases.previous_route.at(case),
        confidence=None if np.isnan(cases.confidence[case]) else float(cases.confidence[case]),
        photos=photos.of(case),
    )
