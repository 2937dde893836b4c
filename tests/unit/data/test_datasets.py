"""COCO files are read as their sources mean them."""

import json
from pathlib import Path
from typing import Any

import pytest

from data.datasets import read_photos, training_sources
from model.errors import ModelError

IMAGE = {"id": 1, "file_name": "a.jpg", "width": 100, "height": 80, "group": "g", "split": "train"}
WHEELS = {
    "id": 1,
    "image_id": 1,
    "category_id": 1,
    "bbox": [0, 10, 90, 20],
    "segmentation": [[0, 10, 20, 10, 20, 30], [70, 12, 90, 12, 90, 30]],
}


def _write(folder: Path, **changes: Any) -> Path:
    other = {**IMAGE, "id": 2, "file_name": "b.jpg", "split": "val"}
    content = {"images": [IMAGE, other], "annotations": [WHEELS], "categories": [{"id": 1, "name": "wheel"}]}
    (folder / "annotations.json").write_text(json.dumps({**content, **changes}), "utf-8")
    return folder


def test_boxes_are_corners_and_photos_keep_their_split(tmp_path: Path) -> None:
    first, second = read_photos(_write(tmp_path))
    assert [(item.label, item.box) for item in first.annotations] == [("wheel", (0, 10, 90, 30))]
    assert (first.path, first.split, second.split) == (tmp_path / "images" / "a.jpg", "train", "val")
    assert second.annotations == ()


def test_one_split_alone(tmp_path: Path) -> None:
    assert [photo.path.name for photo in read_photos(_write(tmp_path), split="val")] == ["b.jpg"]


def test_several_objects_in_one_entry_come_apart(tmp_path: Path) -> None:
    first, _ = read_photos(_write(tmp_path), apart=frozenset({"wheel"}))
    assert [item.box for item in first.annotations] == [(0, 10, 20, 30), (70, 12, 90, 30)]


def test_an_object_without_an_outline_keeps_its_box(tmp_path: Path) -> None:
    boxed = {name: value for name, value in WHEELS.items() if name != "segmentation"}
    first, _ = read_photos(_write(tmp_path, annotations=[boxed]), apart=frozenset({"wheel"}))
    assert [(item.box, item.outline) for item in first.annotations] == [((0, 10, 90, 30), ())]


@pytest.mark.parametrize(
    "changes", [{"images": None}, {"images": [{**IMAGE, "split": 3}]}, {"categories": [{"name": "wheel"}]}]
)
def test_a_file_of_another_form_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        read_photos(_write(tmp_path, **changes))
    assert caught.value.code == "model.data_unreadable"


def test_a_missing_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=tmp_path.name) as caught:
        read_photos(tmp_path)
    assert caught.value.code == "model.data_unreadable"


def test_every_source_states_its_licence() -> None:
    sources = training_sources("joint-v0")
    assert {"car_parts", "damage_types", "damaged_parts", "undamaged"} <= {source.name for source in sources}
    assert all(source.licence for source in sources)
    with pytest.raises(ModelError, match="joint-v0"):
        training_sources("joint-v9")
