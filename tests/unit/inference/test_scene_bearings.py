"""Which end of the car and which side: what is visible around a box weighs by score and nearness."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.layout import mirrored
from inference.rules import ConsolidateRules
from inference.scene_bearings import end_of, side_of
from inference.scene_parts import FRONT_END, NOSE_TO_TAIL, REAR_END, VisiblePart
from model.findings import Box, PartRef
from model.vocabulary import Part, Side

WIDTH = 1000.0
BOX: Box = (400, 500, 600, 600)
NEAR: Box = (400, 350, 600, 480)
FAR: Box = (0, 0, 60, 60)
OTHER_SIDE = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}


def seen(part: Part, box: Box, score: float = 0.9, side: Side = Side.NONE) -> VisiblePart:
    side = Side.UNKNOWN if part.sided and side is Side.NONE else side
    return VisiblePart(refs=(PartRef(part=part, side=side),), box=box, score=score)


@pytest.mark.parametrize(
    ("around", "end"),
    [
        ([seen(Part.HOOD, NEAR)], FRONT_END),
        ([seen(Part.HEADLIGHT, NEAR), seen(Part.GRILLE, NEAR)], FRONT_END),
        ([seen(Part.TRUNK_LID, NEAR)], REAR_END),
        ([seen(Part.TAILLIGHT, NEAR), seen(Part.TAILGATE, NEAR)], REAR_END),
        # the same at either end contradicts
        ([seen(Part.HOOD, NEAR), seen(Part.TRUNK_LID, NEAR)], None),
        # a doubtful report against sure ones does not
        ([seen(Part.HOOD, NEAR), seen(Part.WINDSHIELD, NEAR), seen(Part.REAR_BUMPER, BOX, 0.4)], FRONT_END),
        # the nearer end, on a photo of the whole flank
        ([seen(Part.HOOD, FAR), seen(Part.TRUNK_LID, NEAR)], REAR_END),
        # a door counts a little for its end, and nothing against the end itself
        ([seen(Part.REAR_DOOR, NEAR)], REAR_END),
        ([seen(Part.REAR_DOOR, NEAR), seen(Part.HOOD, NEAR)], FRONT_END),
        # a wheel and a mirror are at no end; nothing at all is nothing
        ([seen(Part.WHEEL, NEAR), seen(Part.SIDE_MIRROR, NEAR)], None),
        ([], None),
    ],
)
def test_the_end_of_the_car(
    around: Sequence[VisiblePart], end: frozenset[Part] | None, rules: ConsolidateRules
) -> None:
    assert end_of(BOX, around, rules) == end


@pytest.mark.parametrize(
    ("part", "around", "side"),
    [
        # seen from in front, the vehicle's left is at the right of the picture, whatever flank shows as well
        (Part.HEADLIGHT, [seen(Part.HOOD, (200, 300, 600, 450))], Side.LEFT),
        (Part.HEADLIGHT, [seen(Part.HOOD, (400, 300, 900, 450))], Side.RIGHT),
        (
            Part.HEADLIGHT,
            [
                seen(Part.FRONT_BUMPER, (400, 500, 900, 700)),
                seen(Part.FRONT_DOOR, (920, 200, 1000, 500), 0.95, Side.LEFT),
            ],
            Side.RIGHT,
        ),
        # from behind, its left is at the left
        (Part.TAILLIGHT, [seen(Part.TRUNK_LID, (400, 300, 900, 450))], Side.LEFT),
        # in the middle nobody can say
        (Part.HEADLIGHT, [seen(Part.HOOD, (300, 300, 700, 450))], Side.UNKNOWN),
        # the order along the flank: nose at the picture's left is the left flank
        (Part.REAR_DOOR, [seen(Part.HEADLIGHT, (100, 450, 180, 500))], Side.LEFT),
        (Part.FRONT_DOOR, [seen(Part.QUARTER_PANEL, (100, 450, 300, 600))], Side.RIGHT),
        # parts with a side speak for it; contradicting ones leave it open
        (Part.FRONT_FENDER, [seen(Part.FRONT_FENDER, NEAR, 0.9, Side.RIGHT)], Side.RIGHT),
        (
            Part.WHEEL,
            [seen(Part.FRONT_DOOR, NEAR, 0.9, Side.RIGHT), seen(Part.REAR_DOOR, NEAR, 0.8, Side.LEFT)],
            Side.UNKNOWN,
        ),
        (Part.HEADLIGHT, [], Side.UNKNOWN),
    ],
)
def test_the_side_of_a_part(part: Part, around: Sequence[VisiblePart], side: Side, rules: ConsolidateRules) -> None:
    assert side_of(part, BOX, around, rules) is side


@st.composite
def views(draw: st.DrawFn) -> list[VisiblePart]:
    found = []
    for part in draw(st.lists(st.sampled_from(NOSE_TO_TAIL), max_size=6)):
        x, y = draw(st.integers(0, 900)), draw(st.integers(0, 600))
        box = (float(x), float(y), float(x + draw(st.integers(5, 100))), float(y + draw(st.integers(5, 100))))
        side = draw(st.sampled_from((Side.LEFT, Side.RIGHT, Side.UNKNOWN))) if part.sided else Side.NONE
        found.append(seen(part, box, draw(st.integers(5, 99)) / 100, side))
    return found


@given(views(), st.sampled_from([part for part in Part if part.sided]))
def test_the_mirror_picture_swaps_the_sides_and_keeps_the_ends(
    rules: ConsolidateRules, around: list[VisiblePart], part: Part
) -> None:
    swapped = [
        seen(item.refs[0].part, mirrored(item.box, Side.RIGHT, WIDTH), item.score, OTHER_SIDE.get(item.side, item.side))
        for item in around
    ]
    box = mirrored(BOX, Side.RIGHT, WIDTH)
    side = side_of(part, BOX, around, rules)
    assert side_of(part, box, swapped, rules) is OTHER_SIDE.get(side, side)
    assert end_of(box, swapped, rules) == end_of(BOX, around, rules)
