import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.geometry import area, containment, gap, hull, intersection, iou, overlap_of_smaller, union_area
from model.findings import Box

coordinate = st.integers(0, 200).map(float)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x, y = draw(coordinate), draw(coordinate)
    return (x, y, x + draw(st.integers(1, 100)), y + draw(st.integers(1, 100)))


@given(boxes(), boxes())
def test_iou_is_symmetric_and_bounded(a: Box, b: Box) -> None:
    assert iou(a, b) == iou(b, a)
    assert 0.0 <= iou(a, b) <= 1.0
    assert iou(a, a) == pytest.approx(1.0)


@given(boxes(), boxes())
def test_boxes_that_overlap_have_no_gap(a: Box, b: Box) -> None:
    if intersection(a, b) > 0:
        assert gap(a, b) == 0.0
    assert overlap_of_smaller(a, b) >= max(containment(a, b), containment(b, a)) - 1e-9


@given(st.lists(boxes(), min_size=1, max_size=6))
def test_union_area_counts_every_pixel_once(found: list[Box]) -> None:
    cells = {(x, y) for box in found for x in range(int(box[0]), int(box[2])) for y in range(int(box[1]), int(box[3]))}
    assert union_area(found) == len(cells)
    assert union_area(found) <= area(hull(found))


def test_union_of_nothing_is_nothing() -> None:
    assert union_area([]) == 0.0
    assert area((5, 5, 1, 1)) == 0.0
