"""New against previous: what moved the money, which cases go another way, and which moved most."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from api.rescore_report.bars import Bar, Move, waterfall
from api.rescore_report.words import Cell, Words
from claims.rescore.figures.results.figures import Figures
from claims.rescore.figures.results.money import CurrencyMoved, MoneyMoved, MovedBy, Mover
from claims.triage import Route

_CURRENCIES: Final = 6
_MOVERS: Final = 20
_TINTS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """What one source did to the money of one currency."""

    name: str
    cases: str
    rose: str
    fell: str
    amount: str
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyCard:
    """The way from the sum of the old totals to that of the new ones. ``cut`` as in ``Waterfall``."""

    currency: str
    changed: Cell
    bars: tuple[Bar, ...]
    cut: str | None
    rows: tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Cases that went one way and go another. ``tint``: 0 to 5, by share of the way they went."""

    n: str
    share: str
    tint: int
    same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MoverRow:
    """A case among those that moved most."""

    case_id: str
    before: str
    after: str
    change: str
    steps: tuple[str, ...]
    routes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """``matrix``: the earlier route's name, how many cases, and where they go now, in the order of ``ways``."""

    cards: tuple[CurrencyCard, ...]
    more_currencies: int
    ways: tuple[str, ...]
    matrix: tuple[tuple[str, str, tuple[Crossing, ...]], ...]
    changed_route: Cell
    movers: tuple[MoverRow, ...]


def movement(figures: Figures, words: Words) -> Movement | None:
    """None where no case brings an earlier estimate."""
    moved = figures.money_moved
    if moved is None:
        return None
    ways = _ways(moved)
    counts = {(move.before, move.after): move.n for move in moved.routes}
    return Movement(
        cards=tuple(_card(one, words) for one in moved.currencies[:_CURRENCIES]),
        more_currencies=max(0, len(moved.currencies) - _CURRENCIES),
        ways=tuple(words.route(way) for way in ways),
        matrix=tuple(_crossings(way, ways, counts, words) for way in ways) if counts else (),
        changed_route=words.figure(moved.changed_route),
        movers=tuple(_mover(one, words) for one in _largest(moved)),
    )


def _card(one: CurrencyMoved, words: Words) -> CurrencyCard:
    moves = [Move(name=words("before"), amount=None)]
    moves += [Move(name=words.sources(by.sources), amount=by.amount, aside=_share(by, words)) for by in one.by_source]
    moves += [Move(name=words("untold"), amount=one.untold)] if one.untold else []
    moves.append(Move(name=words("after"), amount=None))
    drawn = waterfall(one.before, moves, one.currency, words)
    return CurrencyCard(
        currency=words.currency(one.currency),
        changed=words.figure(one.changed),
        bars=drawn.bars,
        cut=drawn.cut,
        rows=tuple(_source(by, one.currency, words) for by in one.by_source),
    )


def _share(by: MovedBy, words: Words) -> str:
    return "" if by.share is None else words.percent(by.share)


def _source(by: MovedBy, currency: str, words: Words) -> SourceRow:
    return SourceRow(
        name=words.sources(by.sources),
        cases=words.count(by.cases),
        rose=words.change(by.rose, currency),
        fell=words.change(by.fell, currency),
        amount=words.change(by.amount, currency),
        share=_share(by, words) or words("none"),
    )


def _ways(moved: MoneyMoved) -> list[str]:
    """The known routes in their order, then any that an earlier run had beside them."""
    named = {way for move in moved.routes for way in (move.before, move.after)}
    known = [route.value for route in Route]
    return [*known, *sorted(named - set(known))]


def _crossings(
    way: str, ways: list[str], counts: Mapping[tuple[str, str], int], words: Words
) -> tuple[str, str, tuple[Crossing, ...]]:
    numbers = [counts.get((way, other), 0) for other in ways]
    whole = sum(numbers)
    crossings = tuple(
        Crossing(
            n=words.count(n),
            share=words.percent(n / whole) if whole else "",
            tint=-(-_TINTS * n // whole) if whole else 0,
            same=way == other,
        )
        for other, n in zip(ways, numbers, strict=True)
    )
    return words.route(way), words.count(whole), crossings


def _largest(moved: MoneyMoved) -> list[Mover]:
    """As many of each currency as there is room for, in the order given."""
    currencies = list(dict.fromkeys(one.currency for one in moved.movers))[:_CURRENCIES]
    each = max(3, _MOVERS // max(1, len(currencies)))
    return [one for currency in currencies for one in [own for own in moved.movers if own.currency == currency][:each]]


def _mover(one: Mover, words: Words) -> MoverRow:
    routes = words.route(one.route_after)
    if one.route_before and one.route_before != one.route_after:
        routes = words("from_to", before=words.route(one.route_before), after=routes)
    change: Decimal = one.after - one.before
    return MoverRow(
        case_id=words.foreign(one.case_id),
        before=words.money(one.before, one.currency),
        after=words.money(one.after, one.currency),
        change=words.change(change, one.currency),
        steps=tuple(
            words("step", source=words.sources(step.sources), amount=words.change(step.amount, one.currency))
            for step in one.steps
        ),
        routes=routes,
    )
