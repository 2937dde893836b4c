"""Adjusters' corrections say what is there around the boxes that they touched, and nothing elsewhere."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.examples import Lesson
from data.datasets import read_photos
from data.formats.corrections import SILENT, Record, unsaid
from model.errors import ModelError
from model.findings import Box

WIDTH, HEIGHT = 40, 30


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x1, y1 = draw(st.integers(0, WIDTH - 2)), draw(st.integers(0, HEIGHT - 2))
    return (x1, y1, draw(st.integers(x1 + 1, WIDTH)), draw(st.integers(y1 + 1, HEIGHT)))


def _touched(*found: Box, lesson: str = "changed") -> list[Record]:
    return [Record(photo="a", box=box, lesson=lesson) for box in found]


def _inside(x: float, y: float, box: Box) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


@given(st.lists(boxes(), max_size=4))
def test_every_point_is_either_near_a_touched_box_or_unsaid_and_never_twice(found: list[Box]) -> None:
    strips = unsaid(_touched(*found), WIDTH, HEIGHT)
    for x in range(WIDTH):
        for y in range(HEIGHT):
            across, along = x + 0.37, y + 0.41  # edges of places are whole or half numbers
            near = any(
                abs(across - (x1 + x2) / 2) <= (x2 - x1) and abs(along - (y1 + y2) / 2) <= (y2 - y1)
                for x1, y1, x2, y2 in found
            )
            assert sum(_inside(across, along, box) for box in strips) == (not near)


def test_a_line_that_was_left_out_says_nothing_about_its_place() -> None:
    touched, silent = (10.0, 10.0, 20.0, 20.0), (18.0, 12.0, 26.0, 18.0)
    assert silent in unsaid([*_touched(touched), *_touched(silent, lesson="left_out")], WIDTH, HEIGHT)


def test_the_lessons_are_those_of_the_desk() -> None:
    assert {Lesson.LEFT_OUT.value} == SILENT


def _document(**more: Any) -> dict[str, Any]:
    image = {"id": 1, "file_name": "ab.jpg", "width": WIDTH, "height": HEIGHT, "group": "case-1"}
    box = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 10, 10]}
    return {"images": [image], "annotations": [box], "categories": [{"id": 1, "name": "dent"}], **more}


def _read(tmp_path: Path, **more: Any) -> Any:
    (tmp_path / "annotations.json").write_text(json.dumps(_document(**more)), "utf-8")
    (photo,) = read_photos(tmp_path)
    return photo


def test_a_photo_of_corrections_is_partly_labelled_and_one_of_another_set_is_not(tmp_path: Path) -> None:
    record = {"photo": "ab", "box": [10, 10, 20, 20], "lesson": "not_damaged", "why": "x", "annotations": []}
    assert _read(tmp_path, examples=[record]).others == unsaid(_touched((10, 10, 20, 20)), WIDTH, HEIGHT)
    assert _read(tmp_path).others == ()
    assert _read(tmp_path, examples=["somebody else's"]).others == ()


def test_a_record_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        _read(tmp_path, examples=[{"photo": "ab", "box": [10, 10], "lesson": "changed"}])
    assert caught.value.code == "model.data_unreadable"
