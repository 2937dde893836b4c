"""The measures of the report, and a table and charts of them by group of cases."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from api.rescore_report.forest import Entry, Forest, forest
from api.rescore_report.words import Cell, Style, Words
from claims.rescore.figures.results.figures import Amounts, By, Group, Measures
from claims.rescore.figures.results.values import Mean, Share

MOST_GROUPS: Final = 40
"""Rows of one chart or table. Of more groups those with the most cases are shown; all are in figures.json."""
_FOLDED: Final = (By.ROUTE, By.PRICED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure of a group. ``currency`` is empty for what has none."""

    title: str
    of: Callable[[Measures], Share | Mean]
    style: Style = Style.SHARE
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A group with every figure."""

    name: str
    cases: str
    few: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """``left_out`` groups are neither drawn nor listed. ``lead`` says what a row is, where it is no case.

    ``opened``: shown at once, else when asked for.
    """

    name: str
    title: str
    lead: str
    opened: bool
    forests: tuple[Forest, ...]
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: int


SHARES: Final[tuple[tuple[str, Callable[[Measures], Share | Mean]], ...]] = (
    ("within_10", lambda found: found.within_10),
    ("within_20", lambda found: found.within_20),
    ("within_10_estimated", lambda found: found.within_10_estimated),
    ("coverage", lambda found: found.coverage),
    ("precision", lambda found: found.lines.precision),
    ("recall", lambda found: found.lines.recall),
    ("f1", lambda found: found.lines.f1),
    ("supplement_rate", lambda found: found.supplement_rate),
    ("supplement_share", lambda found: found.supplement_share),
    ("straight_through", lambda found: found.straight_through),
    ("straight_through_error", lambda found: found.straight_through_error),
)
_BEFORE_MONEY: Final = 4


def measure(name: str, words: Words) -> Measure:
    """One of ``SHARES`` by its name."""
    return Measure(title=words(f"measure.{name}"), of=dict(SHARES)[name])


def money_measures(name: str, whole: Measures, words: Words) -> list[Measure]:
    """``bias`` or ``error`` in every currency that has final amounts."""
    style = Style.SIGNED if name == "bias" else Style.AMOUNT
    title = words(f"measure.{name}")
    several = len(whole.amounts) > 1
    return [
        Measure(
            title=words("in_currency", name=title, money=words.currency(one.currency)) if several else title,
            of=_in_currency(name, one.currency),
            style=style,
            currency=one.currency,
        )
        for one in whole.amounts
    ]


def _in_currency(name: str, currency: str) -> Callable[[Measures], Share | Mean]:
    def of(found: Measures) -> Share | Mean:
        own: Amounts | None = next((one for one in found.amounts if one.currency == currency), None)
        if own is None:
            return Mean.undefined()
        return own.bias if name == "bias" else own.error

    return of


def all_measures(whole: Measures, words: Words) -> list[Measure]:
    """For the tables: every figure that there is."""
    shares = [measure(name, words) for name, _ in SHARES]
    money = [*money_measures("bias", whole, words), *money_measures("error", whole, words)]
    return [*shares[:_BEFORE_MONEY], *money, *shares[_BEFORE_MONEY:]]


def grouping(by: By, groups: Sequence[Group], whole: Measures, drawn: Sequence[Measure], words: Words) -> Grouping:
    """Charts of the ``drawn`` measures, and a table of all."""
    shown = _largest(groups)
    names = [words.group(by, group.key) for group in shown]
    measures = all_measures(whole, words)
    return Grouping(
        name=by.value,
        title=words(f"by.{by.value}"),
        lead=words("by.part_lead") if by is By.PART else "",
        opened=by not in _FOLDED,
        forests=tuple(chart for one in drawn if (chart := _drawn(one, names, shown, whole, words))),
        heads=tuple(one.title for one in measures),
        rows=tuple(_row(name, group, measures, words) for name, group in zip(names, shown, strict=True)),
        left_out=len(groups) - len(shown),
    )


def _largest(groups: Sequence[Group]) -> list[Group]:
    """At most ``MOST_GROUPS``, in the order given."""
    kept = sorted(range(len(groups)), key=lambda number: -groups[number].measures.cases)[:MOST_GROUPS]
    return [groups[number] for number in sorted(kept)]


def _drawn(one: Measure, names: Sequence[str], groups: Sequence[Group], whole: Measures, words: Words) -> Forest | None:
    """Groups in which the figure rests on something."""
    figures = [(name, one.of(group.measures)) for name, group in zip(names, groups, strict=True)]
    entries = [Entry(name=name, figure=figure) for name, figure in figures if figure.n]
    total = Entry(name=words("all"), figure=one.of(whole))
    return forest(one.title, total, entries, words, style=one.style, currency=one.currency)


def _row(name: str, group: Group, measures: Sequence[Measure], words: Words) -> Row:
    cells = tuple(words.figure(one.of(group.measures), one.style, one.currency) for one in measures)
    return Row(name=name, cases=words.count(group.measures.cases), few=group.small, cells=cells)
