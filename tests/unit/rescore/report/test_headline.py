"""What the report says in plain words, for figures of every kind."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from simulated_runs import Run

from api.rescore_report.headline import headline
from api.rescore_report.run_facts import RunFacts
from api.rescore_report.words import Words
from claims.rescore.figures.results.figures import Figures
from claims.rescore.figures.results.values import Mean
from model.texts import Texts

Simulate = Callable[..., Run]
WORDS = Words(Texts.load("en"))
FACTS = RunFacts(source="a.csv", versions={"model": "m2", "rules": "r" * 500}, made=date(2026, 1, 1))


def said(figures: Figures) -> str:
    return " ".join(headline(figures, FACTS, WORDS).sentences)


def with_bias(figures: Figures, bias: Mean) -> Figures:
    amounts = (replace(figures.overall.amounts[0], bias=bias),)
    return replace(figures, overall=replace(figures.overall, amounts=amounts))


@pytest.mark.parametrize(
    ("bias", "told"),
    [
        ((0.1, 0.05, 0.2), "in CNY are above the final amounts, by 10.0% (5.0% to 20.0%)."),
        ((-0.1, -0.2, -0.05), "in CNY are below the final amounts, by 10.0% (5.0% to 20.0%)."),
        ((-0.01, -0.1, 0.1), "by −1.0% (−10.0% to +10.0%): too little to tell from chance."),
        ((-1.0, None, None), "in CNY differ from the final amounts by −100.0%."),
        ((None, None, None), "there is no bias to tell."),
    ],
)
def test_a_bias_is_told_with_its_direction_only_where_it_is_sure(
    simulate: Simulate, bias: tuple[float | None, float | None, float | None], told: str
) -> None:
    value, low, high = bias
    mean = Mean(n=100, value=value, low=low, high=high, method="bca" if low is not None else None)
    assert told in said(with_bias(simulate().figures, mean))


def test_the_three_tiles_of_closeness_stand_first_with_their_n(simulate: Simulate) -> None:
    whole = simulate().figures.overall
    tiles = headline(simulate().figures, FACTS, WORDS).tiles[:3]
    names = ("Within 10%", "Within 10%, of cases with an estimate", "Within 20%")
    assert tuple(tile.title for tile in tiles) == names
    assert 0 < whole.within_10_estimated.n < whole.within_10.n
    assert [tile.cell.n for tile in tiles] == [
        str(one.n) for one in (whole.within_10, whole.within_10_estimated, whole.within_20)
    ]
    assert all(tile.cell.reach for tile in tiles)


def test_few_cases_are_named_with_the_figure(simulate: Simulate) -> None:
    assert "(20.7% to 100.0%) [n = 1]" in said(simulate(cases=1, quarantined=0).figures)
    assert "[n = " not in said(simulate(finals=1.0).figures)


def test_without_finals_nothing_is_said_about_accuracy(simulate: Simulate) -> None:
    told = said(simulate(cases=40, finals=0.0, previous=0.0, months=1).figures)
    assert "cannot say how right the estimates are" in told
    assert "Within" not in told
    assert "Against the earlier estimates" not in told


def test_what_moved_most_of_the_money_is_named(simulate: Simulate) -> None:
    figures = simulate().figures
    assert figures.money_moved is not None
    [moved] = figures.money_moved.currencies
    only_prices = replace(moved.by_source[0], sources=("prices",), share=1.0)
    unknown = replace(moved.by_source[0], sources=(), share=1.0)
    for by, told in ((only_prices, "Most of it comes from: Prices."), (unknown, "Nobody can tell what moved it")):
        one = replace(figures.money_moved, currencies=(replace(moved, by_source=(by,)),))
        assert told in said(replace(figures, money_moved=one))
    still = replace(figures.money_moved, currencies=(replace(moved, after=moved.before),))
    assert "the total does not move" in said(replace(figures, money_moved=still))


def test_versions_of_both_runs_stand_beside_each_other(simulate: Simulate) -> None:
    facts = replace(FACTS, previous={"model": "m1", "prices": "p1"})
    told = headline(simulate().figures, facts, WORDS).versions
    assert told[0] == ("Model", "m2", "m1")
    assert told[2] == ("Prices", "–", "p1")
    assert (told[1][0], told[1][2], len(told[1][1])) == ("Rules", "", 241)
