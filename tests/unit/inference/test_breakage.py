"""Breaks belong to what breaks: lamps and panes in view, grilles and lamps by their place at the nose."""

from collections.abc import Callable, Iterable, Sequence

import pytest

from inference.rules import ConsolidateRules
from inference.scene import Scene
from inference.sightings import Sighting, read_photo_damages
from model.detections import Detections
from model.findings import Box, PartRef
from model.vocabulary import DamageKind, Part, Side

Row = tuple[str, float, Box]
Make = Callable[[str, Iterable[Row]], Detections]

# A car from in front, on 1000 x 750 px; the bumper's box is 500 px wide and 200 px high.
FACE: list[Row] = [("front_bumper", 0.9, (250, 400, 750, 600)), ("hood", 0.9, (250, 280, 750, 400))]
REGION: Row = ("damaged_Bumper", 0.8, (240, 380, 760, 610))
LEFT_LAMP = PartRef(part=Part.HEADLIGHT, side=Side.LEFT)
RIGHT_LAMP = PartRef(part=Part.HEADLIGHT, side=Side.RIGHT)
GRILLE, COVER = PartRef(part=Part.GRILLE), PartRef(part=Part.FRONT_BUMPER)


def spot(across: float, down: float, size: float = 30.0) -> Box:
    """A box with its middle at this share of the front bumper's width and height."""
    x, y = 250 + 500 * across, 400 + 200 * down
    return (x - size, y - size / 2, x + size, y + size / 2)


def sightings(make: Make, rules: ConsolidateRules, rows: Sequence[Row]) -> list[Sighting]:
    detections = make("joint-v1", rows)
    scene = Scene.read(detections, width=1000, height=750, rules=rules)
    return [item for item in read_photo_damages(0, detections, scene, rules).sightings if item.boxes]


@pytest.mark.parametrize("region", [[], [REGION]])
@pytest.mark.parametrize(
    ("across", "down", "refs"),
    [
        (0.5, 0.1, (GRILLE,)),
        (0.35, 0.2, (GRILLE,)),
        (0.1, 0.1, (RIGHT_LAMP,)),
        (0.9, 0.1, (LEFT_LAMP,)),
        # between the two, either
        (0.25, 0.1, (GRILLE, RIGHT_LAMP)),
        (0.75, 0.1, (GRILLE, LEFT_LAMP)),
        # a little lower the cover may be meant, and further down it is
        (0.5, 0.25, (GRILLE,)),
        (0.9, 0.25, (LEFT_LAMP, COVER)),
        (0.5, 0.35, (GRILLE, COVER)),
        (0.25, 0.35, (GRILLE, RIGHT_LAMP, COVER)),
        (0.5, 0.6, (COVER,)),
    ],
)
def test_the_upper_part_of_a_front_bumper_is_not_what_breaks(
    make: Make, rules: ConsolidateRules, region: list[Row], across: float, down: float, refs: tuple[PartRef, ...]
) -> None:
    [found] = sightings(make, rules, [*FACE, *region, ("broken", 0.8, spot(across, down))])
    assert (found.kind, found.refs) == (DamageKind.BROKEN, refs)
    assert [item.code for item in found.notes] == ([] if refs == (COVER,) else ["damage.placed"])


@pytest.mark.parametrize("kind", ["scratch", "dent"])
def test_other_kinds_stay_with_the_cover(make: Make, rules: ConsolidateRules, kind: str) -> None:
    [found] = sightings(make, rules, [*FACE, REGION, (kind, 0.8, spot(0.5, 0.2))])
    assert found.refs == (COVER,)


@pytest.mark.parametrize(("across", "refs"), [(0.9, (COVER,)), (0.1, (RIGHT_LAMP,)), (0.75, (GRILLE, LEFT_LAMP))])
def test_where_the_lamp_is_seen_beside_the_break_it_is_not_placed_again(
    make: Make, rules: ConsolidateRules, across: float, refs: tuple[PartRef, ...]
) -> None:
    lamp: Row = ("front_left_light", 0.9, (640, 340, 740, 390))
    [found] = sightings(make, rules, [*FACE, REGION, lamp, ("broken", 0.8, spot(across, 0.15, 20))])
    assert found.refs == refs


