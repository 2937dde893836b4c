"""The range holds the total, widens with every doubt, and behaves as docs/decisions/0002 says."""

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parts_pricing.interval import STEP_ASSUMED, Z90, Uncertain, bounds

D = Decimal
amount = st.decimals(0, 10000, places=2)


def line(**facts: Any) -> Uncertain:
    sure = {"total": D(1000), "worse": D(1000), "milder": D(1000), "existence": 1.0, "assumed": False, "prices": D(0)}
    return Uncertain(**{**sure, "work": D(0), **facts})


@st.composite
def lines(draw: st.DrawFn) -> Uncertain:
    total = draw(amount)
    return Uncertain(
        total=total,
        worse=total + draw(amount),
        milder=draw(st.decimals(0, total, places=2)),
        existence=draw(st.floats(0, 1)),
        assumed=draw(st.booleans()),
        prices=draw(amount),
        work=draw(amount),
        alternatives=tuple(draw(st.lists(st.decimals(-1000, 1000, places=2), max_size=3))),
        open_high=draw(amount),
    )


@given(st.lists(lines(), max_size=6))
def test_low_total_high(several: list[Uncertain]) -> None:
    total = sum((item.total for item in several), D(0))
    low, high = bounds(total, several)
    assert 0 <= low <= total <= high


@given(st.lists(lines(), min_size=1, max_size=6))
def test_a_whole_estimate_is_surer_than_its_lines(several: list[Uncertain]) -> None:
    total = sum((item.total for item in several), D(0))
    high = bounds(total, several)[1]
    alone = [bounds(item.total, [item])[1] for item in several]
    assert high <= sum(alone) + D("0.01")


def test_no_doubt_no_range() -> None:
    assert bounds(D(1000), [line()]) == (D(1000), D(1000))


@pytest.mark.parametrize(
    ("doubt", "low", "high"),
    [
        ({"prices": D(250)}, 750, 1250),
        ({"work": D(200)}, 800, 1200),
        ({"worse": D(2000), "assumed": True}, 1000, 1000 + 1000 * Z90 * STEP_ASSUMED**0.5),
        ({"milder": D(500), "assumed": True}, 1000 - 500 * Z90 * STEP_ASSUMED**0.5, 1000),
        ({"existence": 0.75}, 1000 - 1000 * Z90 * 0.5, 1000),
        ({"alternatives": (D(300), D(-100))}, 900, 1300),
        ({"open_high": D(500)}, 1000, 1500),
    ],
)
def test_each_doubt_by_itself(doubt: dict[str, Any], low: float, high: float) -> None:
    found = bounds(D(1000), [line(**doubt)])
    assert [float(value) for value in found] == pytest.approx([low, high], abs=0.01)


def test_prices_of_one_table_err_together_and_hours_do_not() -> None:
    prices, work = [line(prices=D(300))] * 4, [line(work=D(300))] * 4
    assert float(bounds(D(4000), prices)[1]) == pytest.approx(5200)
    assert float(bounds(D(4000), work)[1]) == pytest.approx(4600)


def test_assumed_severity_weighs_more() -> None:
    assumed, seen = (bounds(D(1000), [line(worse=D(2000), assumed=guess)])[1] for guess in (True, False))
    assert assumed > seen


def test_normal_doubts_fall_outside_about_one_time_in_ten() -> None:
    """Simulated: prices shared by the table and hours of each line, both normal with the stated half-widths."""
    rng = random.Random(7)  # noqa: S311 - a simulation
    several = [line(prices=D(250), work=D(150)) for _ in range(5)]
    low, high = (float(value) for value in bounds(D(5000), several))
    above = below = 0
    for _ in range(4000):
        table = rng.gauss(0, 250 / Z90)
        cost = sum(1000 + table + rng.gauss(0, 150 / Z90) for _ in several)
        above += cost > high
        below += cost < low
    assert 0.085 < above / 4000 < 0.115
    assert 0.085 < below / 4000 < 0.115


class TestOnEstimates:
    def test_doubtful_detection_lowers_only_the_low_bound(self, bench: Any) -> None:
        sure, doubtful = (bench.price(bench.damage("hood", confidence=score), adas=False) for score in (0.95, 0.3))
        assert doubtful.low < sure.low
        assert doubtful.high == sure.high

    def test_weaker_price_tag_widens(self, bench: Any) -> None:
        broken = bench.damage("headlight", "broken")
        strong, weak = (
            bench.price(broken, catalogue=bench.with_row("headlight", price_confidence=tag)) for tag in ("S", "A")
        )
        assert weak.high > strong.high
        assert weak.total == strong.total

    def test_certain_severity_narrows(self, bench: Any) -> None:
        assumed, seen = (bench.price(bench.damage("hood", "dent", severity_certain=sure)) for sure in (False, True))
        assert seen.low > assumed.low
        assert seen.high < assumed.high
