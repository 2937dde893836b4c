"""Adjusters' corrections say what is there in the boxes that they touched, and nothing elsewhere."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.examples import Lesson
from data.datasets import read_photos
from data.formats.corrections import LEFT_OUT, NOT_DAMAGED, Record, unsaid
from model.errors import ModelError
from model.findings import Box

WIDTH, HEIGHT = 40, 30
PLACE: Box = (10.0, 10.0, 20.0, 20.0)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x1, y1 = draw(st.integers(0, WIDTH - 2)), draw(st.integers(0, HEIGHT - 2))
    return (x1, y1, draw(st.integers(x1 + 1, WIDTH)), draw(st.integers(y1 + 1, HEIGHT)))


def _touched(
    *found: Box, lesson: str = "changed", kind: str | None = "dent", part: str | None = "hood"
) -> list[Record]:
    return [Record(photo="a", box=box, lesson=lesson, kind=kind, part=part) for box in found]


def _inside(x: float, y: float, box: Box) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


@given(st.lists(boxes(), max_size=4))
def test_every_point_is_either_in_a_touched_box_or_unsaid_and_never_twice(found: list[Box]) -> None:
    strips = unsaid(_touched(*found), WIDTH, HEIGHT)
    for x in range(WIDTH):
        for y in range(HEIGHT):
            across, along = x + 0.37, y + 0.41  # edges of boxes are whole numbers
            within = any(_inside(across, along, box) for box in found)
            assert sum(_inside(across, along, box) for box in strips) == (not within)


def test_what_reaches_beyond_the_picture_is_cut_off_at_its_edge() -> None:
    assert unsaid(_touched((-1.0, 10.0, 40.1, 30.1)), WIDTH, HEIGHT) == ((0.0, 0.0, 40.0, 10.0),)


@pytest.mark.parametrize(
    ("lesson", "kind", "part", "silent"),
    [
        ("left_out", "dent", "hood", True),
        ("changed", "dent", "hood", False),
        ("changed", "unknown", "hood", True),
        ("confirmed", None, "hood", True),
        ("added", "dent", None, True),
        ("not_counted", "unknown", None, True),
        ("not_damaged", "unknown", None, False),
    ],
)
def test_what_has_no_label_says_nothing_about_its_place(
    lesson: str, kind: str | None, part: str | None, silent: bool
) -> None:
    record = _touched(PLACE, lesson=lesson, kind=kind, part=part)
    assert (PLACE in unsaid(record, WIDTH, HEIGHT)) is silent
    beside = (18.0, 12.0, 26.0, 18.0)
    assert (PLACE in unsaid([*_touched(beside), *record], WIDTH, HEIGHT)) is silent


def test_a_box_that_loses_its_label_to_a_silent_one_says_nothing_either() -> None:
    whole = (0.0, 0.0, float(WIDTH), float(HEIGHT))
    silent = (12.0, 12.0, 18.0, 18.0)
    assert unsaid([*_touched(PLACE), *_touched(silent, kind=None)], WIDTH, HEIGHT) == (whole, silent)


def test_the_lessons_are_those_of_the_desk() -> None:
    assert (LEFT_OUT, NOT_DAMAGED) == (Lesson.LEFT_OUT, Lesson.NOT_DAMAGED)


RECORD = {"photo": "ab", "box": [10, 10, 20, 20], "lesson": "changed", "kind": "dent", "part": "hood"}


def _document(**more: Any) -> dict[str, Any]:
    image = {"id": 1, "file_name": "ab.jpg", "width": WIDTH, "height": HEIGHT, "group": "case-1"}
    box = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 10, 10]}
    return {"images": [image], "annotations": [box], "categories": [{"id": 1, "name": "dent"}], **more}


def _read(tmp_path: Path, **more: Any) -> Any:
    (tmp_path / "annotations.json").write_text(json.dumps(_document(**more)), "utf-8")
    (photo,) = read_photos(tmp_path)
    return photo


def test_a_photo_of_corrections_is_partly_labelled_and_one_of_another_set_is_not(tmp_path: Path) -> None:
    assert _read(tmp_path, examples=[{**RECORD, "why": "x", "annotations": []}]).others == unsaid(
        _touched((10, 10, 20, 20)), WIDTH, HEIGHT
    )
    assert _read(tmp_path).others == ()
    assert _read(tmp_path, examples=["somebody else's"]).others == ()
    assert _read(tmp_path, examples=[]).others == ()


def test_a_photo_that_no_correction_names_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"ab\.jpg: no correction names this photo by its sha256") as caught:
        _read(tmp_path, examples=[{**RECORD, "photo": "cd"}])
    assert caught.value.code == "model.data_unreadable"


def test_a_record_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        _read(tmp_path, examples=[{**RECORD, "box": [10, 10]}])
    assert caught.value.code == "model.data_unreadable"
