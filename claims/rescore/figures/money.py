"""New against previous: how much money moved, what moved it, which cases changed their route, and which moved most."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import pyarrow.compute as pc

from claims.rescore.figures.arrays import Bools, Ints, as_amount, coded, units
from claims.rescore.figures.cases import Cases
from claims.rescore.figures.measures import share_of
from claims.rescore.figures.results.figures import Settings
from claims.rescore.figures.results.money import CurrencyMoved, MoneyMoved, MovedBy, Mover, RouteMove, Step
from claims.rescore.figures.run_tables import RunTables

_AND: Final = "+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The rows of ``MOVED`` as arrays of (steps,): the case, which of ``sources``, and by how much the total rose."""

    case: Ints
    source: Ints
    amount: Ints
    sources: tuple[str, ...]

    @classmethod
    def read(cls, tables: RunTables, cases: Cases) -> Self:
        """Every step, in the order of the table. Raises ``RescoreError``."""
        table = tables.table("moved", ("case_id", "step", "sources", "before", "after"))
        joined: Any = pc.binary_join(table["sources"], _AND)
        source, sources = coded(joined)
        amount = units(table["after"]) - units(table["before"])
        return cls(case=cases.places_of(table["case_id"]), source=source, amount=amount, sources=sources)


def money_moved(cases: Cases, steps: Steps, settings: Settings) -> MoneyMoved | None:
    """New against previous; None where no case brings an earlier total."""
    if not cases.has_previous.any():
        return None
    both = cases.has_previous & (cases.previous_route.codes >= 0)
    return MoneyMoved(
        currencies=tuple(_currencies(cases, steps)),
        routes=tuple(_routes(cases, both)),
        changed_route=share_of(~_stayed(cases), both),
        movers=tuple(_movers(cases, steps, settings.movers)),
    )


def _with_previous(cases: Cases) -> Iterator[tuple[str, Bools]]:
    for currency in cases.currencies:
        of = cases.has_previous & cases.currency.equal(currency)
        if of.any():
            yield currency, of


def _currencies(cases: Cases, steps: Steps) -> Iterator[CurrencyMoved]:
    for currency, of in _with_previous(cases):
        before, after = int(cases.previous[of].sum()), int(cases.total[of].sum())
        here = of[steps.case]
        yield CurrencyMoved(
            currency=currency,
            before=as_amount(before),
            after=as_amount(after),
            changed=share_of(cases.total != cases.previous, of),
            by_source=tuple(_by_source(steps, here)),
            untold=as_amount(after - before - int(steps.amount[here].sum())),
        )


def _by_source(steps: Steps, here: Bools) -> Iterator[MovedBy]:
    whole = int(np.abs(steps.amount[here]).sum())
    for code, name in enumerate(steps.sources):
        amount = steps.amount[here & (steps.source == code)]
        moved = int(np.abs(amount).sum())
        if len(amount):
            yield MovedBy(
                sources=_split(name),
                cases=int(np.count_nonzero(amount)),
                amount=as_amount(int(amount.sum())),
                rose=as_amount(int(amount[amount > 0].sum())),
                fell=as_amount(int(amount[amount < 0].sum())),
                share=moved / whole if whole else None,
            )


def _split(joined: str) -> tuple[str, ...]:
    return tuple(joined.split(_AND)) if joined else ()


def _stayed(cases: Cases) -> Bools:
    now = np.array(cases.route.words)[cases.route.codes]
    then = np.array((*cases.previous_route.words, ""))[cases.previous_route.codes]
    same: Bools = now == then
    return same


def _routes(cases: Cases, both: Bools) -> Iterator[RouteMove]:
    for before, was in enumerate(cases.previous_route.words):
        for after, name in enumerate(cases.route.words):
            n = int((both & (cases.previous_route.codes == before) & (cases.route.codes == after)).sum())
            if n:
                yield RouteMove(before=was, after=name, n=n)


def _movers(cases: Cases, steps: Steps, most: int) -> Iterator[Mover]:
    chosen = [case for _, of in _with_previous(cases) for case in _largest(cases, of, most)]
    told = _steps_of(steps, chosen)
    for case in chosen:
        yield Mover(
            case_id=cases.ids[case].as_py(),
            currency=cases.currencies[cases.currency.codes[case]],
            before=as_amount(cases.previous[case]),
            after=as_amount(cases.total[case]),
            route_before=cases.previous_route.at(case),
            route_after=cases.route.words[cases.route.codes[case]],
            steps=tuple(told[case]),
        )


def _largest(cases: Cases, of: Bools, most: int) -> list[int]:
    """Places of those that moved, the largest difference first, then in the order of the manifest."""
    moved = np.abs(cases.total - cases.previous)
    places = np.flatnonzero(of & (moved > 0))
    order = np.argsort(-moved[places], kind="stable")
    return [int(place) for place in places[order][:most]]


def _steps_of(steps: Steps, chosen: Sequence[int]) -> defaultdict[int, list[Step]]:
    told = defaultdict[int, list[Step]](list)
    for at in np.flatnonzero(np.isin(steps.case, chosen)):
        step = Step(sources=_split(steps.sources[steps.source[at]]), amount=as_amount(steps.amount[at]))
        told[int(steps.case[at])].append(step)
    return told
