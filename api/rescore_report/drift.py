"""What changes from month to month: small charts, the same months in each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from api.rescore_report.axis import Axis
from api.rescore_report.months import At, Small, small
from api.rescore_report.words import Words
from claims.rescore.figures.results.figures import SMALL, By, Figures
from claims.rescore.figures.results.months import Drift, RouteMonth, ScoreQuantiles, Shift
from claims.rescore.figures.results.values import Mean, Share

_Item = TypeVar("_Item")
_Key = TypeVar("_Key")
_MONTHS: Final = 36
_FEATURES: Final = 12
_SHIFTS: Final = 20
_LABELS: Final = 8
_TOTAL: Final = "total_"
_STABLE, _SHIFTED = 0.1, 0.25
_SHARES: Final = Axis(0.0, 1.0, 0.5)
_SHARE_TICKS: Final = ((0.0, "0%"), (0.5, "50%"), (1.0, "100%"))
_SCORE_TICKS: Final = ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Small charts of one kind; ``left_out`` are not drawn."""

    name: str
    charts: tuple[Small, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftShown:
    """``months`` by name. ``tested``: there is a baseline. ``drifted``: the shifts that count, in words."""

    months: tuple[str, ...]
    baseline: str
    panels: tuple[Panel, ...]
    tested: bool
    drifted: tuple[str, ...]
    more_drifted: int


def drift(figures: Figures, words: Words) -> DriftShown | None:
    """None where no case has a month."""
    found = figures.drift
    if not found.months:
        return None
    months = found.months[-_MONTHS:]
    drifted = sorted((shift for shift in found.shifts if shift.drifted), key=lambda shift: -shift.psi)
    panels = (
        _right(figures, months, words),
        _psi(found, months, words),
        _routes(found, months, words),
        _scores(found, months, words),
    )
    return DriftShown(
        months=tuple(words.month(month) for month in months),
        baseline=_baseline(found, words),
        panels=tuple(panel for panel in panels if panel.charts),
        tested=bool(found.baseline),
        drifted=tuple(_told(shift, words) for shift in drifted[:_SHIFTS]),
        more_drifted=max(0, len(drifted) - _SHIFTS),
    )


def _baseline(found: Drift, words: Words) -> str:
    if not found.baseline:
        return words("drift.no_baseline")
    names = [words.month(month) for month in found.baseline]
    span = names[0] if len(names) == 1 else words("span", first=names[0], last=names[-1])
    return words("drift.baseline", months=span, n=words.count(found.baseline_n))


def _told(shift: Shift, words: Words) -> str:
    facts = {"feature": feature(shift.feature, words), "month": words.month(shift.month), "psi": f"{shift.psi:.2f}"}
    told = words("drift.shift", **facts)
    return words("only_few", value=told, n=words.count(shift.n)) if shift.n < SMALL else told


def feature(name: str, words: Words) -> str:
    """What is compared from month to month: ``total_CNY`` is the amount in a currency."""
    kind, _, currency = name.partition("_") if name.startswith(_TOTAL) else (name, "", "")
    told = words.named(f"rescore_report.feature.{kind}", name)
    return words("in_currency", name=told, money=words.currency(currency)) if currency else told


def _right(figures: Figures, months: Sequence[str], words: Words) -> Panel:
    groups = {group.key: group.measures for group in figures.by.get(By.MONTH, ())}
    charts = []
    for name in ("within_10", "coverage", "straight_through"):
        values: dict[str, At] = {
            month: _share(getattr(groups[month], name), words)
            for month in months
            if month in groups and getattr(groups[month], name).value is not None
        }
        if values:
            charts.append(small(words(f"measure.{name}"), months, values, _SHARES, _SHARE_TICKS))
    return Panel(name="right", charts=tuple(charts))


def _share(figure: Share | Mean, words: Words, *, marked: bool = False) -> At:
    cell = words.figure(figure)
    text = words("with_reach", value=cell.value, reach=cell.reach) if cell.reach else cell.value or ""
    told = words("with_n", value=text, n=cell.n)
    return At(value=figure.value or 0.0, low=figure.low, high=figure.high, marked=marked, few=cell.few, text=told)


def _psi(found: Drift, months: Sequence[str], words: Words) -> Panel:
    by_feature = _sorted_by(found.shifts, lambda shift: shift.feature)
    ordered = sorted(by_feature, key=lambda name: -max(shift.psi for shift in by_feature[name]))
    axis = Axis(0.0, max([_SHIFTED * 1.4, *(shift.psi for shift in found.shifts)]), 0.1)
    charts = []
    for name in ordered[:_FEATURES]:
        values = {shift.month: _bar(shift, words) for shift in by_feature[name]}
        ticks = ((0.0, "0"), (_STABLE, "0.1"), (_SHIFTED, "0.25"))
        limits = (_STABLE, _SHIFTED)
        charts.append(
            small(feature(name, words), months, values, axis, ticks, limits=limits, bars=True, apart=found.baseline)
        )
    return Panel(name="psi", charts=tuple(charts), left_out=max(0, len(ordered) - _FEATURES))


def _bar(shift: Shift, words: Words) -> At:
    text = words("drift.psi_text", psi=f"{shift.psi:.3f}", q=f"{shift.q:.2g}", n=words.count(shift.n))
    return At(value=shift.psi, marked=shift.drifted, few=shift.n < SMALL, text=text)


def _routes(found: Drift, months: Sequence[str], words: Words) -> Panel:
    by_route = _sorted_by(found.routes, lambda one: one.route)
    charts = [
        small(words.route(route), months, {one.month: _route(one, words) for one in own}, _SHARES, _SHARE_TICKS)
        for route, own in by_route.items()
    ]
    return Panel(name="routes", charts=tuple(charts))


def _route(one: RouteMonth, words: Words) -> At:
    return _share(one.share, words, marked=one.stands_out)


def _scores(found: Drift, months: Sequence[str], words: Words) -> Panel:
    by_label = _sorted_by(found.scores, lambda one: one.label)
    ordered = sorted(by_label, key=lambda label: (label is not None, -sum(one.n for one in by_label[label])))
    charts = [
        small(
            words("drift.all_labels") if label is None else words.label(label),
            months,
            {one.month: _quantiles(one, words) for one in by_label[label]},
            _SHARES,
            _SCORE_TICKS,
        )
        for label in ordered[:_LABELS]
    ]
    return Panel(name="scores", charts=tuple(charts), left_out=max(0, len(ordered) - _LABELS))


def _quantiles(one: ScoreQuantiles, words: Words) -> At:
    text = words(
        "drift.scores_text", p10=f"{one.p10:.2f}", p50=f"{one.p50:.2f}", p90=f"{one.p90:.2f}", n=words.count(one.n)
    )
    return At(value=one.p50, low=one.p10, high=one.p90, few=one.n < SMALL, text=text)


def _sorted_by(items: Iterable[_Item], key: Callable[[_Item], _Key]) -> dict[_Key, list[_Item]]:
    found: dict[_Key, list[_Item]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found
