"""A recipe's hash is of its meaning; a recipe that cannot be read is refused."""

from pathlib import Path

import pytest

from model.errors import ModelError
from training.recipe import Recipe

TEXT = """
name: joint-v1
expectation: better
start: abc
sources:
  - folder: undamaged
    negatives: [scratch]
schedule: {epochs: 1, batch: 2, size: 64, rate: 0.01}
"""


def _read(folder: Path, text: str) -> Recipe:
    (folder / "r.yaml").write_text(text, "utf-8")
    return Recipe.read(folder / "r.yaml")


def test_comments_and_order_do_not_count(tmp_path: Path) -> None:
    first = _read(tmp_path, TEXT).sha256
    lines = TEXT.strip().splitlines()
    again = _read(tmp_path, "\n".join(["# why", *lines[3:], *lines[:3]]))
    assert again.sha256 == first
    assert _read(tmp_path, TEXT.replace("batch: 2", "batch: 3")).sha256 != first


def test_a_source_held_out_counts_and_one_that_is_not_leaves_the_hash_as_it_was(tmp_path: Path) -> None:
    plain = _read(tmp_path, TEXT)
    negatives = "negatives: [scratch]"
    held_out = _read(tmp_path, TEXT.replace(negatives, f"{negatives}\n    held_out: true"))
    said = _read(tmp_path, TEXT.replace(negatives, f"{negatives}\n    held_out: false"))
    assert held_out.sources[0].held_out
    assert said.sha256 == plain.sha256 != held_out.sha256
    assert "held_out" not in plain.model_dump_json()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        "{",
        TEXT.replace("size: 64", "size: 65"),
        TEXT + "colour: red\n",
        TEXT.replace("batch: 2,", ""),
        TEXT + "gains: {groups: {parts: 2.0}}\n",
    ],
)
def test_what_is_no_recipe_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"r\.yaml") as caught:
        _read(tmp_path, text)
    assert caught.value.code == "model.recipe_invalid"


def test_weights_of_groups_that_are_said_count_and_the_usual_ones_do_not(tmp_path: Path) -> None:
    plain = _read(tmp_path, TEXT)
    usual = _read(tmp_path, TEXT + "gains: {groups: {part: 1.0, damage: 1.0, damaged_part: 1.0}}\n")
    other = _read(tmp_path, TEXT + "gains: {groups: {part: 0.5, damage: 1.0, damaged_part: 1.0}}\n")
    assert usual.sha256 == plain.sha256 != other.sha256
    assert {str(group): gain for group, gain in other.gains.groups.items()}["part"] == 0.5


def test_a_missing_recipe_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        Recipe.read(tmp_path / "none.yaml")
    assert caught.value.code == "model.recipe_invalid"


@pytest.mark.parametrize(
    "path", sorted(Path(__file__).parents[3].glob("training/recipes/*.yaml")), ids=lambda p: p.name
)
def test_shipped_recipes_are_sound(path: Path) -> None:
    assert Recipe.read(path).sources
