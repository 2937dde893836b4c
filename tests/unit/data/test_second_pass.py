"""The second pass: read as it was signed, drawn by a seed, and in nobody's training."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.own_labels import LabelledPhoto, own_labels, write_own_labels
from data.second_pass import SecondLabels, chosen, second_pass, signed
from model.errors import ModelError

SHARE = 0.10
"""Of the labelled photos, as many are to be labelled twice."""

PHOTO: dict[str, Any] = {
    "sha256": "a" * 64,
    "folder": "damage_types",
    "file": "00001.jpg",
    "width": 500,
    "height": 400,
    "view": "part",
    "parts": [{"part": "front_door", "side": "left", "box": [100, 200, 300, 400]}],
}
SIGNED = {**PHOTO, "annotator": "second-2a", "drawn_on": "2026-11-23"}


def test_what_is_signed_is_read_with_who_and_when(tmp_path: Path) -> None:
    labels = LabelledPhoto.model_validate(PHOTO)
    write_own_labels(signed([labels], "second-2a", date(2026, 11, 23)), tmp_path / "second.jsonl")
    (read,) = second_pass(tmp_path / "second.jsonl").values()
    assert read == SecondLabels.model_validate(SIGNED)
    assert (read.parts, read.annotator, read.drawn_on) == (labels.parts, "second-2a", date(2026, 11, 23))


@pytest.mark.parametrize(
    ("photo", "fault"),
    [
        (PHOTO, "Field required"),
        ({**SIGNED, "annotator": "Ann Otator"}, "should match pattern"),
        ({**SIGNED, "drawn_on": "yesterday"}, "valid date"),
        ({**SIGNED, "colour": "red"}, "Extra inputs"),
    ],
)
def test_slips_are_named_with_their_line(photo: dict[str, Any], fault: str, tmp_path: Path) -> None:
    (tmp_path / "second.jsonl").write_text(f"{json.dumps(photo)}\n", "utf-8")
    with pytest.raises(ModelError, match=f"line 1: .*{fault}") as caught:
        second_pass(tmp_path / "second.jsonl")
    assert caught.value.code == "model.data_unreadable"


def test_first_labels_cannot_be_read_from_a_second_pass(tmp_path: Path) -> None:
    (tmp_path / "second.jsonl").write_text(f"{json.dumps(SIGNED)}\n", "utf-8")
    with pytest.raises(ModelError, match="Extra inputs"):
        own_labels(tmp_path / "second.jsonl")


def test_a_draw_takes_only_what_is_left_and_follows_its_seed() -> None:
    labelled = {key * 64: LabelledPhoto.model_validate({**PHOTO, "sha256": key * 64}) for key in "0123456789abcdef"}
    again = ["0" * 64, "5" * 64]
    drawn = chosen(labelled, again, "one", 8)
    assert len({photo.sha256 for photo in drawn} - set(again)) == 8
    assert chosen(dict(reversed(labelled.items())), again, "one", 8) == drawn
    assert chosen(labelled, again, "another", 8) != drawn
    assert len(chosen(labelled, again, "one", 99)) == 14


def test_the_shipped_second_pass_is_a_tenth_of_the_first_and_of_the_same_photos() -> None:
    first, second = own_labels(), second_pass()
    assert len(second) >= SHARE * len(first)
    assert all(sha256 == photo.sha256 for sha256, photo in second.items())
    for sha256, photo in second.items():
        once = first[sha256]
        assert (photo.folder, photo.file, photo.width, photo.height) == (
            once.folder,
            once.file,
            once.width,
            once.height,
        )


def test_the_third_round_is_the_draw_that_the_docs_name() -> None:
    second = second_pass()
    third = {sha256 for sha256, photo in second.items() if photo.annotator == "second-3"}
    drawn = chosen(own_labels(), second.keys() - third, "2026-11-23", 8)
    assert {photo.sha256 for photo in drawn} == third
