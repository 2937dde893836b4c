"""The top of the page: what was scored with what, what came of it in plain words, and the figures that matter most."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from api.rescore_report.run_facts import RunFacts
from api.rescore_report.words import Cell, Style, Words
from claims.rescore.figures.results.figures import SMALL, Amounts, Figures
from claims.rescore.figures.results.money import CurrencyMoved
from claims.rescore.figures.results.values import Mean, Share

_CURRENCIES_TOLD: Final = 3
_VERSION: Final = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A figure that stands out."""

    title: str
    cell: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """``facts`` are pairs of a name and a value; ``versions`` those of what it was scored with, and before."""

    facts: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str, str], ...]
    sentences: tuple[str, ...]
    tiles: tuple[Tile, ...]
    complete: bool


def headline(figures: Figures, run: RunFacts, words: Words) -> Headline:
    """Everything on the first screen."""
    return Headline(
        facts=tuple(_facts(figures, run, words)),
        versions=tuple(_versions(run, words)),
        sentences=tuple(_sentences(figures, words)),
        tiles=tuple(_tiles(figures, words)),
        complete=run.complete,
    )


def _facts(figures: Figures, run: RunFacts, words: Words) -> Iterator[tuple[str, str]]:
    quality = figures.quality
    yield words("head.source"), words.foreign(run.source)
    yield words("head.made"), words.day(run.made)
    yield words("head.rows"), words.count(quality.rows)
    yield words("head.scored"), words.count(quality.scored)
    yield words("head.quarantined"), words.count(quality.quarantined.k)
    if quality.first_day and quality.last_day:
        first, last = words.day(date.fromisoformat(quality.first_day)), words.day(date.fromisoformat(quality.last_day))
        yield words("head.priced_for"), first if first == last else words("span", first=first, last=last)


def _versions(run: RunFacts, words: Words) -> Iterator[tuple[str, str, str]]:
    for name in dict.fromkeys([*run.versions, *run.previous]):
        now, before = run.versions.get(name), run.previous.get(name)
        yield words.sources((name,)), _version(now, words) or words("none"), _version(before, words)


def _version(told: str | None, words: Words) -> str:
    return words.foreign(told, _VERSION) if told else ""


def _tiles(figures: Figures, words: Words) -> Iterator[Tile]:
    whole = figures.overall
    for name in ("within_10", "within_10_estimated", "within_20"):
        yield Tile(title=words(f"measure.{name}"), cell=words.figure(getattr(whole, name)))
    for one in whole.amounts[:_CURRENCIES_TOLD]:
        several = len(whole.amounts) > 1
        name = words("measure.bias")
        title = words("in_currency", name=name, money=words.currency(one.currency)) if several else name
        yield Tile(title=title, cell=words.figure(one.bias, Style.SIGNED))
    yield Tile(title=words("measure.coverage"), cell=words.figure(whole.coverage))
    yield Tile(title=words("measure.f1"), cell=words.figure(whole.lines.f1))
    yield Tile(title=words("measure.straight_through"), cell=words.figure(whole.straight_through))
    yield Tile(title=words("measure.straight_through_error"), cell=words.figure(whole.straight_through_error))


def _sentences(figures: Figures, words: Words) -> Iterator[str]:
    quality, whole = figures.quality, figures.overall
    yield words("said.scored", scored=words.count(quality.scored), rows=words.count(quality.rows))
    if quality.quarantined.k:
        yield words("said.quarantined", n=words.count(quality.quarantined.k))
    yield from _accuracy(figures, words) if whole.within_10.n else [words("said.no_final")]
    for name, figure in (("precision", whole.lines.precision), ("recall", whole.lines.recall)):
        if figure.value is not None:
            yield words(f"said.{name}", share=told_of(figure, words))
    yield from _straight_through(figures, words)
    for one in (figures.money_moved.currencies if figures.money_moved else ())[:_CURRENCIES_TOLD]:
        yield _moved(one, words)
    drifted = {shift.month for shift in figures.drift.shifts if shift.drifted}
    if figures.drift.baseline:
        yield (
            words("said.drifted", n=len(drifted), months=len(figures.drift.months)) if drifted else words("said.steady")
        )


def _accuracy(figures: Figures, words: Words) -> Iterator[str]:
    whole = figures.overall
    yield words("said.final", n=words.count(whole.within_10.n))
    yield words("said.within", ten=told_of(whole.within_10, words), twenty=told_of(whole.within_20, words))
    yield from (_bias(one, words) for one in whole.amounts[:_CURRENCIES_TOLD])
    yield words("said.coverage", share=told_of(whole.coverage, words))


def _bias(one: Amounts, words: Words) -> str:
    bias = one.bias
    if bias.value is None:
        return words("said.no_bias", money=words.currency(one.currency))
    way, style = _way(bias), Style.SIGNED
    if way == "low":
        bias = replace(bias, value=-bias.value, low=-(bias.high or 0.0), high=-(bias.low or 0.0))
    if way in {"high", "low"}:
        style = Style.SHARE
    return words(f"said.bias_{way}", share=told_of(bias, words, style), money=words.currency(one.currency))


def _way(bias: Mean) -> str:
    """Where the interval of a bias lies: above 0, below it, or around it; ``plain`` without an interval."""
    if bias.low is None or bias.high is None:
        return "plain"
    return "high" if bias.low > 0 else "low" if bias.high < 0 else "even"


def _straight_through(figures: Figures, words: Words) -> Iterator[str]:
    whole = figures.overall
    if whole.straight_through.n:
        yield words("said.straight", share=told_of(whole.straight_through, words))
    if whole.straight_through_error.n:
        yield words(
            "said.straight_error", share=told_of(whole.straight_through_error, words), limits=limits(figures, words)
        )


def limits(figures: Figures, words: Words) -> str:
    """From which difference on a total is off: the floor of each currency, and the share of the final amount."""
    currencies = [count.key for count in figures.quality.currencies if count.key][:_CURRENCIES_TOLD]
    floors = [words.money(figures.settings.floor_of(currency), currency) for currency in currencies]
    share = words.percent(float(figures.settings.tolerance), 0)
    told = words.texts.sentences["report.or"].join(floors) or f"{figures.settings.floor}"
    return words("limits", floors=told, share=share)


def _moved(one: CurrencyMoved, words: Words) -> str:
    change = one.after - one.before
    facts = {"before": words.money(one.before, one.currency), "after": words.money(one.after, one.currency)}
    if not change:
        return words("said.unmoved", **facts)
    share = words.signed(float(change / one.before)) if one.before else words("unknown")
    told = [item for item in one.by_source if item.sources and item.share is not None]
    most = max(told, key=lambda item: item.share or 0.0, default=None)
    by = words("said.mostly", source=words.sources(most.sources)) if most else words("said.untold")
    return words("said.moved", change=words.change(change, one.currency), share=share, by=by, **facts)


def told_of(figure: Share | Mean, words: Words, style: Style = Style.SHARE) -> str:
    """41.2% (40.3% to 42.1%); says so where it rests on few cases."""
    cell = words.figure(figure, style)
    text = cell.value or words("none")
    told = words("with_reach", value=text, reach=cell.reach) if cell.reach else text
    return words("only_few", value=told, n=cell.n) if 0 < figure.n < SMALL else told
