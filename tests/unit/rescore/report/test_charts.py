"""Charts: everything drawn lies inside, longer means more, and where nothing is known nothing is drawn."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from api.rescore_report.axis import Axis
from api.rescore_report.bars import Move, counted, waterfall
from api.rescore_report.columns import columns
from api.rescore_report.forest import Entry, forest
from api.rescore_report.months import At, small
from api.rescore_report.words import Style, Words
from claims.rescore.figures.results.spread import Histogram
from claims.rescore.figures.results.values import Mean, Share
from model.texts import Texts
from model.wilson import wilson

WORDS = Words(Texts.load("en"))
AMOUNTS = st.decimals(-10_000, 10_000, places=2)


def share(k: int, n: int) -> Share:
    low, high = wilson(k, n)
    return Share(n=n, k=k, value=k / n, low=low, high=high) if n else Share(n=0, k=0, value=None, low=None, high=None)


SHARES = st.integers(0, 200).flatmap(lambda n: st.builds(share, st.integers(0, n), st.just(n)))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_an_axis_holds_all_values_between_round_ends(values: list[float]) -> None:
    axis = Axis.over(values)
    assert all(axis.low - 1e-6 <= value <= axis.high + 1e-6 for value in values)
    places = [tick.at for tick in axis.ticks(str)]
    assert (places[0], places[-1]) == (0, 100)
    assert places == sorted(places)
    assert 2 <= len(places) <= 7


@pytest.mark.parametrize(("least", "most"), [(0.0, 1.0)])
def test_an_axis_of_shares_stays_among_shares(least: float, most: float) -> None:
    axis = Axis.over([0.02, 0.99], least=least, most=most)
    assert (axis.low, axis.high) == (0.0, 1.0)
    assert (axis.at(-3), axis.at(0.5), axis.at(7)) == (0, 50, 100)


@given(st.lists(SHARES, min_size=1, max_size=8))
def test_a_forest_keeps_the_order_of_its_values(shares: list[Share]) -> None:
    entries = [Entry(name=str(number), figure=one) for number, one in enumerate(shares)]
    chart = forest("Within 10%", Entry(name="all", figure=share(1, 2)), entries, WORDS)
    if all(one.value is None for one in shares):
        assert chart is None
        return
    assert chart is not None
    assert [row.whole for row in chart.rows] == [True, *(False for _ in shares)]
    for row, one in zip(chart.rows[1:], shares, strict=True):
        assert (row.x is None) == (one.value is None)
        if row.x is not None and row.low is not None and row.high is not None:
            assert 0 <= row.low <= row.x <= row.high <= 100
        assert row.cell.few == (0 < one.n < 30)
    drawn = [(one.value, row.x) for one, row in zip(shares, chart.rows[1:], strict=True) if one.value is not None]
    places = [x for _, x in sorted(drawn)]
    assert places == sorted(places)


def test_a_forest_of_signed_figures_shows_where_nothing_is_too_much() -> None:
    bias = Mean(n=50, value=-0.1, low=-0.2, high=-0.05, method="bca")
    chart = forest("Bias", None, [Entry(name="a", figure=bias)], WORDS, style=Style.SIGNED)
    assert chart is not None
    assert chart.zero == 100
    assert chart.reference is None


def biased(value: float, low: float, high: float, n: int = 40) -> Mean:
    return Mean(n=n, value=value, low=low, high=high, method="bca")


def test_one_wild_interval_leaves_the_others_their_places() -> None:
    """Five cases whose finals are near 0: some draws have next to nothing to divide by."""
    months = {"May": biased(-0.2, -0.3, -0.1), "June": biased(0.3, 0.1, 0.5), "July": biased(0.4, -1.0, 9.4e5, n=5)}
    entries = [Entry(name=name, figure=figure) for name, figure in months.items()]
    chart = forest("Bias", Entry(name="all", figure=biased(0.1, 0.0, 0.2)), entries, WORDS, style=Style.SIGNED)
    assert chart is not None
    whole, may, june, july = chart.rows
    assert [(row.less, row.more) for row in chart.rows] == [(False, False)] * 3 + [(False, True)]
    assert [whole.x, may.x, june.x] == [pytest.approx(100 * (at + 1) / 3, abs=0.01) for at in (0.1, -0.2, 0.3)]
    assert (july.low, july.high) == (0, 100)
    assert july.cell.reach == "−100.0% to more than +999%"
    assert [tick.text for tick in chart.ticks] == ["−100%", "0%", "+100%", "+200%"]


@pytest.mark.parametrize(("value", "less", "more"), [(9.5e5, False, True), (-40.0, True, False)])
def test_a_figure_beyond_the_chart_has_an_arrow_and_no_dot(value: float, less: bool, more: bool) -> None:
    entries = [Entry(name="a", figure=biased(value, value, value)), Entry(name="b", figure=biased(0.1, 0.0, 0.2))]
    chart = forest("Bias", Entry(name="all", figure=biased(value, value, value)), entries, WORDS, style=Style.SIGNED)
    assert chart is not None
    assert chart.reference is None
    assert [(row.x is None, row.less, row.more) for row in chart.rows[1:]] == [
        (True, less, more),
        (False, False, False),
    ]


@given(st.floats(-1, 0), st.floats(0, 2))
def test_few_texts_stand_below_signed_figures_and_zero_is_among_them(low: float, high: float) -> None:
    chart = forest("Bias", None, [Entry(name="a", figure=biased(0.0, low, high))], WORDS, style=Style.SIGNED)
    assert chart is not None
    assert len(chart.ticks) <= 4
    assert chart.zero in {tick.at for tick in chart.ticks}


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=6))
def test_the_largest_count_is_the_longest_bar(counts: list[int]) -> None:
    bars = counted([(str(n), n) for n in counts], sum(counts), WORDS)
    assert max(bars, key=lambda bar: bar.length).name == str(max(counts))
    assert all(0 <= bar.length <= 100 for bar in bars)


@given(st.decimals(0, 10**9, places=2), st.lists(AMOUNTS, min_size=1, max_size=6))
def test_a_waterfall_goes_from_one_sum_to_the_other(begins: Decimal, amounts: list[Decimal]) -> None:
    assume(all(amounts))
    moves = [Move(name=str(amount), amount=amount) for amount in amounts]
    drawn = waterfall(begins, [Move(name="before", amount=None), *moves, Move(name="after", amount=None)], "CNY", WORDS)
    first, *steps, last = drawn.bars
    assert all(bar.start >= 0 and bar.start + bar.length <= 100.01 for bar in drawn.bars)
    assert first.text == WORDS.money(begins, "CNY")
    assert last.text == WORDS.money(begins + sum(amounts), "CNY")
    at = first.length
    for bar, amount in zip(steps, amounts, strict=True):
        assert bar.kind == ("rise" if amount > 0 else "fall")
        begin, end = (bar.start, bar.start + bar.length) if amount > 0 else (bar.start + bar.length, bar.start)
        assert begin == pytest.approx(at, abs=0.05)
        at = end
    assert at == pytest.approx(last.length, abs=0.05)
    assert (drawn.cut is not None) <= (begins > 0)


def test_a_waterfall_that_begins_far_above_zero_says_so() -> None:
    moves = [Move(name="before", amount=None), Move(name="prices", amount=Decimal(10)), Move(name="after", amount=None)]
    drawn = waterfall(Decimal(1000), moves, "CNY", WORDS)
    assert drawn.cut == "CNY 995"
    assert drawn.bars[1].length > 50


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30), st.integers(1, 10))
def test_columns_stand_side_by_side(counts: list[int], every: int) -> None:
    histogram = Histogram(edges=tuple(range(len(counts) + 1)), counts=tuple(counts), unknown=3)
    drawn = columns(histogram, str, every=every)
    if not any(counts):
        assert drawn is None
        return
    assert drawn is not None
    assert max(column.height for column in drawn.columns) == 100
    assert [column.n for column in drawn.columns] == counts
    assert drawn.n == sum(counts)
    assert drawn.columns[-1].x + drawn.columns[-1].width == pytest.approx(100, abs=0.1)
    assert all(0 <= tick.at <= 100 for tick in drawn.ticks)


def test_two_series_of_different_size_have_the_same_scale() -> None:
    first, second = (Histogram(edges=(0, 1, 2), counts=counts) for counts in ((10, 30), (1, 1)))
    drawn = columns(first, str, every=1, second=second)
    assert drawn is not None
    assert [(column.height, column.step) for column in drawn.columns] == [(33.33, 66.67), (100, 66.67)]
    assert (drawn.n, drawn.other) == (40, 2)


def test_a_month_without_a_value_breaks_the_line() -> None:
    months = ["2026-01", "2026-02", "2026-03", "2026-04"]
    values = {month: At(value=0.5, low=0.4, high=0.7, text=month) for month in months if month != "2026-03"}
    chart = small("Routes", months, values, Axis(0.0, 1.0, 0.5), [(0.0, "0%")], apart=months[:2])
    assert len(chart.dots) == 3
    assert chart.lines == ((12.5, 50, 37.5, 50),)
    assert chart.told == (("2026-01", False), ("2026-02", False), None, ("2026-04", False))
    assert chart.band == (0, 50)
    assert [(tick.at, tick.text) for tick in chart.names] == [(0, "2026-01"), (100, "2026-04")]


def test_higher_values_stand_higher() -> None:
    values = {"a": At(value=0.1, low=0.0, high=0.3), "b": At(value=0.9)}
    low, high = small("x", ["a", "b"], values, Axis(0.0, 1.0, 0.5), []).dots
    assert (low.y, low.low, low.high) == (90, 100, 70)
    assert (high.y, high.low) == (10, None)
