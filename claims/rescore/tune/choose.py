"""Which setting may be promised: the explored cases choose what is tested, the others test it in that order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from claims.rescore.tune.grid import Cell
from claims.rescore.tune.risk import p_values, passed
from claims.rescore.tune.tally import Part, Tally

Places = npt.NDArray[np.intp]
"""Cells of a grid by their number in row-major order."""

_MOST_TESTS: Final = 24
"""After the first. Each test is one more chance to stop early, and finer steps would offer hardly more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One test: on the cases that did not choose it, ``wrong`` of ``offers``. ``passed``: it and all before it hold."""

    cell: Cell
    offers: int
    wrong: int
    p_value: float
    passed: bool


def choose(tally: Tally, in_force: Cell, *, bound: float, confidence: float) -> tuple[Tested, ...]:
    """The tests in their order; the last that ``passed`` is the proposal, and without any there is none.

    With ``confidence`` over the draw of the tested cases, the true share of wrong offers among offers is at most
    ``bound`` for every setting that passed.
    """
    cells = ladder(tally.explored, in_force, bound)
    counts = [(int(tally.tested.offers[cell]), int(tally.tested.wrong[cell])) for cell in cells]
    values = [float(p_values(np.array(wrong), np.array(offers), bound)) for offers, wrong in counts]
    good = passed(values, confidence)
    return tuple(
        Tested(cell=cell, offers=offers, wrong=wrong, p_value=value, passed=place < good)
        for place, (cell, (offers, wrong), value) in enumerate(zip(cells, counts, values, strict=True))
    )


def ladder(explored: Part, in_force: Cell, bound: float) -> tuple[Cell, ...]:
    """What is tested, in order: the setting that the explored cases speak for most, then those of the frontier that
    offer more, one after the other."""
    offers, wrong = explored.offers.ravel(), explored.wrong.ravel()
    order = _preferred(explored, in_force)
    if not order.size:
        return ()
    first = int(order[np.argmin(p_values(wrong[order], offers[order], bound))])
    above = [place for place in _frontier(explored, order) if offers[place] > offers[first]]
    return tuple(_cell(place, explored) for place in (first, *_thinned(above)))


def frontier(part: Part, in_force: Cell) -> tuple[Cell, ...]:
    """Settings than which none offers as much with as small a share of wrong offers; the fewest offers first."""
    return tuple(_cell(place, part) for place in _frontier(part, _preferred(part, in_force)))


def _preferred(part: Part, in_force: Cell) -> Places:
    """Settings with offers: the most offers first, then the fewest wrong, then the nearest to the policy in force, as
    what no case speaks against stays as it is; at the same distance the stricter."""
    known = np.flatnonzero(part.offers)
    cells = np.stack(np.unravel_index(known, part.offers.shape))
    away = np.abs(cells - np.array(in_force)[:, np.newaxis]).sum(axis=0)
    order = np.lexsort((cells.sum(axis=0), away, part.wrong.ravel()[known], -part.offers.ravel()[known]))
    return known[order]


def _frontier(part: Part, order: Places) -> list[int]:
    """Those of ``order`` with a smaller share of wrong offers than all before them; turned around."""
    shares = part.wrong.ravel()[order] / part.offers.ravel()[order]
    best = np.minimum.accumulate(np.concatenate(([np.inf], shares)))[:-1]
    return [int(place) for place in reversed(order[shares < best])]


def _thinned(places: Sequence[int]) -> list[int]:
    """At most ``_MOST_TESTS``, evenly spread, with the last."""
    if len(places) <= _MOST_TESTS:
        return list(places)
    chosen = np.unique(np.linspace(0, len(places) - 1, _MOST_TESTS).round().astype(int))
    return [places[number] for number in chosen]


def _cell(place: int, part: Part) -> Cell:
    return tuple(int(index) for index in np.unravel_index(place, part.offers.shape))
