"""What can be an outline: a polygon that goes around something once."""

import math
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from claims.marks import Mark
from claims.outlines import MOST, Outline, area, bounds, crosses

SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))


def star(radii: list[float]) -> Outline:
    """Corners all around a middle, each at its own distance: such a polygon never crosses itself."""
    step = math.tau / len(radii)
    return tuple((500 + r * math.cos(n * step), 500 + r * math.sin(n * step)) for n, r in enumerate(radii))


STARS = st.lists(st.floats(10, 400), min_size=3, max_size=MOST).map(star)


@given(STARS)
def test_what_goes_around_once_is_a_mark(outline: Outline) -> None:
    mark = Mark(photo=0, box=bounds(outline), outline=outline)
    assert mark.outline == outline
    left, top, right, bottom = mark.box
    assert 0 < area(outline) <= (right - left) * (bottom - top)


@given(STARS, st.integers(0, MOST))
def test_it_is_the_same_wherever_it_begins_and_which_way_it_goes(outline: Outline, at: int) -> None:
    turned = outline[at % len(outline) :] + outline[: at % len(outline)]
    for other in (turned, turned[::-1]):
        assert (crosses(other), bounds(other)) == (False, bounds(outline))
        assert area(other) == pytest.approx(area(outline))


def test_of_four_corners_only_those_in_their_order_do_not_cross() -> None:
    found = [order for order in permutations(SQUARE) if not crosses(order)]
    assert len(found) == 8
    assert {area(order) for order in found} == {100}


BOX = (0.0, 0.0, 10.0, 10.0)


@pytest.mark.parametrize(
    ("outline", "box", "code"),
    [
        (SQUARE[:2], (0, 0, 10, 1), "outline_corners"),
        ((), BOX, "outline_corners"),
        (star([100.0] * (MOST + 1)), BOX, "outline_corners"),
        ((SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]), BOX, "outline_shape"),
        ((*SQUARE, SQUARE[1]), BOX, "outline_shape"),
        ((*SQUARE[:3], SQUARE[2], SQUARE[3]), BOX, "outline_shape"),
        (((0, 0), (5, 5), (10, 10)), BOX, "outline_shape"),
        (((0, 0), (10, 0), (4, 0), (4, 10), (6, 0), (0, 10)), BOX, "outline_shape"),
        (SQUARE, (0, 0, 10, 11), "outline_box"),
    ],
)
def test_what_cannot_be_meant_is_named(outline: Any, box: Any, code: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Mark(photo=0, box=box, outline=outline)
    assert [fault["type"] for fault in refusal.value.errors()] == [code]


def test_what_is_no_number_is_no_corner() -> None:
    for wrong in (math.nan, math.inf):
        with pytest.raises(ValidationError):
            Mark(photo=0, box=BOX, outline=((0, 0), (10, wrong), (0, 10)))
