"""Who is counted, in which part, and what is left out."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from claims.rescore.case import HistoricalCase, Previous
from claims.rescore.tune.grid import Grid
from claims.rescore.tune.rules import TuneRules
from claims.rescore.tune.tally import Tally, drawn
from claims.situation import Situation
from claims.triage import Route
from model.vocabulary import DamageKind, Part, Severity

SCRATCH = (Part.HOOD, 0.9, 2, DamageKind.SCRATCH, Severity.MINOR)
MakeCase = Callable[..., HistoricalCase]


@pytest.fixture(scope="module")
def scratched(situation: Callable[..., Situation]) -> Situation:
    return situation([SCRATCH])


def tallied(cases: list[HistoricalCase], case: Situation, grid: Grid, rules: TuneRules) -> Tally:
    tally = Tally.empty(grid.shape)
    for one in cases:
        tally.count(one, case, grid, rules)
    return tally


def test_offers_and_wrong_offers_are_counted(
    historical: MakeCase, scratched: Situation, grid: Grid, rules: TuneRules
) -> None:
    total = scratched.estimate.total
    finals = [f"{total}", f"{total + 1}", f"{total * 2}", None]
    tally = tallied([historical(f"case {n}", final) for n, final in enumerate(finals)], scratched, grid, rules)
    whole = tally.whole
    assert (whole.cases, tally.without_final, tally.rows) == (3, 1, 4)
    assert (whole.offers[grid.in_force], whole.wrong[grid.in_force]) == (3, 1)
    strictest = (0,) * len(grid.shape)
    assert (whole.offers[strictest], whole.wrong[strictest]) == (0, 0)


def test_the_machines_own_word_proves_nothing(
    historical: MakeCase, scratched: Situation, grid: Grid, rules: TuneRules
) -> None:
    before = Previous(total=Decimal(300), route=Route.INSTANT_OFFER)
    looked_at = Previous(total=Decimal(300), route=Route.HUMAN_REVIEW)
    cases = [
        historical("own", "300", before),
        historical("contested", "480", before),
        historical("x", "300", looked_at),
    ]
    tally = tallied(cases, scratched, grid, rules)
    assert (tally.own_word, tally.whole.cases) == (1, 2)


def test_the_parts_depend_on_ids_alone_and_have_the_asked_size() -> None:
    shares = [drawn(f"case {number}") for number in range(10_000)]
    assert shares == [drawn(f"case {number}") for number in range(10_000)]
    assert abs(np.mean(np.array(shares) < 0.3) - 0.3) < 0.02


def test_a_case_is_in_one_part(historical: MakeCase, scratched: Situation, grid: Grid, rules: TuneRules) -> None:
    ids = [f"case {number}" for number in range(30)]
    tally = tallied([historical(one, "400") for one in ids], scratched, grid, rules)
    assert tally.explored.cases == sum(drawn(one) < rules.explored_share for one in ids) > 0
    assert tally.tested.cases == 30 - tally.explored.cases > 0


def test_tallies_of_chunks_add_up(historical: MakeCase, scratched: Situation, grid: Grid, rules: TuneRules) -> None:
    cases = [historical(f"case {number}", None if number == 3 else "400") for number in range(8)]
    whole = tallied(cases, scratched, grid, rules)
    added = tallied(cases[:5], scratched, grid, rules) + tallied(cases[5:], scratched, grid, rules)
    assert added.rows == whole.rows == 8
    assert (added.tested.offers == whole.tested.offers).all()
    assert (added.explored.wrong == whole.explored.wrong).all()
    assert added.without_final == whole.without_final == 1
