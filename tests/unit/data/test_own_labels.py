"""This project's labels are read as they were drawn, or refused with their line."""

import json
from pathlib import Path
from typing import Any

import pytest

from data.own_labels import own_labels, write_own_labels
from model.errors import ModelError
from model.vocabulary import Part, Side

PHOTO: dict[str, Any] = {
    "sha256": "a" * 64,
    "folder": "car_parts",
    "file": "00001.jpg",
    "width": 500,
    "height": 400,
    "view": "part",
    "parts": [{"part": "front_door", "side": "left", "box": [100, 200, 300, 400]}],
    "damages": [
        {"part": "hood", "kind": "dent", "severity": "minor", "outline": [[10, 10], [60, 20], [30, 90]]},
    ],
    "others": [[0, 0, 1000, 50]],
}


def _write(folder: Path, *photos: dict[str, Any]) -> Path:
    file = folder / "photos.jsonl"
    file.write_text("".join(f"{json.dumps(photo)}\n" for photo in photos), "utf-8")
    return file


def test_thousandths_become_pixels(tmp_path: Path) -> None:
    photo = own_labels(_write(tmp_path, PHOTO))["a" * 64]
    (part,), (damage,) = photo.parts, photo.damages
    assert (part.part, part.side, photo.pixels(part.box)) == (Part.FRONT_DOOR, Side.LEFT, (50, 80, 150, 160))
    assert damage.box == (10, 10, 60, 90)
    assert photo.pixels(photo.others[0]) == (0, 0, 500, 20)


def test_what_is_written_is_what_is_read_in_order_of_the_hash(tmp_path: Path) -> None:
    labels = own_labels(_write(tmp_path, {**PHOTO, "sha256": "b" * 64}, PHOTO))
    write_own_labels(labels.values(), tmp_path / "again.jsonl")
    again = own_labels(tmp_path / "again.jsonl")
    assert again == labels
    assert list(again) == sorted(labels)


def _part(**changes: Any) -> dict[str, Any]:
    return {**PHOTO, "parts": [{**PHOTO["parts"][0], **changes}]}


def _damage(**changes: Any) -> dict[str, Any]:
    return {**PHOTO, "damages": [{**PHOTO["damages"][0], **changes}]}


@pytest.mark.parametrize(
    ("photo", "fault"),
    [
        (_part(box=[300, 200, 300, 400]), "a box without area"),
        (_part(box=[0, 0, 1001, 5]), "less than or equal to 1000"),
        (_part(part="wing"), "Input should be 'front_bumper'"),
        (_part(side="none"), ""),
        (_part(colour="red"), "Extra inputs"),
        (_damage(kind="unknown"), "has a kind"),
        (_damage(kind="rust"), "Input should be 'scratch'"),
        (_damage(outline=[[0, 0], [5, 5]]), "at least 3 items"),
        (_damage(outline=[[0, 0], [5, 0], [9, 0]]), "a box without area"),
        ({**PHOTO, "sha256": "x"}, ""),
        ({**PHOTO, "file": "../x.jpg"}, "should match pattern"),
    ],
)
def test_slips_are_named_with_their_line(photo: dict[str, Any], fault: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"line 2: .*{fault}") as caught:
        own_labels(_write(tmp_path, {**PHOTO, "sha256": "c" * 64}, photo))
    assert caught.value.code == "model.data_unreadable"


def test_a_photo_is_labelled_once(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"line 2: 00001\.jpg is labelled twice"):
        own_labels(_write(tmp_path, PHOTO, PHOTO))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere") as caught:
        own_labels(tmp_path / "nowhere.jsonl")
    assert caught.value.code == "model.data_unreadable"


def test_the_shipped_labels_are_sound() -> None:
    labels = own_labels()
    assert all(sha256 == photo.sha256 for sha256, photo in labels.items())
