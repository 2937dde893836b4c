"""Reports about parts that contradict each other or the rest of the photo."""

from collections.abc import Callable, Iterable, Sequence

import pytest

from inference.rules import ConsolidateRules
from inference.scene import Scene
from inference.scene_parts import VisiblePart
from model.detections import Detections
from model.findings import Box, PartRef
from model.vocabulary import Part, Side

Row = tuple[str, float, Box]
Make = Callable[[str, Iterable[Row]], Detections]
BUMPER: Box = (200, 450, 700, 620)
LID: Box = (250, 250, 650, 440)
ROCKER: Box = (300, 520, 720, 560)
FACE: list[Row] = [("hood", 0.9, (250, 300, 650, 440)), ("front_left_light", 0.9, (580, 400, 680, 460))]
TAIL: list[Row] = [("trunk", 0.9, LID), ("back_left_light", 0.9, (200, 330, 280, 420))]
LEFT_FLANK: list[Row] = [
    ("front_left_door", 0.9, (380, 250, 560, 540)),
    ("back_left_door", 0.9, (550, 250, 720, 530)),
]


def in_view(make: Make, rules: ConsolidateRules, rows: Sequence[Row], box: Box) -> VisiblePart:
    scene = Scene.read(make("joint-v1", rows), width=1000, height=750, rules=rules)
    [found] = [seen for seen in scene.parts + scene.faint if seen.box == box]
    return found


@pytest.mark.parametrize(
    ("around", "said", "parts"),
    [
        (FACE, "front_bumper", [Part.FRONT_BUMPER]),
        (TAIL, "back_bumper", [Part.REAR_BUMPER]),
        # a report that the rest of the photo outweighs
        (FACE, "back_bumper", [Part.FRONT_BUMPER]),
        (TAIL, "front_bumper", [Part.REAR_BUMPER]),
        # one that contradicts it as strongly
        (FACE[:1], "back_bumper", [Part.REAR_BUMPER, Part.FRONT_BUMPER]),
        # one that stands alone
        ([], "back_bumper", [Part.REAR_BUMPER]),
    ],
)
def test_a_bumper_is_that_of_the_end_around_it(
    make: Make, rules: ConsolidateRules, around: list[Row], said: str, parts: list[Part]
) -> None:
    seen = in_view(make, rules, [*around, (said, 0.7, BUMPER)], BUMPER)
    assert [ref.part for ref in seen.refs] == parts


@pytest.mark.parametrize(
    ("trunk", "tailgate", "parts"),
    [
        (0.9, 0.1, [Part.TRUNK_LID]),
        (0.2, 0.8, [Part.TAILGATE]),
        (0.9, 0.5, [Part.TRUNK_LID, Part.TAILGATE]),
        (0.5, 0.6, [Part.TAILGATE, Part.TRUNK_LID]),
    ],
)
def test_either_kind_of_boot_lid_without_a_clear_winner(
    make: Make, rules: ConsolidateRules, trunk: float, tailgate: float, parts: list[Part]
) -> None:
    seen = in_view(make, rules, [("trunk", trunk, LID), ("tailgate", tailgate, LID)], LID)
    assert [ref.part for ref in seen.refs] == parts


def test_names_that_exclude_each_other_add_up(make: Make, rules: ConsolidateRules) -> None:
    seen = in_view(make, rules, [("trunk", 0.5, LID), ("tailgate", 0.2, LID)], LID)
    assert seen.score == pytest.approx(0.7)
    assert in_view(make, rules, [("trunk", 0.9, LID), ("tailgate", 0.8, LID)], LID).score == 1.0


def test_the_likeliest_part_comes_first(make: Make, rules: ConsolidateRules) -> None:
    rows: list[Row] = [("back_bumper", 0.6, BUMPER), ("trunk", 0.5, LID), ("tailgate", 0.3, LID)]
    scene = Scene.read(make("joint-v1", rows), width=1000, height=750, rules=rules)
    assert [seen.box for seen in scene.parts] == [LID, BUMPER]


@pytest.mark.parametrize("said", ["left_rocker_panel", "right_rocker_panel"])
def test_the_flank_tells_the_side_of_a_rocker(make: Make, rules: ConsolidateRules, said: str) -> None:
    seen = in_view(make, rules, [*LEFT_FLANK, (said, 0.6, ROCKER)], ROCKER)
    assert seen.refs == (PartRef(part=Part.ROCKER_PANEL, side=Side.LEFT),)


def test_a_part_below_its_threshold_is_weighed_but_not_seen(make: Make, rules: ConsolidateRules) -> None:
    labels = make("joint-v1", []).labels
    strict = tuple(item.model_copy(update={"threshold": 0.8}) for item in labels)
    found = make("joint-v1", [("hood", 0.5, LID), ("trunk", 0.35, BUMPER)])
    scene = Scene.read(
        Detections(boxes=found.boxes, scores=found.scores, label_ids=found.label_ids, labels=strict),
        width=1000,
        height=750,
        rules=rules,
    )
    assert scene.parts == ()
    assert [seen.part for seen in scene.faint] == [Part.HOOD]
    assert [seen.part for seen in scene.named] == [seen.part for seen in scene.seen] == [Part.HOOD]
    assert (scene.car_box, scene.car_share) == (None, 0.0)
