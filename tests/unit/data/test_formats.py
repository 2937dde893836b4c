"""COCO, YOLO, VIA and Label Studio say the same of the same photos, and name what is wrong with them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

from data.datasets import AnnotatedPhoto, read_photos
from data.formats.faults import refuse
from data.formats.pictures import split_of, upright_size
from model.errors import ModelError

WIDTH, HEIGHT = 100, 80
BOX = (10.0, 20.0, 60.0, 40.0)
TRIANGLE = ((10.0, 20.0), (60.0, 20.0), (35.0, 40.0))


def _picture(folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / name), np.full((HEIGHT, WIDTH, 3), 90, dtype=np.uint8))


def _json(file: Path, content: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content), "utf-8")


def _yolo(root: Path, lines: str = "1 .35 .375 .5 .25\n0 .1 .25 .6 .25 .35 .5\n") -> None:
    _picture(root / "images" / "train", "a.png")
    _picture(root / "images" / "val", "b.png")
    (root / "labels" / "train").mkdir(parents=True, exist_ok=True)
    (root / "labels" / "train" / "a.txt").write_text(lines, "utf-8")
    (root / "data.yaml").write_text(yaml.safe_dump({"names": ["dent", "scratch"], "train": "../elsewhere"}), "utf-8")


def _roboflow(root: Path) -> None:
    _yolo(root)
    for name, theirs in (("train", "train"), ("val", "valid")):
        (root / theirs).mkdir()
        (root / "images" / name).rename(root / theirs / "images")
    (root / "labels" / "train").rename(root / "train" / "labels")
    (root / "data.yaml").write_text(yaml.safe_dump({"names": {0: "dent", 1: "scratch"}, "nc": 2}), "utf-8")


def _region(shape: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    return {"shape_attributes": shape, "region_attributes": attributes}


RECT = {"name": "rect", "x": 10, "y": 20, "width": 50, "height": 20}
POLYGON = {"name": "polygon", "all_points_x": [10, 60, 35], "all_points_y": [20, 20, 40]}


def _via(root: Path, regions: Any = None, **file: Any) -> None:
    drawn = [_region(RECT, damage="scratch"), _region(POLYGON, damage={"dent": True, "rust": False})]
    _picture(root / "train", "a.png")
    _picture(root / "val", "b.png")
    entry = {"filename": "a.png", "size": 1, "regions": drawn if regions is None else regions, **file}
    _json(root / "train" / "via_region_data.json", {"a.png1": entry})
    other = {"b.png1": {"filename": "b.png", "size": 1, "regions": {}, "file_attributes": {}}}
    _json(root / "val" / "via_region_data.json", {"_via_settings": {}, "_via_img_metadata": other})


def _result(kind: str, label: str, **value: Any) -> dict[str, Any]:
    size = {"original_width": WIDTH, "original_height": HEIGHT, "image_rotation": 0}
    return {"type": kind, "value": {**value, kind: [label]}, "from_name": "x", "to_name": "y", **size}


RECTANGLE = _result("rectanglelabels", "scratch", x=10, y=25, width=50, height=25, rotation=0)
OUTLINE = _result("polygonlabels", "dent", points=[[10, 25], [60, 25], [35, 50]])
ABOUT = {"type": "choices", "value": {"choices": ["whole"]}, "from_name": "view", "to_name": "y"}


def _task(number: int, image: str, *results: Any, **data: Any) -> dict[str, Any]:
    return {"id": number, "data": {"image": image, **data}, "annotations": [{"result": list(results)}]}


def _label_studio(root: Path, *tasks: Any) -> None:
    _picture(root / "images", "a.png")
    _picture(root / "images", "b.png")
    first = _task(1, "/data/upload/1/0a1b2c3d-a.png", RECTANGLE, OUTLINE, ABOUT, split="train")
    second = _task(2, "/data/local-files/?d=set%2Fb.png", split="valid")
    skipped = {"id": 3, "data": {"image": "c.png"}, "annotations": [{"result": [], "was_cancelled": True}]}
    _json(root / "export.json", list(tasks) or [first, second, skipped])


def _coco(root: Path, **changes: Any) -> None:
    image = {"width": WIDTH, "height": HEIGHT, "date_captured": "2026", "license": 1}
    images = [{**image, "id": 1, "file_name": "a.png", "split": "train"}, {**image, "id": 2, "file_name": "b.png"}]
    images[1]["split"] = "valid"
    entries = [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 20, 50, 20]},
        {"id": 2, "image_id": 1, "category_id": 2, "bbox": [10, 20, 50, 20], "segmentation": [sum(TRIANGLE, ())]},
    ]
    names = [{"id": 1, "name": "scratch"}, {"id": 2, "name": "dent"}]
    for name in ("a.png", "b.png"):
        _picture(root / "images", name)
    _json(root / "annotations.json", {"images": images, "annotations": entries, "categories": names, **changes})


@pytest.mark.parametrize("draw", [_coco, _yolo, _roboflow, _via, _label_studio])
def test_every_format_says_the_same(draw: Callable[[Path], None], tmp_path: Path) -> None:
    draw(tmp_path)
    first, second = read_photos(tmp_path)
    assert [photo.path.name for photo in (first, second)] == ["a.png", "b.png"]
    assert all(photo.path.is_file() and (photo.width, photo.height) == (WIDTH, HEIGHT) for photo in (first, second))
    assert [(photo.split, photo.group) for photo in (first, second)] == [("train", "a"), ("val", "b")]
    assert [item.label for item in first.annotations] == ["scratch", "dent"]
    for item in first.annotations:
        assert item.box == pytest.approx(BOX)
    np.testing.assert_allclose(first.annotations[1].outline, TRIANGLE)
    assert second.annotations == ()


def _only(folder: Path, **how: Any) -> AnnotatedPhoto:
    return read_photos(folder, **how)[0]


def test_copies_of_roboflow_are_one_group_and_sets_without_splits_are_split_by_it(tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text("names: [dent]", "utf-8")
    for name in ("car_jpg.rf.0a1b.png", "car_jpg.rf.2c3d.png"):
        _picture(tmp_path / "images", name)
    first, second = read_photos(tmp_path)
    assert first.group == second.group == "car_jpg"
    assert first.split == second.split
    sides = [split_of("", f"group {number}") for number in range(800)]
    assert 60 < sides.count("val") < 140
    assert set(sides) == {"train", "val"}


def test_a_turned_rectangle_is_the_box_around_its_corners(tmp_path: Path) -> None:
    turned = _result("rectanglelabels", "dent", x=50, y=25, width=30, height=25, rotation=90)
    _label_studio(tmp_path, _task(1, "a.png", turned))
    (item,) = _only(tmp_path).annotations
    assert item.box == pytest.approx((30, 20, 50, 50))


def test_of_several_annotators_the_ground_truth_counts(tmp_path: Path) -> None:
    task = _task(1, "a.png", RECTANGLE)
    task["annotations"] += [{"result": [OUTLINE], "ground_truth": True}, {"result": [], "was_cancelled": True}]
    _label_studio(tmp_path, task)
    assert [item.label for item in _only(tmp_path).annotations] == ["dent"]


def test_the_label_of_a_region_can_be_said(tmp_path: Path) -> None:
    _via(tmp_path, {"0": _region(RECT, damage="scratch", severity="minor")})
    with pytest.raises(ModelError, match="which attribute is the label: damage, severity") as caught:
        read_photos(tmp_path)
    assert caught.value.code == "model.data_unreadable"
    assert _only(tmp_path, attribute="severity").annotations[0].label == "minor"


def test_a_format_can_be_said(tmp_path: Path) -> None:
    _coco(tmp_path)
    (tmp_path / "data.yaml").write_text("names: [dent]", "utf-8")
    with pytest.raises(ModelError, match="several formats at once: coco, yolo"):
        read_photos(tmp_path)
    assert len(read_photos(tmp_path, form="coco")) == 2


def test_a_photo_that_is_stored_turned_counts_as_it_is_shown(tmp_path: Path) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 30)).save(tmp_path / "a.jpg", exif=exif)
    assert upright_size(tmp_path / "a.jpg") == (30, 40)
    pixels: Any = cv2.imread(str(tmp_path / "a.jpg"))
    assert pixels.shape[:2] == (40, 30)


ENTRY = {"id": 3, "image_id": 1, "category_id": 1, "bbox": [0, 0, 5, 5]}


@pytest.mark.parametrize(
    ("draw", "fault"),
    [
        (lambda root: _coco(root, annotations=[{**ENTRY, "image_id": 9}]), "annotation 3: no image 9"),
        (lambda root: _coco(root, annotations=[{**ENTRY, "category_id": 9}]), "annotation 3: no category 9"),
        (lambda root: _coco(root, annotations=[{**ENTRY, "segmentation": [[1, 2, 3]]}]), "needs pairs of numbers"),
        (lambda root: _coco(root, categories=[{"id": 1, "name": "x"}] * 2), "category 1 is there twice"),
        (
            lambda root: _coco(
                root, annotations=[], images=[{"id": 1, "file_name": "../x.png", "width": 1, "height": 1}]
            ),
            "../x.png: not a file of the set",
        ),
        (lambda root: _yolo(root, "7 .5 .5 .1 .1"), "labels/train/a.txt, line 1: no label 7 in data.yaml"),
        (lambda root: _yolo(root, "\n0 .5 .5 .1"), "a.txt, line 2: 3 numbers are neither a box nor an outline"),
        (lambda root: _yolo(root, "dent .5 .5 .1 .1"), "a.txt, line 1: invalid literal"),
        (lambda root: _via(root, filename="c.png"), "c.png: no such file"),
        (lambda root: _via(root, filename="../val/b.png"), "../val/b.png: no such file"),
        (lambda root: _via(root, [_region(RECT)]), "a.png, region 0: no attribute"),
        (lambda root: _via(root, [_region({"name": "circle", "cx": 1, "cy": 1, "r": 1}, a="b")]), "circle"),
        (lambda root: _via(root, [_region({**POLYGON, "all_points_x": [1, 2, 3, 4]}, a="b")]), "a.png, region 0: zip"),
        (lambda root: _label_studio(root, {"id": 7, "data": {"image": "a.png"}, "annotations": []}), "task 7: 0 anno"),
        (lambda root: _label_studio(root, _task(7, "/data/c.png")), "task 7: c.png: no such file"),
        (
            lambda root: _label_studio(root, _task(7, "a.png", {**RECTANGLE, "original_width": 9})),
            "annotated at 9 x 80",
        ),
        (lambda root: _label_studio(root, _task(7, "a.png", {**RECTANGLE, "image_rotation": 90})), "turned picture"),
        (lambda root: _label_studio(root, _task(7, "a.png", {**RECTANGLE, "type": "brushlabels"})), "'brushlabels'"),
        (
            lambda root: _label_studio(root, _task(7, "a.png", {**OUTLINE, "value": {"polygonlabels": ["x"]}})),
            r"task 7: KeyError\('points'\)",
        ),
    ],
)
def test_faults_are_named(draw: Callable[[Path], None], fault: str, tmp_path: Path) -> None:
    draw(tmp_path)
    with pytest.raises(ModelError, match=fault) as caught:
        read_photos(tmp_path)
    assert caught.value.code == "model.data_unreadable"


@pytest.mark.parametrize("name", ["images/train/a.png", "labels/train/c.txt"])
def test_a_picture_that_is_none_and_boxes_without_a_picture_are_named(name: str, tmp_path: Path) -> None:
    _yolo(tmp_path)
    (tmp_path / name).write_text("nothing", "utf-8")
    with pytest.raises(ModelError, match=name):
        read_photos(tmp_path)


@pytest.mark.parametrize("files", [{}, {"data.yaml": "names: 3"}, {"a.json": "{}"}, {"a.json": "[1]"}])
def test_what_is_no_set_is_refused(files: dict[str, str], tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(ModelError) as caught:
        read_photos(tmp_path)
    assert caught.value.code == "model.data_unreadable"


def test_the_count_and_the_first_ten_places_are_named() -> None:
    with pytest.raises(ModelError) as caught:
        refuse([f"place {number}" for number in range(25)], about="set")
    assert caught.value.facts == {"count": 25, "first": tuple(f"place {number}" for number in range(10))}
    assert str(caught.value).startswith("model.data_unreadable: set: 25 faults, the first 10: place 0; place 1; ")
    assert "place 10" not in str(caught.value)
    refuse([])
