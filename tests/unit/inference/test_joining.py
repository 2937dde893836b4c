"""A kind of damage finds the region that it belongs to, or the part that holds it clearly better."""

from collections.abc import Callable, Iterable, Sequence

import pytest

from inference.joining import joined
from inference.rules import ConsolidateRules
from inference.scene import Scene
from model.detections import Detections
from model.findings import Box
from model.vocabulary import DamageKind, LabelGroup, Part

Row = tuple[str, float, Box]
Make = Callable[[str, Iterable[Row]], Detections]
Found = list[tuple[set[Part], DamageKind, list[str]]]

# The left front corner of a car, on 1000 x 750 px.
CORNER: list[Row] = [
    ("front_bumper", 0.9, (100, 450, 480, 650)),
    ("hood", 0.9, (150, 300, 500, 440)),
    ("left_fender", 0.9, (460, 330, 640, 560)),
]


def drafts(make: Make, rules: ConsolidateRules, rows: Sequence[Row]) -> Found:
    seen = make("joint-v1", rows)
    scene = Scene.read(seen, width=1000, height=750, rules=rules)
    regions, kinds = list(seen.of(LabelGroup.DAMAGED_PART)), list(seen.of(LabelGroup.DAMAGE))
    return [
        ({ref.part for ref in where.refs}, kind, [item.label.name for item in reports])
        for where, kind, reports in joined(regions, kinds, scene, rules)
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # the kind inside a region joins it
        (
            [("damaged_Bonnet", 0.8, (160, 310, 480, 430)), ("dent", 0.6, (200, 320, 400, 420))],
            [({Part.HOOD}, DamageKind.DENT, ["damaged_Bonnet", "dent"])],
        ),
        # of two regions that hold it, the one that it fills
        (
            [
                ("damaged_Bumper", 0.8, (100, 300, 640, 650)),
                ("damaged_Fender", 0.5, (470, 340, 630, 520)),
                ("dent", 0.6, (480, 350, 620, 510)),
            ],
            [
                ({Part.FRONT_BUMPER}, DamageKind.UNKNOWN, ["damaged_Bumper"]),
                ({Part.FRONT_FENDER}, DamageKind.DENT, ["damaged_Fender", "dent"]),
            ],
        ),
        # at the rim of a bumper's region, in the middle of the fender: the fender's
        (
            [("damaged_Bumper", 0.6, (100, 430, 620, 650)), ("dent", 0.6, (510, 420, 590, 480))],
            [
                ({Part.FRONT_BUMPER}, DamageKind.UNKNOWN, ["damaged_Bumper"]),
                ({Part.FRONT_FENDER}, DamageKind.DENT, ["dent"]),
            ],
        ),
        # no clear winner: it stays with the region
        (
            [("damaged_Bumper", 0.95, (440, 380, 660, 560)), ("scratch", 0.6, (510, 420, 590, 480))],
            [({Part.FRONT_BUMPER}, DamageKind.SCRATCH, ["damaged_Bumper", "scratch"])],
        ),
        # no region at all
        ([("scratch", 0.6, (520, 420, 580, 460))], [({Part.FRONT_FENDER}, DamageKind.SCRATCH, ["scratch"])]),
    ],
)
def test_a_kind_joins_the_region_or_part_that_holds_it(
    make: Make, rules: ConsolidateRules, rows: list[Row], expected: Found
) -> None:
    assert drafts(make, rules, CORNER + rows) == expected


@pytest.mark.parametrize("words", ["joint-v0", "joint-v1"])
def test_no_report_of_damage_is_lost(make: Make, rules: ConsolidateRules, words: str) -> None:
    rows: list[Row] = [
        (name, 0.8, (100 + 60 * x, 300 + 50 * y, 260 + 60 * x, 420 + 50 * y))
        for name in ("scratch", "dent", "broken", "damaged_Bumper", "damaged_Bonnet", "damaged_Light")
        for x in range(0, 8, 3)
        for y in range(0, 6, 3)
    ]
    seen = make(words, rows)
    scene = Scene.read(seen, width=1000, height=750, rules=rules)
    regions, kinds = list(seen.of(LabelGroup.DAMAGED_PART)), list(seen.of(LabelGroup.DAMAGE))
    told = [item.box for _, _, reports in joined(regions, kinds, scene, rules) for item in reports]
    assert {item.box for item in [*regions, *kinds]} == set(told)
