"""New against previous, as plain values."""

from dataclasses import dataclass
from decimal import Decimal

from claims.rescore.figures.results.values import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedBy:
    """What one source moved. ``sources`` as ``claims.moved.Moved``; empty where nobody can tell what it was.

    ``rose`` and ``fell`` (at most 0) are the sums of rises and falls over ``cases`` cases; ``amount`` is their sum, and
    the amounts of all sources sum to the difference of the totals. ``share`` is that of rises and falls together in all
    that moved, whatever its sign: the shares of a currency sum to 1; None where nothing moved.
    """

    sources: tuple[str, ...]
    cases: int
    amount: Decimal
    rose: Decimal
    fell: Decimal
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyMoved:
    """Cases of one currency with an earlier total: the sum of those, and of the new totals of the same cases.

    ``changed``: share of cases whose total is another. ``untold`` is what no step accounts for: 0 where the run's
    tables are whole.
    """

    currency: str
    before: Decimal
    after: Decimal
    changed: Share
    by_source: tuple[MovedBy, ...]
    untold: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteMove:
    """``n`` cases went ``before`` and go ``after``; both are routes."""

    before: str
    after: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one exchange moved in one case."""

    sources: tuple[str, ...]
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """A case among those of its currency whose total moved most."""

    case_id: str
    currency: str
    before: Decimal
    after: Decimal
    route_before: str | None
    route_after: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyMoved:
    """``routes``: before × after of all cases with an earlier route, also those that stayed; ``changed_route`` is the
    share that did not. ``movers``: up to 20 of each currency, the largest difference first."""

    currencies: tuple[CurrencyMoved, ...]
    routes: tuple[RouteMove, ...]
    changed_route: Share
    movers: tuple[Mover, ...]
