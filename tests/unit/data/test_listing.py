"""A photo that a set lists twice counts once, or is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from data.datasets import read_photos
from model.errors import ModelError

BOX = {"category_id": 1, "bbox": [1, 1, 9, 9]}
OTHER = {"category_id": 1, "bbox": [2, 2, 9, 9]}


def _coco(folder: Path, *entries: tuple[str, list[dict[str, Any]]], **second: Any) -> Path:
    """One image entry for each (file, boxes); ``second`` changes the second one."""
    images = [
        {"id": at, "file_name": name, "width": 30, "height": 20, "split": "train", **(second if at == 1 else {})}
        for at, (name, _) in enumerate(entries)
    ]
    boxes = [{**box, "image_id": at} for at, (_, drawn) in enumerate(entries) for box in drawn]
    content = {
        "images": images,
        "annotations": [{**box, "id": at} for at, box in enumerate(boxes)],
        "categories": [{"id": 1, "name": "dent"}],
    }
    (folder / "annotations.json").write_text(json.dumps(content), "utf-8")
    return folder


def test_entries_that_say_the_same_are_one_photo(tmp_path: Path) -> None:
    entries = [("a.png", [BOX, OTHER]), ("a.png", [OTHER, BOX]), ("b.png", [])]
    photos = read_photos(_coco(tmp_path, *entries))
    assert [photo.path.name for photo in photos] == ["a.png", "b.png"]
    assert len(photos[0].annotations) == 2


@pytest.mark.parametrize(
    ("drawn", "changes", "fault"),
    [
        ([OTHER], {}, "boxes"),
        ([BOX, BOX], {}, "boxes"),
        ([BOX], {"split": "val"}, "split"),
        ([BOX], {"group": "g", "width": 31}, "width, group"),
    ],
)
def test_entries_that_contradict_each_other_are_refused(
    drawn: list[dict[str, Any]], changes: dict[str, Any], fault: str, tmp_path: Path
) -> None:
    folder = _coco(tmp_path, ("a.png", [BOX]), ("a.png", drawn), **changes)
    with pytest.raises(ModelError, match=f"1 fault: a.png: listed twice, with different {fault}$") as caught:
        read_photos(folder)
    assert caught.value.code == "model.data_unreadable"


def test_the_count_and_the_first_ten_are_named(tmp_path: Path) -> None:
    entries = [(f"{at:02}.png", drawn) for at in range(12) for drawn in ([BOX], [])]
    with pytest.raises(ModelError, match=f"{tmp_path.name}: 12 faults, the first 10: 00.png"):
        read_photos(_coco(tmp_path, *entries))


def test_tasks_and_regions_of_one_file_are_one_photo_too(tmp_path: Path) -> None:
    for name in ("via", "studio"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (30, 20)).save(tmp_path / name / "a.png")
    via = {key: {"filename": "a.png", "regions": []} for key in ("a.png1", "a.png2")}
    (tmp_path / "via" / "via_region_data.json").write_text(json.dumps(via), "utf-8")
    tasks = [{"id": n, "data": {"image": "/x/a.png"}, "annotations": [{"result": []}]} for n in range(2)]
    (tmp_path / "studio" / "export.json").write_text(json.dumps(tasks), "utf-8")
    assert [len(read_photos(tmp_path / name)) for name in ("via", "studio")] == [1, 1]
