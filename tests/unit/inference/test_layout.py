"""Parts that nobody reported are where their neighbours say."""

from collections.abc import Callable, Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.geometry import containment, iou
from inference.layout import mirrored
from inference.rules import ConsolidateRules
from inference.scene import Scene
from inference.sightings import read_photo_damages
from model.detections import Detections
from model.findings import Box, PartRef
from model.vocabulary import Part, Side

Row = tuple[str, float, Box]
Make = Callable[[str, Iterable[Row]], Detections]
WIDTH, HEIGHT = 1000, 750

# The left flank of a saloon, nose at the picture's left.
FLANK: list[Row] = [
    ("front_left_door", 0.9, (380, 250, 560, 540)),
    ("back_left_door", 0.9, (550, 250, 720, 530)),
    ("wheel", 0.9, (190, 430, 300, 580)),
    ("wheel", 0.9, (740, 430, 850, 580)),
    ("front_left_light", 0.8, (90, 370, 160, 420)),
    ("back_left_light", 0.8, (880, 330, 930, 390)),
]
FENDER: Box = (160, 350, 390, 520)
QUARTER: Box = (690, 260, 900, 520)


def swapped(rows: Iterable[Row]) -> list[Row]:
    """The same car, seen from the other side."""
    return [(name.replace("left", "right"), score, mirrored(box, Side.RIGHT, WIDTH)) for name, score, box in rows]


def scene_of(detections: Detections, rules: ConsolidateRules) -> Scene:
    return Scene.read(detections, width=WIDTH, height=HEIGHT, rules=rules)


def named(detections: Detections, rules: ConsolidateRules) -> list[tuple[PartRef, ...]]:
    reading = read_photo_damages(0, detections, scene_of(detections, rules), rules)
    return [item.refs for item in reading.sightings]


def ref(part: Part, side: Side = Side.LEFT) -> PartRef:
    return PartRef(part=part, side=side)


def test_a_flank_places_its_fender_and_its_quarter_panel(make: Make, rules: ConsolidateRules) -> None:
    places = {seen.refs[0]: seen.box for seen in scene_of(make("joint-v0", FLANK), rules).inferred}
    assert iou(places[ref(Part.FRONT_FENDER)], FENDER) > 0.5
    assert iou(places[ref(Part.QUARTER_PANEL)], QUARTER) > 0.5
    assert containment((400, 545, 600, 560), places[ref(Part.ROCKER_PANEL)]) > 0.9


def test_the_other_flank_is_its_mirror_picture(make: Make, rules: ConsolidateRules) -> None:
    left = scene_of(make("joint-v0", FLANK), rules).inferred
    right = scene_of(make("joint-v0", swapped(FLANK)), rules).inferred
    expected = {(seen.part, mirrored(seen.box, Side.RIGHT, WIDTH)) for seen in left if seen.side is Side.LEFT}
    found = {(seen.part, seen.box) for seen in right if seen.side is Side.RIGHT}
    assert {part for part, _ in found} == {part for part, _ in expected}
    for part, box in found:
        assert any(part is other and iou(box, place) > 0.99 for other, place in expected)


def test_what_is_in_view_is_not_inferred(make: Make, rules: ConsolidateRules) -> None:
    scene = scene_of(make("joint-v1", [*FLANK, ("left_fender", 0.6, FENDER)]), rules)
    assert ref(Part.FRONT_FENDER) not in {seen.refs[0] for seen in scene.inferred}


@pytest.mark.parametrize("rows", [[], [("wheel", 0.9, (100.0, 100.0, 300.0, 300.0))], FLANK[3:4] + FLANK[5:]])
def test_nothing_is_inferred_without_a_neighbour_that_knows(
    make: Make, rules: ConsolidateRules, rows: list[Row]
) -> None:
    assert ref(Part.FRONT_FENDER) not in {seen.refs[0] for seen in scene_of(make("joint-v0", rows), rules).inferred}


def test_an_inferred_part_is_less_sure_than_its_neighbours_and_gives_no_share(
    make: Make, rules: ConsolidateRules
) -> None:
    scene = scene_of(make("joint-v0", FLANK), rules)
    assert max(seen.score for seen in scene.inferred) < max(seen.score for seen in scene.parts)
    assert scene.car_box == (90, 250, 930, 580)


