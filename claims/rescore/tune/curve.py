"""The outcome of the simulator as plain values: what the page draws and ``--json`` prints. Every share has its n."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from claims.rescore.figures.results.values import Share
from claims.rescore.figures.shares import share
from claims.rescore.tune.choose import Tested, choose, frontier
from claims.rescore.tune.grid import Cell, Grid
from claims.rescore.tune.risk import upper_limit, within_expectation
from claims.rescore.tune.tally import Part, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A setting and what it would have done: the share of cases it ``offers``, and the ``error``: the share of wrong
    ones among these. Intervals are Wilson's, 95 %, each for itself. ``cell``: its place in the grid."""

    cell: Cell
    settings: Mapping[str, str]
    offers: Share
    error: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A setting on the tested cases. ``at_most``: the limit of Clopper and Pearson at the asked confidence."""

    point: Point
    p_value: float
    at_most: float
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Cases that say nothing: without a final amount, with the machine's own word as final, or not scored."""

    without_final: int
    own_word: int
    not_scored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``explored`` and ``tested`` count cases. ``in_force``, ``path`` and ``frontier`` are of all cases, ``tests`` of
    the tested ones. ``proposed``: the last test that passed.

    ``path``: nested, all thresholds moved together from strict to loose. ``frontier``: the best that could be had with
    hindsight. ``expected``: the loosest of the path that conformal risk control allows where ``bound`` is meant for
    wrong offers among all cases, on the average; that is another promise, and nothing is proposed by it.
    """

    bound: float
    confidence: float
    explored: int
    tested: int
    left_out: LeftOut
    in_force: Point
    path: tuple[Point, ...]
    frontier: tuple[Point, ...]
    tests: tuple[Test, ...]
    proposed: Test | None
    expected: Point | None
    versions: Mapping[str, str]


def outcome(tally: Tally, grid: Grid, *, bound: float, confidence: float, versions: Mapping[str, str]) -> Outcome:
    """What was found, and what can be promised."""
    whole, path = tally.whole, grid.path
    tests = choose(tally, grid.in_force, bound=bound, confidence=confidence)
    told = [_test(one, tally.tested, grid, confidence) for one in tests]
    good = sum(one.passed for one in tests)
    kept = within_expectation([int(whole.wrong[cell]) for cell in path], whole.cases, bound)
    return Outcome(
        bound=bound,
        confidence=confidence,
        explored=tally.explored.cases,
        tested=tally.tested.cases,
        left_out=LeftOut(without_final=tally.without_final, own_word=tally.own_word, not_scored=tally.not_scored),
        in_force=_point(grid.in_force, whole, grid),
        path=tuple(_point(cell, whole, grid) for cell in path),
        frontier=tuple(_point(cell, whole, grid) for cell in frontier(whole, grid.in_force)),
        tests=tuple(told),
        proposed=told[good - 1] if good else None,
        expected=None if kept is None else _point(path[kept], whole, grid),
        versions=versions,
    )


def as_document(found: Outcome) -> str:
    """One JSON document."""
    return json.dumps(asdict(found), ensure_ascii=False, indent=2, allow_nan=False)


def _test(one: Tested, part: Part, grid: Grid, confidence: float) -> Test:
    return Test(
        point=_point(one.cell, part, grid),
        p_value=one.p_value,
        at_most=upper_limit(one.wrong, one.offers, confidence),
        passed=one.passed,
    )


def _point(cell: Cell, part: Part, grid: Grid) -> Point:
    offers, wrong = int(part.offers[cell]), int(part.wrong[cell])
    settings = {name: str(value) for name, value in grid.values(cell).items()}
    return Point(cell=cell, settings=settings, offers=share(offers, part.cases), error=share(wrong, offers))