def test_a_break_in_the_region_of_another_part_stays_there(make: Make, rules: ConsolidateRules) -> None:
    region: Row = ("damaged_Fender", 0.8, (690, 380, 770, 440))
    [found] = sightings(make, rules, [*FACE, region, ("broken", 0.8, spot(0.95, 0.1, 20))])
    assert found.refs == (PartRef(part=Part.FRONT_FENDER, side=Side.LEFT),)


def test_without_a_front_bumper_in_view_nothing_is_placed_by_it(make: Make, rules: ConsolidateRules) -> None:
    [found] = sightings(make, rules, [*FACE[1:], REGION, ("broken", 0.8, spot(0.5, 0.2))])
    assert found.refs == (COVER,)


def test_a_break_over_bonnet_and_bumper_is_neither_lamp_nor_grille(make: Make, rules: ConsolidateRules) -> None:
    rows: list[Row] = [
        *FACE,
        ("damaged_Bonnet", 0.8, (300, 300, 700, 390)),
        ("damaged_Bumper", 0.8, (300, 410, 700, 500)),
        ("broken", 0.8, (240, 280, 760, 600)),
    ]
    assert {found.refs for found in sightings(make, rules, rows)} == {(PartRef(part=Part.HOOD),), (COVER,)}


@pytest.mark.parametrize(
    ("part", "region", "holder", "expected"),
    [
        ("front_left_light", "damaged_Bumper", (640, 380, 740, 440), LEFT_LAMP),
        ("back_right_light", "damaged_Dickey", (640, 380, 740, 440), PartRef(part=Part.TAILLIGHT, side=Side.RIGHT)),
        ("left_mirror", "damaged_Door", (640, 380, 740, 440), PartRef(part=Part.SIDE_MIRROR, side=Side.LEFT)),
    ],
)
def test_a_break_in_a_lamp_or_mirror_is_not_the_region_s_around_it(
    make: Make, rules: ConsolidateRules, part: str, region: str, holder: Box, expected: PartRef
) -> None:
    rows: list[Row] = [(part, 0.9, holder), (region, 0.8, (400, 200, 800, 600)), ("broken", 0.7, (650, 390, 730, 430))]
    [found] = sightings(make, rules, rows)
    assert found.refs == (expected,)


def test_the_label_of_a_lamp_s_region_keeps_its_break(make: Make, rules: ConsolidateRules) -> None:
    lamp: Box = (640, 380, 740, 440)
    rows: list[Row] = [("front_left_light", 0.9, lamp), ("damaged_Light", 0.8, lamp), ("broken", 0.7, lamp)]
    [found] = sightings(make, rules, rows)
    assert found.refs == (LEFT_LAMP,)
    assert {item.label for item in found.evidence} == {"damaged_Light", "broken"}


@pytest.mark.parametrize(
    ("down", "parts"), [(0.2, {Part.HEADLIGHT}), (0.5, {Part.HEADLIGHT}), (0.8, {Part.HEADLIGHT, Part.FOG_LIGHT})]
)
def test_only_low_in_the_bumper_a_damaged_lamp_may_be_a_fog_light(
    make: Make, rules: ConsolidateRules, down: float, parts: set[Part]
) -> None:
    detections = make("joint-v1", [*FACE, ("damaged_Light", 0.8, spot(0.9, down, 20))])
    scene = Scene.read(detections, width=1000, height=750, rules=rules)
    [found] = read_photo_damages(0, detections, scene, rules).sightings
    assert {ref.part for ref in found.refs} == parts
    assert {ref.side for ref in found.refs} == {Side.LEFT}