@pytest.mark.parametrize("words", ["joint-v0", "joint-v1"])
@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (("dent", 0.8, (180.0, 380.0, 330.0, 440.0)), ref(Part.FRONT_FENDER)),
        (("damaged_Fender", 0.8, (180.0, 360.0, 350.0, 480.0)), ref(Part.FRONT_FENDER)),
        (("dent", 0.8, (770.0, 350.0, 860.0, 430.0)), ref(Part.QUARTER_PANEL)),
        (("damaged_Fender", 0.8, (740.0, 300.0, 860.0, 480.0)), ref(Part.QUARTER_PANEL)),
        (("scratch", 0.8, (420.0, 545.0, 600.0, 560.0)), ref(Part.ROCKER_PANEL)),
        (("scratch", 0.8, (430.0, 400.0, 500.0, 440.0)), ref(Part.FRONT_DOOR)),
    ],
)
def test_neighbours_and_own_boxes_name_the_same_part(
    make: Make, rules: ConsolidateRules, words: str, damage: Row, expected: PartRef
) -> None:
    own: list[Row] = [
        ("left_fender", 0.8, FENDER),
        ("left_quarter_panel", 0.8, QUARTER),
        ("left_rocker_panel", 0.8, (300, 535, 740, 565)),
    ]
    rows = FLANK + (own if words == "joint-v1" else [])
    assert named(make(words, [*rows, damage]), rules) == [(expected,)]
    [[other]] = named(make(words, swapped([*rows, damage])), rules)
    assert other == PartRef(part=expected.part, side=Side.RIGHT)


@pytest.mark.parametrize(
    ("around", "glass", "expected"),
    [
        (FLANK, (410.0, 260.0, 540.0, 340.0), {ref(Part.DOOR_GLASS)}),
        (FLANK, (570.0, 260.0, 690.0, 340.0), {ref(Part.DOOR_GLASS)}),
        (FLANK, (725.0, 270.0, 800.0, 340.0), {ref(Part.QUARTER_GLASS)}),
        # more than half in the door, less than most of it: nobody can tell
        (FLANK, (670.0, 270.0, 755.0, 340.0), {ref(Part.DOOR_GLASS), ref(Part.QUARTER_GLASS)}),
        # no door in view
        ([], (410.0, 260.0, 540.0, 340.0), {ref(Part.DOOR_GLASS), ref(Part.QUARTER_GLASS)}),
    ],
)
def test_side_glass_is_the_door_s_that_holds_it(
    make: Make, rules: ConsolidateRules, around: Sequence[Row], glass: Box, expected: set[PartRef]
) -> None:
    scene = scene_of(make("joint-v1", [*around, ("left_side_glass", 0.9, glass)]), rules)
    [seen] = [item for item in scene.parts if item.is_among(frozenset({Part.DOOR_GLASS, Part.QUARTER_GLASS}))]
    assert set(seen.refs) == expected


def test_damage_on_open_glass_stays_open(make: Make, rules: ConsolidateRules) -> None:
    rows: list[Row] = [
        ("left_side_glass", 0.9, (400, 200, 600, 300)),
        ("broken", 0.9, (410, 210, 590, 290)),
    ]
    [refs] = named(make("joint-v1", rows), rules)
    assert set(refs) == {ref(Part.DOOR_GLASS), ref(Part.QUARTER_GLASS)}


def test_glass_of_both_sides_on_one_spot_loses_its_side(make: Make, rules: ConsolidateRules) -> None:
    box: Box = (400, 200, 600, 300)
    rows: list[Row] = [("left_side_glass", 0.6, box), ("right_side_glass", 0.55, box)]
    [seen] = scene_of(make("joint-v1", rows), rules).parts
    assert {item.side for item in seen.refs} == {Side.UNKNOWN}
    assert len(seen.refs) == 2


@given(st.tuples(*[st.floats(0, 1000)] * 4), st.sampled_from(Side))
def test_mirrored_twice_is_the_box_again(box: Box, side: Side) -> None:
    assert mirrored(mirrored(box, side, 1000.0), side, 1000.0) == pytest.approx(box, abs=1e-9)
