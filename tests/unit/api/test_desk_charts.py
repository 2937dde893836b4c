"""Charts of the desk: everything drawn lies inside, longer means more, and where nothing is known nothing is drawn."""

from hypothesis import given
from hypothesis import strategies as st

from api.pages.desk_charts import HEIGHT, WIDTH, Value, bar_chart, counted, line_chart

SHARES = st.floats(0, 1)
VALUES = st.lists(st.builds(Value, st.text(max_size=5), st.none() | SHARES, st.integers(0, 9)), max_size=20)


@given(VALUES)
def test_points_lie_inside_and_higher_means_more(values: list[Value]) -> None:
    chart = line_chart(values)
    assert [point.of for point in chart.points] == [value for value in values if value.value is not None]
    assert all(0 <= point.x <= WIDTH and 0 <= point.y <= HEIGHT for point in chart.points)
    for one in chart.points:
        for other in chart.points:
            assert (one.of.value or 0) <= (other.of.value or 0) or one.y <= other.y


def test_a_week_without_a_value_breaks_the_line() -> None:
    values = [Value(str(week), share, 1) for week, share in enumerate((0.1, 0.2, None, 0.4, None, 0.5, 0.6))]
    chart = line_chart(values)
    assert len(chart.points) == 5
    assert [piece.count(",") for piece in chart.pieces] == [2, 2]


@given(st.lists(SHARES, min_size=1, max_size=25))
def test_bars_do_not_overlap_and_stay_inside(shares: list[float]) -> None:
    chart = bar_chart([Value(str(number), share, 1, share / 2, (1 + share) / 2) for number, share in enumerate(shares)])
    assert all(chart.left <= bar.low <= bar.high <= WIDTH for bar in chart.bars if bar.low and bar.high)
    assert all(chart.left + bar.length <= WIDTH for bar in chart.bars)
    assert len({bar.y for bar in chart.bars}) == len(shares)
    assert chart.height > max(bar.y for bar in chart.bars)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=6))
def test_the_largest_count_is_the_longest_bar(counts: list[int]) -> None:
    bars = counted([str(number) for number in range(len(counts))], counts).bars
    assert [bar.of.n for bar in bars] == counts
    longest = max(bar.length for bar in bars)
    assert all(bar.length == longest for bar in bars if bar.of.n == max(counts)), (
        "counts that are near it may be as long"
    )
