"""Two annotators: pairs of boxes, and kappa against its textbook value."""

import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from data.own_labels import LabelledDamage, LabelledPhoto, own_labels, write_own_labels
from data.second_pass import SecondLabels, second_pass, signed
from model.errors import ModelError
from model.vocabulary import DamageKind, Part, Severity, Side
from training.__main__ import app
from training.label_agreement import agreement, kappa, table

DOCS = Path(__file__).resolve().parents[3] / "docs" / "labelling.md"
DAY = date(2026, 11, 23)


def _photo(*damages: tuple[int, DamageKind]) -> LabelledPhoto:
    drawn = [
        LabelledDamage(
            part=Part.FRONT_DOOR,
            side=Side.LEFT,
            kind=kind,
            severity=Severity.MINOR,
            outline=((x, 0), (x + 100, 0), (x + 100, 100), (x, 100)),
        )
        for x, kind in damages
    ]
    return LabelledPhoto(
        sha256="0" * 64, folder="own", file="a.jpg", width=100, height=100, view="part", damages=tuple(drawn)
    )


def test_kappa_of_a_worked_example() -> None:
    one = ["yes"] * 25 + ["no"] * 25
    other = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert kappa(one, other) == pytest.approx(0.4)


def test_kappa_at_its_ends() -> None:
    assert kappa(["a", "b"], ["a", "b"]) == 1.0
    assert kappa(["a", "a"], ["a", "a"]) == 1.0
    assert kappa(["a", "b"], ["b", "a"]) == -1.0
    assert math.isnan(kappa([], []))


def test_boxes_are_paired_once_and_by_place_not_by_word() -> None:
    first = _photo((0, DamageKind.DENT), (500, DamageKind.SCRATCH))
    second = _photo((50, DamageKind.SCRATCH), (0, DamageKind.SCRATCH), (800, DamageKind.DENT))
    damages, regions, parts = agreement({"a": first}, {"a": second})
    assert (damages.first, damages.second, damages.pairs) == (2, 3, 1)
    assert damages.iou == 1.0
    assert damages.f1 == pytest.approx(0.4)
    assert (regions.first, regions.second, regions.pairs) == (1, 1, 1)
    assert regions.iou == pytest.approx(600 / 900)
    assert parts.pairs == 0


def test_only_photos_of_both_passes_count() -> None:
    damages, *_ = agreement({"a": _photo((0, DamageKind.DENT))}, {"b": _photo((0, DamageKind.DENT))})
    assert (damages.first, damages.second) == (0, 0)


def test_the_table_tells_all_and_then_each_annotator() -> None:
    first = {key * 64: _signable(key, (0, DamageKind.DENT)) for key in "ab"}
    again = [_signable("a", (0, DamageKind.DENT)), _signable("b", (20, DamageKind.SCRATCH))]
    second = {
        photo.sha256: photo
        for item, who in zip(again, ("a", "b"), strict=True)
        for photo in _by(item, f"second-2{who}")
    }
    rows = list(table(first, second))[2:]
    assert [row.split(" | ")[0] for row in rows[::3]] == ["| all: 2", "| second-2a: 1", "| second-2b: 1"]
    assert rows[0] == "| all: 2 | damages | 2 / 2 | 2 | 1.00 | .83 | kind .00, severity 1.00, part 1.00, side 1.00 |"
    assert rows[6].startswith("| second-2b: 1 | damages | 1 / 1 | 1 | 1.00 | .67 | kind .00,")
    assert rows[2] == "| all: 2 | parts | 0 / 0 | 0 | .00 | nan | part nan, side nan |"


def test_a_second_pass_of_another_photo_is_refused() -> None:
    second = {photo.sha256: photo for photo in _by(_signable("b"), "second-2a")}
    with pytest.raises(ModelError, match=r"a\.jpg has no first labels") as caught:
        list(table({"a" * 64: _signable("a")}, second))
    assert caught.value.code == "model.data_unreadable"


def test_the_published_agreement_is_that_of_the_tracked_labels() -> None:
    published = "\n".join(table(own_labels(), second_pass()))
    assert published in DOCS.read_text("utf-8")


def test_the_command_prints_the_table_of_two_files(tmp_path: Path) -> None:
    photo = _signable("a", (0, DamageKind.DENT))
    write_own_labels([photo], tmp_path / "first.jsonl")
    write_own_labels(_by(photo, "second-1"), tmp_path / "second.jsonl")
    files = ["--first", str(tmp_path / "first.jsonl"), "--second", str(tmp_path / "second.jsonl")]
    result = CliRunner().invoke(app, ["label", "agreement", *files])
    assert result.exit_code == 0, result.output
    assert "| second-1: 1 | damages | 1 / 1 | 1 | 1.00 | 1.00 |" in result.stdout


def test_the_command_draws_photos_that_have_no_second_pass(tmp_path: Path) -> None:
    words = ["label", "choose", "--seed", "any", "--count", "3", "--out", str(tmp_path / "list.txt")]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    drawn = (tmp_path / "list.txt").read_text("utf-8").split()
    twice = {f"{photo.folder}/{photo.file}" for photo in second_pass().values()}
    assert len(set(drawn) - twice) == 3


def test_drafts_are_signed_into_the_second_pass_beside_those_of_others(draw: Any, photo: Any, tmp_path: Path) -> None:
    root = draw("damage_types", photo(name="a.png", seed=1), photo(name="b.png", seed=2))
    for letter, who in (("a", "second-1"), ("b", "second-2a"), ("b", "second-2a")):
        result = CliRunner().invoke(app, ["label", "sign", *_workspace(tmp_path, letter, root), "--annotator", who])
        assert result.exit_code == 0, result.output
    second = second_pass(tmp_path / "second.jsonl")
    assert sorted((item.file, item.annotator) for item in second.values()) == [
        ("a.png", "second-1"),
        ("b.png", "second-2a"),
    ]


def _signable(key: str, *damages: tuple[int, DamageKind]) -> LabelledPhoto:
    return _photo(*damages).model_copy(update={"sha256": key * 64})


def _by(item: LabelledPhoto, who: str) -> list[SecondLabels]:
    return signed([item], who, DAY)


def _workspace(folder: Path, letter: str, root: Path) -> list[str]:
    """A workspace with a draft of one photo; the arguments that sign it, less who did."""
    workspace, name = folder / letter, f"damage_types-{letter}.json"
    for inside, text in (("drafts", '{"view": "part"}'), ("proposals", "[]")):
        (workspace / inside).mkdir(parents=True, exist_ok=True)
        (workspace / inside / name).write_text(text, "utf-8")
    (workspace / "photos.txt").write_text(f"damage_types/{letter}.png\n", "utf-8")
    return [str(workspace), "--data", str(root), "--drawn-on", str(DAY), "--out", str(folder / "second.jsonl")]
