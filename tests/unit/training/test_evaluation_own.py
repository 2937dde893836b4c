"""This project's labels in a detector's words, and which of them may judge."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from data.own_labels import LabelledPhoto
from inference.testing import ScriptedDetector, detections, shipped_manifest
from model.errors import ModelError
from model.findings import Box
from training.evaluate import judged
from training.evaluation_figures import CLEAN
from training.evaluation_own import DAMAGE, added_scope, own_photos, own_scope
from training.evaluation_photos import mark_all
from training.evaluation_sets import CLOSE_UPS, HARD, Observed, PhotoSet, photo_sets
from training.judging import ANY, IGNORED, Judged
from training.promotion_policy import PromotionPolicy
from training.unseen import unseen_sets

MANIFEST = shipped_manifest("joint-v0")
EMPTY_SETS = ("car_parts", "damage_outlines", "damaged_parts", "damaged_unlabelled", "undamaged", "damage_types")


def _root(root: Path, splits: Mapping[str, Sequence[str]]) -> Path:
    for folder in EMPTY_SETS:
        (root / folder / "images").mkdir(parents=True)
        images = []
        for number, split in enumerate(splits.get(folder, ())):
            name = f"{number}.png"
            images.append(
                {"id": number, "file_name": name, "width": 200, "height": 100, "group": f"g{number}", "split": split}
            )
            cv2.imwrite(str(root / folder / "images" / name), np.full((100, 200, 3), number, np.uint8))
        content = {"images": images, "annotations": [], "categories": []}
        (root / folder / "annotations.json").write_text(json.dumps(content), "utf-8")
    return root


def _labels(root: Path, folder: str, number: int, **drawn: Any) -> LabelledPhoto:
    content = (root / folder / "images" / f"{number}.png").read_bytes()
    return LabelledPhoto.model_validate(
        {
            "sha256": hashlib.sha256(content).hexdigest(),
            "folder": folder,
            "file": f"{number}.png",
            "width": 200,
            "height": 100,
            "view": "close_up",
            **drawn,
        }
    )


def _damage(part: str | None, side: str, kind: str, box: tuple[int, int, int, int]) -> dict[str, Any]:
    x1, y1, x2, y2 = box
    outline = [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
    return {"part": part, "side": side, "kind": kind, "severity": "minor", "outline": outline}


def _drawn(root: Path, **drawn: Any) -> dict[str, list[Box]]:
    labels = _labels(_root(root, {"damage_types": ["val"]}), "damage_types", 0, **drawn)
    (photo,) = own_photos(root, {labels.sha256: labels}, MANIFEST, final=False)
    found: dict[str, list[Box]] = {}
    for item in photo.photo.annotations:
        found.setdefault(item.label, []).append(item.box)
    return found


def test_parts_take_the_label_of_their_side_and_wheels_one_label_for_both(tmp_path: Path) -> None:
    parts = [
        {"part": "front_door", "side": "left", "box": (0, 0, 500, 1000)},
        {"part": "wheel", "side": "left", "box": (500, 0, 600, 1000)},
        {"part": "wheel", "side": "unknown", "box": (600, 0, 700, 1000)},
        {"part": "rocker_panel", "side": "left", "box": (0, 900, 700, 1000)},
    ]
    found = _drawn(tmp_path, parts=parts)
    assert set(found) == {"front_left_door", "wheel"}
    assert found["front_left_door"] == [(0.0, 0.0, 100.0, 100.0)]
    assert len(found["wheel"]) == 2


def test_a_part_of_unknown_side_judges_neither_side(tmp_path: Path) -> None:
    found = _drawn(tmp_path, parts=[{"part": "headlight", "side": "unknown", "box": (0, 0, 500, 1000)}])
    assert set(found) == {f"{IGNORED} front_left_light", f"{IGNORED} front_right_light"}


def test_damages_judge_their_kind_and_the_region_of_their_part(tmp_path: Path) -> None:
    damages = [
        _damage("front_door", "left", "dent", (0, 0, 100, 100)),
        _damage("front_door", "left", "scratch", (200, 200, 300, 300)),
        _damage("rear_door", "left", "scratch", (500, 0, 600, 100)),
    ]
    found = _drawn(tmp_path, damages=damages)
    assert {name: len(boxes) for name, boxes in found.items()} == {
        "dent": 1,
        "scratch": 2,
        "damaged_Door": 2,
        DAMAGE: 3,
    }
    assert (0.0, 0.0, 60.0, 30.0) in found["damaged_Door"]


def test_damage_on_nobody_knows_which_part_excuses_every_damaged_part(tmp_path: Path) -> None:
    found = _drawn(tmp_path, damages=[_damage(None, "none", "dent", (0, 0, 100, 100))], others=[(0, 0, 500, 500)])
    assert {"dent", DAMAGE, IGNORED, f"{IGNORED} damaged_Bumper"} <= set(found)
    assert "damaged_Bumper" not in found


@pytest.mark.parametrize(("final", "expected"), [(False, {"1.png"}), (True, {"1.png", "2.png"})])
def test_training_photos_judge_nothing_and_test_photos_only_in_the_end(
    tmp_path: Path, final: bool, expected: set[str]
) -> None:
    root = _root(tmp_path, {"damage_types": ["train", "val", "test"]})
    labels = [_labels(root, "damage_types", number) for number in range(3)]
    found = own_photos(root, {item.sha256: item for item in labels}, MANIFEST, final=final)
    assert {item.labels.file for item in found} == expected


def test_on_car_parts_only_the_added_parts_are_judged(tmp_path: Path) -> None:
    root = _root(tmp_path, {"car_parts": ["train"] * 4})
    labels = [_labels(root, "car_parts", number) for number in range(4)]
    found = own_photos(root, {item.sha256: item for item in labels}, MANIFEST, final=False)
    assert [item.labels.file for item in found] == ["0.png"]
    assert added_scope(MANIFEST).judged == ()
    assert set(own_scope(MANIFEST).judged) == {*MANIFEST.label_names, ANY}


def test_labels_of_another_photo_are_an_error(tmp_path: Path) -> None:
    root = _root(tmp_path, {"damage_types": ["val", "val"]})
    labels = _labels(root, "damage_types", 0).model_copy(update={"file": "1.png"})
    with pytest.raises(ModelError) as caught:
        own_photos(root, {labels.sha256: labels}, MANIFEST, final=False)
    assert caught.value.code == "model.data_unreadable"


def test_own_photos_are_sets_of_their_own_and_close_ups_with_damage_another(tmp_path: Path) -> None:
    root = _root(tmp_path, {"damage_types": ["val", "val"], "undamaged": ["val"]})
    damage = [_damage("hood", "none", "dent", (0, 0, 100, 100))]
    labels = [_labels(root, "damage_types", 0, damages=damage), _labels(root, "damage_types", 1)]
    sets = photo_sets(MANIFEST, root, {item.sha256: item for item in labels}, final=False)
    shown = {item.scope.data: (len(item.photos), item.shows) for item in sets}
    assert shown == {
        "damage_types val": (2, "damage"),
        "undamaged val": (1, "no damage"),
        "own val": (2, "either"),
        CLOSE_UPS: (1, "damage"),
    }


def test_hard_clean_photos_are_those_named_that_show_no_damage(tmp_path: Path) -> None:
    """Of four undamaged photos two are named, one of them a training photo; of two own ones one shows damage."""
    root = _root(tmp_path, {"undamaged": ["val", "val", "train", "val"], "damage_types": ["val", "val"]})
    for number in range(4):  # unlike the photos of the other set
        cv2.imwrite(str(root / "undamaged" / "images" / f"{number}.png"), np.full((100, 200, 3), 50 + number, np.uint8))
    damage = [_damage("hood", "none", "dent", (0, 0, 100, 100))]
    own = [_labels(root, "damage_types", 0, damages=damage), _labels(root, "damage_types", 1)]
    named = {_labels(root, "undamaged", number).sha256 for number in (1, 2)} | {item.sha256 for item in own}
    sets = photo_sets(MANIFEST, root, {item.sha256: item for item in own}, final=False, hard=named)
    (hard,) = (item for item in sets if item.scope.data == HARD)
    assert [photo.path.relative_to(root).as_posix() for photo in hard.photos] == [
        "undamaged/images/1.png",
        "damage_types/images/1.png",
    ]
    assert (hard.shows, hard.scope.judged) == ("no damage", ())


def test_the_share_of_hard_clean_photos_flagged_stands_beside_that_of_all(tmp_path: Path) -> None:
    """Of four clean photos one is flagged; it is one of the two hard ones."""
    root = _root(tmp_path, {"undamaged": ["val"] * 4})
    named = {_labels(root, "undamaged", number).sha256 for number in (0, 1)}
    observed = [_answered(item, {"0.png"}) for item in photo_sets(MANIFEST, root, {}, final=False, hard=named)]
    evaluation = judged(ScriptedDetector({}), observed, mark_all(observed), quick=True)
    figures = {item.data: item for item in evaluation.figures if item.name == CLEAN}
    assert {data: (item.value, item.n, item.better) for data, item in figures.items()} == {
        "undamaged val": (0.25, 4, "lower"),
        "hard clean val": (0.5, 2, "lower"),
    }
    hard = figures["hard clean val"]
    assert hard.low < hard.value < hard.high
    goal = next(item for item in PromotionPolicy.load().goals if item.data == hard.data)
    assert (goal.figure, goal.goal) == (hard.name, 0.03)


def _answered(item: PhotoSet, flagged: set[str]) -> Observed:
    """A scratch reported on the photos of these names."""
    rows = {
        photo: [("scratch", 0.9, (0.0, 0.0, 50.0, 50.0))] if photo.path.name in flagged else [] for photo in item.photos
    }
    seen = (Judged(photo=photo, detections=detections(MANIFEST, found)) for photo, found in rows.items())
    return Observed(source=item, judged=tuple(seen))


def test_test_photos_are_read_in_the_end_only(tmp_path: Path) -> None:
    root = _root(tmp_path, {"car_parts": ["train", "test"]})
    assert [item.scope.data for item in photo_sets(MANIFEST, root, {}, final=False)] == ["car_parts held-out"]
    assert "car_parts test" in {item.scope.data for item in photo_sets(MANIFEST, root, {}, final=True)}


def test_without_a_prepared_set_own_photos_keep_the_groups_of_their_set(tmp_path: Path) -> None:
    """A near-copy that only its set has labelled is of the same group."""
    root = _root(tmp_path, {"damage_types": ["val", "val"]})
    labels = _labels(root, "damage_types", 0, damages=[_damage("hood", "none", "dent", (100, 100, 300, 300))])
    sets = unseen_sets(MANIFEST, root, {labels.sha256: labels}, None)
    groups = {item.scope.data: [photo.group for photo in item.photos] for item in sets}
    assert groups["own val"] == ["damage_types:g0"]
    assert groups["damage_types val"] == ["damage_types:g1"]
