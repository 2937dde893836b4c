"""New against previous: every cent that moved has its source."""

from decimal import Decimal
from pathlib import Path

import pytest
from rescored_runs import case, drawn_run, step, write_run

from claims.rescore.figures.make import make_figures
from claims.rescore.figures.results.figures import Settings
from claims.rescore.figures.results.money import MoneyMoved, RouteMove, Step

FEW = Settings(draws=50, movers=2)


@pytest.fixture
def moved(tmp_path: Path) -> MoneyMoved:
    """Case 0 rose by 300 (model 500, prices −200), case 1 fell by 100 (prices), nobody can tell why case 2 rose by 50;
    case 3 stayed, case 4 was not there before, case 5 is in dollars."""
    cases = [
        case(0, previous_total="700", previous_route="human_review"),
        case(1, previous_total="1100", previous_route="human_review", route="instant_offer"),
        case(2, previous_total="950", previous_route=None),
        case(3, previous_total="1000", previous_route="more_photos"),
        case(4),
        case(5, previous_total="900", previous_route="human_review", currency="USD"),
    ]
    steps = [
        step(cases[0], ("model",), "700", "1200"),
        step(cases[0], ("prices",), "1200", "1000", step=1),
        step(cases[1], ("prices",), "1100", "1000", route_before="human_review"),
        step(cases[2], (), "950", "1000"),
        step(cases[5], ("rules", "policy"), "900", "1000"),
    ]
    told = make_figures(write_run(tmp_path, cases, moved=steps), FEW).money_moved
    assert told is not None
    return told


def test_money_by_currency_and_source(moved: MoneyMoved) -> None:
    yuan, dollars = moved.currencies
    assert (yuan.currency, yuan.before, yuan.after, yuan.untold) == ("CNY", Decimal(3750), Decimal(4000), 0)
    assert (yuan.changed.k, yuan.changed.n) == (3, 4)
    by = {one.sources: one for one in yuan.by_source}
    assert {sources: one.amount for sources, one in by.items()} == {("model",): 500, ("prices",): -300, (): 50}
    assert by[("prices",)].cases == 2
    assert by[("model",)].share == pytest.approx(500 / 850)
    assert [one.sources for one in dollars.by_source] == [("rules", "policy")]


def test_rises_and_falls_stand_apart(tmp_path: Path) -> None:
    cases = [case(0, previous_total="700"), case(1, previous_total="1300")]
    steps = [step(cases[0], ("prices",), "700", "1000"), step(cases[1], ("prices",), "1300", "1000")]
    told = make_figures(write_run(tmp_path, cases, moved=steps), FEW).money_moved
    assert told is not None
    [[prices]] = [one.by_source for one in told.currencies]
    assert (prices.amount, prices.rose, prices.fell, prices.share) == (0, Decimal(300), Decimal(-300), 1.0)


def test_routes_before_and_after(moved: MoneyMoved) -> None:
    assert moved.routes == (
        RouteMove(before="human_review", after="human_review", n=2),
        RouteMove(before="human_review", after="instant_offer", n=1),
        RouteMove(before="more_photos", after="human_review", n=1),
    )
    assert (moved.changed_route.k, moved.changed_route.n) == (2, 4)


def test_the_largest_come_first_in_each_currency(moved: MoneyMoved) -> None:
    assert [one.case_id for one in moved.movers] == ["case-0", "case-1", "case-5"]
    steps = (Step(sources=("model",), amount=Decimal(500)), Step(sources=("prices",), amount=Decimal(-200)))
    assert moved.movers[0].steps == steps
    assert (moved.movers[0].before, moved.movers[0].after) == (Decimal(700), Decimal(1000))


def test_what_no_step_accounts_for_is_told(tmp_path: Path) -> None:
    told = make_figures(write_run(tmp_path, [case(0, previous_total="940")]), FEW).money_moved
    assert told is not None
    assert told.currencies[0].untold == Decimal(60)
    assert told.currencies[0].by_source == ()


def test_nothing_before_nothing_moved(tmp_path: Path) -> None:
    assert make_figures(write_run(tmp_path, [case(0)]), FEW).money_moved is None


def test_sources_sum_to_the_difference(tmp_path: Path) -> None:
    told = make_figures(drawn_run(tmp_path, 300), FEW).money_moved
    assert told is not None
    for currency in told.currencies:
        assert currency.untold == 0
        assert sum(one.amount for one in currency.by_source) == currency.after - currency.before
        assert all(one.rose + one.fell == one.amount for one in currency.by_source)
        assert sum(one.share or 0 for one in currency.by_source) == pytest.approx(1.0)
    assert sum(move.n for move in told.routes) == told.changed_route.n
