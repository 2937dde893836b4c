"""Distributions over all cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.rescore_report.bars import Bar, counted
from api.rescore_report.columns import Columns, columns
from api.rescore_report.words import Words
from claims.rescore.figures.results.figures import Figures
from claims.rescore.figures.results.spread import AmountSpread, Histogram, PartDamage
from claims.rescore.figures.results.values import Count

_CURRENCIES: Final = 6
_REASONS: Final = 20
_LABELS: Final = 12
_PARTS: Final = 24
_KINDS: Final = 6
_TINTS: Final = 5
_SCORE_TICKS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A histogram with its name. ``others``: what the second series is called, empty without one."""

    title: str
    columns: Columns
    series: str
    others: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Bars with their name and what is counted."""

    title: str
    bars: tuple[Bar, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """Parts against kinds of damage; a cell is a count and its tint, 0 to 5."""

    kinds: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Everything of the section."""

    amounts: tuple[Drawn, ...]
    more_currencies: int
    confidence: Drawn | None
    counted: tuple[Counted, ...]
    heat: Heat | None
    labels: tuple[Drawn, ...]
    more_labels: int


def spread(figures: Figures, words: Words) -> Spread:
    """Amounts, certainty, what was seen and what was decided."""
    found, cases = figures.distributions, figures.overall.cases
    labels = sorted(found.labels, key=lambda one: -sum(one.scores.counts))
    lines = sum(count.n for count in found.operations)
    drawn = [_amounts(one, words) for one in found.amounts[:_CURRENCIES]]
    shown = [_drawn(words.label(one.label), one.scores, words("boxes")) for one in labels[:_LABELS]]
    return Spread(
        amounts=tuple(one for one in drawn if one),
        more_currencies=max(0, len(found.amounts) - _CURRENCIES),
        confidence=_drawn(words("spread.confidence"), found.confidence, words("cases")),
        counted=(
            _counted("reasons", _reasons(found.reasons, words), cases, words),
            _counted("lines", _plain(_trimmed(found.lines), words), cases, words),
            _counted("damages", _plain(_trimmed(found.damages), words), cases, words),
            _counted(
                "severities", _named("severity", found.severities, words), sum(c.n for c in found.severities), words
            ),
            _counted("operations", _named("operation", found.operations, words), lines, words),
        ),
        heat=_heat(found.part_damages, words),
        labels=tuple(one for one in shown if one),
        more_labels=max(0, len(labels) - _LABELS),
    )


def _drawn(title: str, scores: Histogram, series: str) -> Drawn | None:
    """Values from 0 to 1."""
    found = columns(scores, lambda value: f"{value:.2g}", every=_SCORE_TICKS)
    return Drawn(title=title, columns=found, series=series, others="") if found else None


def _amounts(one: AmountSpread, words: Words) -> Drawn | None:
    every = max(1, -(-len(one.total.counts) // 5))
    found = columns(one.total, lambda value: f"{value:,.0f}", every=every, second=one.final)
    if found is None:
        return None
    title = words("in_currency", name=words("spread.amounts"), money=words.currency(one.currency))
    others = words("spread.final") if found.other else ""
    return Drawn(title=title, columns=found, series=words("spread.total"), others=others)


def _counted(name: str, pairs: Sequence[tuple[str, int]], whole: int, words: Words) -> Counted:
    shown = pairs[:_REASONS]
    return Counted(
        title=words(f"spread.{name}"), bars=counted(shown, whole, words), left_out=max(0, len(pairs) - len(shown))
    )


def _reasons(counts: Sequence[Count], words: Words) -> list[tuple[str, int]]:
    return [(reason(count.key, words), count.n) for count in counts]


def reason(code: str | None, words: Words) -> str:
    """``reason.PANELS`` or ``PANELS`` in a few words for an analyst; the code itself where nobody has named it."""
    bare = (code or "").removeprefix("reason.")
    return words.named(f"rescore_report.reason.{bare}", code or "") if code else words("unknown")


def _trimmed(counts: Sequence[Count]) -> Sequence[Count]:
    """Without the bins at the end that nothing is in."""
    last = max((number for number, count in enumerate(counts) if count.n), default=-1)
    return counts[: last + 1]


def _plain(counts: Sequence[Count], words: Words) -> list[tuple[str, int]]:
    return [(words.foreign(count.key) if count.key else words("unknown"), count.n) for count in counts]


def _named(kind: str, counts: Sequence[Count], words: Words) -> list[tuple[str, int]]:
    return [(words.word(kind, count.key), count.n) for count in counts]


def _heat(found: Sequence[PartDamage], words: Words) -> Heat | None:
    if not found:
        return None
    sums: dict[str | None, int] = {}
    kinds: dict[str, int] = {}
    cells: dict[tuple[str | None, str], int] = {}
    for one in found:
        sums[one.part] = sums.get(one.part, 0) + one.n
        kinds[one.kind] = kinds.get(one.kind, 0) + one.n
        cells[one.part, one.kind] = one.n
    parts = sorted(sums, key=lambda part: -sums[part])
    shown = sorted(kinds, key=lambda kind: -kinds[kind])[:_KINDS]
    most = max(cells.values())
    rows = tuple(
        (words.part(part), tuple(_tinted(cells.get((part, kind), 0), most, words) for kind in shown))
        for part in parts[:_PARTS]
    )
    heads = tuple(words.word("damage_kind", kind) for kind in shown)
    return Heat(kinds=heads, rows=rows, left_out=max(0, len(parts) - _PARTS))


def _tinted(n: int, most: int, words: Words) -> tuple[str, int]:
    return words.count(n), -(-_TINTS * n // max(most, 1))
