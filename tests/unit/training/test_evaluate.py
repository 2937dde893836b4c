"""An evaluation from photos to files: on scenes made by hand, and once with the shipped detector on drawn pictures."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from data.datasets import AnnotatedPhoto, Annotation
from inference.detector import Detector
from inference.testing import Row, ScriptedDetector, detections, shipped_manifest
from model.errors import ModelError
from model.findings import Box
from model.registry import DEFAULT_MODEL, shipped_weights
from training.bootstrap import resamples
from training.evaluate import judged, write
from training.evaluation import Evaluation, Figure
from training.evaluation_faults import false_alarms, missed_damages, swapped_sides
from training.evaluation_page import page
from training.evaluation_photos import mark_all, write_marks
from training.evaluation_sets import Observed, PhotoSet, Shows
from training.evaluation_swaps import bumpers, pairs, sides
from training.judging import Judged, Scope
from training.robustness import CHANGES, robustness_figures
from training.scopes import clean_scope, parts_scope

MANIFEST = shipped_manifest()
TYPES = Scope(folder="damage_types", split="val", labels={"minor-dent": "dent"}, damages=frozenset({"minor-dent"}))
HERE, THERE = (10.0, 10.0, 90.0, 90.0), (120.0, 10.0, 180.0, 70.0)
Scene = tuple[Sequence[tuple[str, Box]], Sequence[Row]]


def _observed(scope: Scope, shows: Shows, scenes: Sequence[Scene]) -> Observed:
    items = []
    for number, (drawn, rows) in enumerate(scenes):
        annotations = tuple(Annotation(label=label, box=box) for label, box in drawn)
        photo = AnnotatedPhoto(
            path=Path(scope.folder) / "images" / f"{number}.png",
            width=200,
            height=100,
            split="val",
            group=f"g{number}",
            annotations=annotations,
        )
        items.append(Judged(photo=photo, detections=detections(MANIFEST, rows)))
    photos = tuple(item.photo for item in items)
    return Observed(source=PhotoSet(scope=scope, photos=photos, shows=shows, stated={}), judged=tuple(items))


def _scenes() -> list[Observed]:
    damage = ("minor-dent", HERE)
    return [
        _observed(
            parts_scope(MANIFEST),
            "no damage",
            [
                (
                    [("front_left_light", HERE), ("front_bumper", THERE)],
                    [("front_right_light", 0.9, HERE), ("back_bumper", 0.8, THERE)],
                )
            ],
        ),
        _observed(TYPES, "damage", [([damage], [("dent", 0.95, HERE)]), ([damage], [("damaged_Door", 0.8, THERE)])]),
        _observed(clean_scope(), "no damage", [([], [("scratch", 0.7, HERE)]), ([], []), ([], [("hood", 0.9, HERE)])]),
    ]


def _evaluation() -> Evaluation:
    scenes = _scenes()
    return judged(ScriptedDetector({}), scenes, mark_all(scenes), quick=True)


def _found(name: str, data: str) -> Figure:
    figure = _evaluation().find(name, data)
    assert figure is not None
    return figure


@pytest.mark.parametrize(
    ("name", "data", "value", "n"),
    [
        ("AP50 dent", "damage_types val", 51 / 101, 2),
        ("AP50 damage", "damage_types val", 51 / 101, 2),
        ("AP50 damage, large", "damage_types val", 51 / 101, 2),
        ("recall damage", "damage_types val", 0.5, 2),
        ("precision damage", "damage_types val", 1.0, 1),
        ("damaged photos flagged", "damage_types val", 1.0, 2),
        ("clean photos flagged", "undamaged val", 1 / 3, 3),
        ("clean photos flagged", "car_parts train", 0.0, 1),
        ("left and right swapped", "car_parts train", 1.0, 1),
        ("left and right swapped, headlight", "car_parts train", 1.0, 1),
        ("front and rear bumper swapped", "car_parts train", 1.0, 1),
        ("ROC AUC, damaged against undamaged", "damage_types val, undamaged val", 1.0, 5),
        ("calibration error damage", "damage_types val", 0.05, 1),
        ("precision damage, scores 0.9 to 1.0", "damage_types val", 1.0, 1),
    ],
)
def test_figures_by_hand(name: str, data: str, value: float, n: int) -> None:
    figure = _found(name, data)
    assert figure.value == pytest.approx(value, abs=1e-3)
    assert figure.n == n
    assert figure.low <= figure.value <= figure.high


def test_a_box_counts_once_though_damage_of_any_kind_judges_it_too() -> None:
    assert {item.data: item.boxes for item in _evaluation().sets} == {
        "car_parts train": 2,
        "damage_types val": 2,
        "undamaged val": 0,
    }


def test_a_label_that_the_set_does_not_draw_is_not_judged_there() -> None:
    assert _evaluation().find("AP50 damaged_Door", "damage_types val") is None
    assert _evaluation().find("AP50 hood", "undamaged val") is None


def test_swaps_name_what_would_have_been_right() -> None:
    parts = _scenes()[0]
    (side,) = pairs(parts, sides(MANIFEST))
    (end,) = pairs(parts, bumpers(MANIFEST))
    assert (side.reported.label.name, side.drawn_as) == ("front_right_light", "front_left_light")
    assert (end.swapped, end.drawn_as) == (True, "front_bumper")


def test_the_worst_errors_are_found_and_named() -> None:
    scenes = _scenes()
    assert [fault.text for fault in false_alarms(scenes)] == ["scratch 0.70"]
    assert [fault.drawn for fault in missed_damages(scenes)] == [(HERE,)]
    assert [fault.text for fault in swapped_sides(scenes, MANIFEST)] == [
        "front_right_light 0.90, drawn as front_left_light"
    ]


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    evaluation = _evaluation()
    (tmp_path / "evaluation.json").write_text(evaluation.to_json(), "utf-8")
    assert Evaluation.read(tmp_path / "evaluation.json") == evaluation
    (tmp_path / "broken.json").write_text("{}", "utf-8")
    with pytest.raises(ModelError) as caught:
        Evaluation.read(tmp_path / "broken.json")
    assert caught.value.code == "model.data_unreadable"


def test_no_two_figures_share_name_and_data() -> None:
    evaluation = _evaluation()
    twice = {**evaluation.model_dump(), "figures": (*evaluation.figures, evaluation.figures[0])}
    with pytest.raises(ValidationError, match="twice"):
        Evaluation.model_validate(twice)


def _sets_in(path: Path) -> set[str]:
    with np.load(path, allow_pickle=False) as file:
        return {name.removesuffix("/paths") for name in file if name.endswith("/paths")}


def test_marks_survive_their_file(tmp_path: Path) -> None:
    marked = mark_all(_scenes())
    write_marks(marked, tmp_path / "photos.npz")
    assert _sets_in(tmp_path / "photos.npz") == set(marked)
    with np.load(tmp_path / "photos.npz", allow_pickle=False) as file:
        for data, item in marked.items():
            assert (tuple(file[f"{data}/paths"]), tuple(file[f"{data}/groups"])) == (item.paths, item.groups)
            np.testing.assert_array_equal(file[f"{data}/alarms"], item.alarms)
            np.testing.assert_array_equal(file[f"{data}/flagged"], item.flagged)
            for label, marks in item.labels.items():
                for name, column in asdict(marks).items():
                    np.testing.assert_array_equal(file[f"{data}/{label}/{name}"], column)


def test_the_page_names_every_set_and_carries_nothing_from_elsewhere() -> None:
    text = page(_evaluation(), {"False alarms": []})
    assert all(name in text for name in ("damage_types val", "undamaged val", "left and right swapped", "ECE"))
    assert "http" not in text.replace("http-equiv", "")
    assert "<script" not in text


def test_changes_keep_the_size_of_the_photo() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (60, 81, 3), dtype=np.uint8)
    frames = {name: change(pixels) for name, change in CHANGES.items()}
    assert {frame.height for frame in frames.values()} == {60}
    assert all(abs(frame.width - 81) <= 1 for frame in frames.values())
    assert all((frame.pixels.shape != pixels.shape) or (frame.pixels != pixels).any() for frame in frames.values())


def test_a_handful_of_boxes_says_nothing_about_robustness(tmp_path: Path) -> None:
    detector = Detector.load(shipped_weights() / DEFAULT_MODEL)
    observed = _observed(TYPES, "damage", [([("minor-dent", HERE)], [("dent", 0.9, HERE)])])
    photo = observed.judged[0].photo
    path = tmp_path / "damage_types" / "images" / photo.path.name
    path.parent.mkdir(parents=True)
    cv2.imwrite(str(path), np.full((100, 200, 3), 90, np.uint8))
    there = Judged(photo=_at(photo, path), detections=observed.judged[0].detections)
    assert list(robustness_figures(detector, [Observed(source=observed.source, judged=(there,))], 5)) == []


def _at(photo: AnnotatedPhoto, path: Path) -> AnnotatedPhoto:
    return AnnotatedPhoto(
        path=path,
        width=photo.width,
        height=photo.height,
        split=photo.split,
        group=photo.group,
        annotations=photo.annotations,
    )


def _write_sets(root: Path, drawn: Mapping[str, str]) -> None:
    for folder, split in drawn.items():
        (root / folder / "images").mkdir(parents=True)
        cv2.imwrite(str(root / folder / "images" / "0.png"), np.full((96, 128, 3), 90, np.uint8))
        image = {"id": 0, "file_name": "0.png", "width": 128, "height": 96, "group": "g", "split": split}
        label = {"damage_types": "minor-dent", "damaged_parts": "Door", "car_parts": "hood"}.get(folder)
        boxes = [{"id": 0, "image_id": 0, "category_id": 0, "bbox": [10, 10, 60, 60]}] if label else []
        categories = [{"id": 0, "name": label}] if label else []
        content = {"images": [image], "annotations": boxes, "categories": categories}
        (root / folder / "annotations.json").write_text(json.dumps(content), "utf-8")


def test_the_whole_of_it_on_small_pictures(tmp_path: Path) -> None:
    damaged = ("damage_types", "damage_outlines", "damaged_parts", "damaged_unlabelled", "undamaged")
    _write_sets(tmp_path / "sets", {"car_parts": "train", **dict.fromkeys(damaged, "val")})
    detector = Detector.load(shipped_weights() / DEFAULT_MODEL)
    evaluation = write(detector, tmp_path / "sets", tmp_path / "out", quick=True)
    assert Evaluation.read(tmp_path / "out" / "evaluation.json") == evaluation
    assert _sets_in(tmp_path / "out" / "photos.npz") == {item.data for item in evaluation.sets}
    text = (tmp_path / "out" / "evaluation.html").read_text("utf-8")
    assert "data:image/jpeg;base64," in text
    missed = evaluation.find("AP50 dent", "damage_types val")
    assert missed is not None
    assert (missed.value, missed.n) == (0.0, 1)


def test_resamples_of_one_photo_are_that_photo() -> None:
    assert (resamples(["g"], 3) == 1).all()
