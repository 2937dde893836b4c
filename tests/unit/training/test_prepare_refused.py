"""``python -m training prepare`` on sets that need a person to mend them, or to say how they are to be taken."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.errors import ModelError
from training.__main__ import main as command
from training.prepare import prepare
from training.prepare_folder import write
from training.prepared import PreparedSet
from training.recipe import Recipe

DRAW, MAKE = Callable[..., Path], Callable[..., Recipe]
TYPES = {"folder": "damage_types", "teaches": {"minor-dent": ["dent"]}}
CLEAN = {"folder": "undamaged", "negatives": ["scratch", "dent"]}
DENT = ("minor-dent", 10, 10, 20, 20)


def test_a_set_without_photos_is_refused_by_name(draw: DRAW, recipe: MAKE, tmp_path: Path) -> None:
    draw("damage_types")
    root = draw("undamaged")
    with pytest.raises(ModelError, match="2 faults: damage_types: no photo is listed in it; undamaged: no") as caught:
        write(recipe(TYPES, CLEAN), root, tmp_path / "out")
    assert caught.value.code == "model.data_unreadable"


def test_a_recipe_that_names_a_set_twice_is_refused(draw: DRAW, photo: Any, recipe: MAKE) -> None:
    """Both would be copies of each other, and what they teach would be under one name."""
    root = draw("damage_types", photo(name="a.png", seed=1))
    with pytest.raises(ModelError, match="1 fault: damage_types: 2 sources of the recipe"):
        prepare(recipe(TYPES, TYPES), root)


def test_a_photo_that_is_listed_twice_is_taught_once(draw: DRAW, photo: Any, recipe: MAKE) -> None:
    root = draw("damage_types", *(photo(name="a.png", seed=1, boxes=[DENT], group="g") for _ in range(2)))
    (made,) = prepare(recipe(TYPES), root).prepared.photos
    assert [item.label for item in made.drawn] == ["dent"]


def test_the_command_refuses_by_default_and_tells_what_it_settled(
    draw: DRAW, photo: Any, recipe: MAKE, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    root = draw("damage_types", photo(name="a.png", seed=1, boxes=[DENT, ("minor-dent", 9, 9, 0, 9)]))
    draw("undamaged", photo(name="a.png", seed=1, mirrored=True, split="val"))
    (tmp_path / "recipe.json").write_text(recipe(TYPES, CLEAN).model_dump_json(), "utf-8")
    words = ["prepare", tmp_path / "recipe.json", "--data", root, "--out", tmp_path / "out"]

    def call(*options: str) -> tuple[Any, str]:
        monkeypatch.setattr(sys, "argv", ["training", *map(str, words), *options])
        with pytest.raises(SystemExit) as ended:
            command()
        return ended.value.code, " ".join(capfd.readouterr().err.split())

    assert [call(*options)[0] for options in ((), ("--settle-leaks",), ("--leave-out-unusable",))] == [1, 1, 1]
    assert not (tmp_path / "out" / "set.json").exists()
    code, told = call("--settle-leaks", "--leave-out-unusable")
    prepared = PreparedSet.read(tmp_path / "out")
    assert (code, [item.path for item in prepared.photos]) == (0, ["undamaged/images/a.png"])
    assert "1 leaks settled" in told
    assert "1 boxes of less than a pixel" in told
    assert prepared.digest in told
