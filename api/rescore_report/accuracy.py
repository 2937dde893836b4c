"""How right the estimates are, and how many cases need nobody, by group of cases."""

from dataclasses import dataclass
from typing import Final

from api.rescore_report.forest import Entry, Forest, forest
from api.rescore_report.groups import Grouping, all_measures, grouping, measure, money_measures
from api.rescore_report.words import Cell, Words
from claims.rescore.figures.results.figures import By, Figures

_BY: Final = (By.PART, By.VEHICLE_CLASS, By.REGION, By.MONTH, By.ROUTE, By.PRICED)
_STRAIGHT_BY: Final = (By.VEHICLE_CLASS, By.REGION, By.MONTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """``whole``: name and figure of every measure over all cases."""

    whole: tuple[tuple[str, Cell], ...]
    lines: tuple[str, ...]
    groupings: tuple[Grouping, ...]
    finals: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StraightThrough:
    """``routes``: where the cases go."""

    routes: Forest | None
    groupings: tuple[Grouping, ...]


def accuracy(figures: Figures, words: Words) -> Accuracy:
    """Everything that needs a final amount or final lines."""
    whole = figures.overall
    drawn = [
        *(measure("within_10", words), *money_measures("bias", whole, words), measure("coverage", words)),
        *(measure("f1", words), measure("supplement_rate", words)),
    ]
    lines = whole.lines
    counts = {
        "estimated": words.count(lines.estimated),
        "final": words.count(lines.final),
        "matched": words.count(lines.matched),
    }
    return Accuracy(
        whole=tuple(
            (one.title, words.figure(one.of(whole), one.style, one.currency)) for one in all_measures(whole, words)
        ),
        lines=(words("lines_counted", **counts),) if lines.precision.n else (),
        groupings=tuple(grouping(by, figures.by[by], whole, drawn, words) for by in _BY if figures.by.get(by)),
        finals=bool(whole.within_10.n or lines.precision.n),
    )


def straight_through(figures: Figures, words: Words) -> StraightThrough:
    """Instant offers, and how many of them were off."""
    drawn = [measure("straight_through", words), measure("straight_through_error", words)]
    routes = [Entry(name=words.route(one.route), figure=one.share) for one in figures.distributions.routes]
    return StraightThrough(
        routes=forest(words("routes"), None, routes, words),
        groupings=tuple(
            grouping(by, figures.by[by], figures.overall, drawn, words) for by in _STRAIGHT_BY if figures.by.get(by)
        ),
    )
