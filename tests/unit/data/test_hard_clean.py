"""The hard clean photos are read with their reasons, or refused."""

from pathlib import Path

import pytest

from data.hard_clean import hard_clean, not_clean
from data.own_labels import own_labels
from model.errors import ModelError

A, B, C, D = (letter * 64 for letter in "abcd")


def _write(folder: Path, text: str) -> Path:
    file = folder / "hard_clean.yaml"
    file.write_text(text, "utf-8")
    return file


def test_photos_come_with_their_reasons_and_damaged_ones_not_at_all(tmp_path: Path) -> None:
    text = f"# how\n{A}: [people, open_door]  # undamaged/1.jpg\n{B}: [damaged]\n{C}: [reflection]\n{D}: [unsure]\n"
    file = _write(tmp_path, text)
    assert hard_clean(file) == {A: ("people", "open_door"), C: ("reflection",)}
    assert not_clean(file) == {B, D}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "valid dictionary"),
        ("{", "while parsing"),
        ("just a word", "valid dictionary"),
        (f"- {A}", ""),
        (f"{A}: []", "at least 1 item"),
        (f"{A}: [rain]", "'people', 'open_door'"),
        (f"{A}: people", "valid tuple"),
        (f"{A}: [dirt, dirt]", "given twice"),
        (f"{A}: [damaged, dirt]", "no other reason"),
        ("undamaged/1.jpg: [dirt]", "pattern"),
        (f"{B}: [dirt]\n{A}: [dirt]", "not in order"),
        (f"{A}: [dirt]\n{A}: [people]", "one of them twice"),
    ],
)
def test_slips_are_refused(text: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"(?s)hard clean photos: .*{fault}") as caught:
        hard_clean(_write(tmp_path, text))
    assert caught.value.code == "model.data_unreadable"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_is_not_there_or_no_text_is_named(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "hard_clean.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        hard_clean(file)
    assert caught.value.code == "model.data_unreadable"


def test_no_shipped_hard_photo_has_a_drawn_damage() -> None:
    hard, own = hard_clean(), own_labels()
    assert hard
    assert not [sha256 for sha256 in hard if sha256 in own and own[sha256].damages]
