"""Which settings would have offered one case at once. Every answer is ``triage.decide``'s; none is modelled."""

import numpy as np
import numpy.typing as npt

from claims.rescore.tune.grid import Cell, Grid
from claims.situation import Situation
from claims.triage import Route, decide


def offered(situation: Situation, grid: Grid) -> npt.NDArray[np.bool_]:
    """For each setting of the grid whether it offers; shape of ``grid.shape``.

    Exact with few decisions, as a looser setting offers whatever a stricter one does: in a box of settings each axis is
    bisected for the strictest value that still offers with all others loose. No setting that is stricter in any axis
    offers; if that corner does, all of the box beyond it does; else its halves are asked in the same way.
    """
    answers = np.zeros(grid.shape, dtype=np.bool_)
    boxes = [(tuple(0 for _ in grid.shape), tuple(size - 1 for size in grid.shape))]
    while boxes:
        strict, loose = boxes.pop()
        if not _offers(situation, grid, loose):
            continue
        corner = tuple(_strictest(situation, grid, loose, axis, low) for axis, low in enumerate(strict))
        if _offers(situation, grid, corner):
            answers[tuple(slice(low, high + 1) for low, high in zip(corner, loose, strict=True))] = True
        else:
            boxes.extend(_halves(corner, loose))
    return answers


def _offers(situation: Situation, grid: Grid, cell: Cell) -> bool:
    return decide(situation, grid.at(cell)).route is Route.INSTANT_OFFER


def _strictest(situation: Situation, grid: Grid, loose: Cell, axis: int, low: int) -> int:
    """The first place on the axis, from ``low`` on, that offers; the place of ``loose`` itself does."""
    high = loose[axis]
    while low < high:
        middle = (low + high) // 2
        if _offers(situation, grid, _moved(loose, axis, middle)):
            high = middle
        else:
            low = middle + 1
    return low


def _halves(strict: Cell, loose: Cell) -> tuple[tuple[Cell, Cell], tuple[Cell, Cell]]:
    """A box cut across its longest side."""
    sides = [high - low for low, high in zip(strict, loose, strict=True)]
    axis = sides.index(max(sides))
    middle = (strict[axis] + loose[axis]) // 2
    return (strict, _moved(loose, axis, middle)), (_moved(strict, axis, middle + 1), loose)


def _moved(cell: Cell, axis: int, place: int) -> Cell:
    return (*cell[:axis], place, *cell[axis + 1 :])
