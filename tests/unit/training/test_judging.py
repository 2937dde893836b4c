"""Which photos judge which labels."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from data.datasets import AnnotatedPhoto, Annotation
from inference.detector import Detector
from inference.testing import Row, detections, shipped_manifest
from model.registry import DEFAULT_MODEL, shipped_weights
from training.evaluation_marks import mark
from training.judging import Judged, Scope, judge, photos_of
from training.scopes import damage_scopes, held_out_parts, parts_scope

MANIFEST = shipped_manifest("joint-v0")
BOX = (10.0, 10.0, 50.0, 50.0)
FAR = (100.0, 100.0, 150.0, 150.0)


def _judged(drawn: Sequence[tuple[str, Any]], rows: Sequence[Row]) -> Judged:
    annotations = tuple(Annotation(label=label, box=box) for label, box in drawn)
    photo = AnnotatedPhoto(path=Path("x.jpg"), width=200, height=200, split="val", group="g", annotations=annotations)
    return Judged(photo=photo, detections=detections(MANIFEST, rows))


def _write(folder: Path, groups: Sequence[str]) -> Path:
    images = [
        {"id": i, "file_name": f"{i}.png", "width": 64, "height": 48, "group": group, "split": "train"}
        for i, group in enumerate(groups)
    ]
    (folder / "car_parts" / "images").mkdir(parents=True)
    for image in images:
        cv2.imwrite(str(folder / "car_parts" / "images" / str(image["file_name"])), np.full((48, 64, 3), 90, np.uint8))
    content = {"images": images, "annotations": [], "categories": []}
    (folder / "car_parts" / "annotations.json").write_text(json.dumps(content), "utf-8")
    return folder


def test_several_names_of_a_set_judge_one_label() -> None:
    scope = Scope(folder="x", split="val", labels={"minor-dent": "dent", "severe-dent": "dent"})
    judged = [_judged([("minor-dent", BOX), ("severe-dent", FAR), ("minor-scratch", BOX)], [("dent", 0.9, BOX)])]
    assert scope.judged == ("dent",)
    found = mark(judged, "dent", scope.drawn_as("dent"))
    assert (found.hits[:, 0].tolist(), len(found.box_photos)) == ([True], 2)


def test_other_labels_neither_help_nor_harm() -> None:
    scope = Scope(folder="x", split="val", labels={"hood": "hood"})
    judged = [_judged([("hood", BOX)], [("trunk", 0.9, BOX), ("hood", 0.4, FAR)])]
    assert mark(judged, "hood", scope.drawn_as("hood")).hits[:, 0].tolist() == [False]


def test_every_damage_label_is_judged_by_some_set_and_severity_by_none() -> None:
    judged = {label for scope in damage_scopes(MANIFEST) for label in scope.labels.values()}
    assert judged == set(MANIFEST.label_names[18:])


def test_a_photo_whose_damage_has_no_kind_judges_no_kind() -> None:
    outlines = next(scope for scope in damage_scopes(MANIFEST) if scope.folder == "damage_outlines")
    assert outlines.labels == {"scratch": "scratch"}


def test_the_held_out_part_never_cuts_a_group(tmp_path: Path) -> None:
    groups = [f"g{i // 3:02d}" for i in range(36)]
    held_out = held_out_parts(_write(tmp_path, groups), parts_scope(MANIFEST))
    assert sorted({photo.group for photo in held_out}) == ["g00", "g04", "g08"]
    assert len(held_out) == 9


def test_photos_are_judged_in_their_order_and_a_missing_file_is_an_error(tmp_path: Path) -> None:
    detector = Detector.load(shipped_weights() / DEFAULT_MODEL)
    photos = photos_of(_write(tmp_path, ["a", "b", "c"]), parts_scope(MANIFEST))
    assert [item.photo for item in judge(detector, photos)] == photos
    photos[1].path.unlink()
    with pytest.raises(FileNotFoundError, match=r"1\.png"):
        judge(detector, photos)
