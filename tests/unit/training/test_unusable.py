"""A box that nobody can learn from never makes its photo teach that nothing is there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.own_labels import LabelledPhoto
from inference.fingerprint import sha256
from model.errors import ModelError
from model.vocabulary import LabelGroup
from training.prepare import prepare
from training.prepare_folder import write
from training.prepared import PreparedSet
from training.recipe import Recipe

DRAW, MAKE = Callable[..., Path], Callable[..., Recipe]
TYPES = {"folder": "damage_types", "teaches": {"minor-dent": ["dent"], "minor-scratch": ["scratch"]}}
PARTS = {"folder": "car_parts", "teaches": {"hood": ["hood"]}, "negatives": ["scratch"]}
DENT = ("minor-dent", 10, 10, 20, 20)
UNUSABLE = {
    "no width": ("minor-scratch", 10, 10, 0, 20),
    "negative height": ("minor-scratch", 10, 30, 20, -15),
    "a sliver": ("minor-scratch", 5, 5, 0.5, 9),
    "beyond the right edge": ("minor-scratch", 97, 10, 1, 50),
    "beyond the upper edge": ("minor-scratch", 10, -2, 20, 1.5),
    "a sliver of it inside": ("minor-scratch", -1.5, 10, 2, 20),
}


def _told(prepared: PreparedSet, name: str) -> tuple[list[str], set[str]]:
    """The labels drawn on a photo, and those it says anything about."""
    photo = next(item for item in prepared.photos if item.path.endswith(name))
    taught = zip(prepared.labels, prepared.taught(photo), strict=True)
    return [item.label for item in photo.drawn], {label for label, says in taught if says}


@pytest.mark.parametrize("box", UNUSABLE.values(), ids=UNUSABLE)
def test_such_a_box_is_refused_and_leaves_nothing_behind(
    box: tuple[Any, ...], draw: DRAW, photo: Any, recipe: MAKE, tmp_path: Path
) -> None:
    root = draw("damage_types", photo(name="a.png", seed=1, boxes=[DENT, box]))
    with pytest.raises(ModelError, match=r"1 fault: damage_types/images/a\.png: minor-scratch") as caught:
        write(recipe(TYPES), root, tmp_path / "out")
    assert caught.value.code == "model.data_unusable"
    assert not (tmp_path / "out" / "set.json").exists()


def test_the_count_and_the_first_ten_are_named(draw: DRAW, photo: Any, recipe: MAKE) -> None:
    empty = UNUSABLE["no width"]
    root = draw("damage_types", *(photo(name=f"{n:02}.png", seed=n, boxes=[empty]) for n in range(12)))
    with pytest.raises(ModelError, match=r"12 faults, the first 10: damage_types/images/00\.png") as caught:
        prepare(recipe(TYPES), root)
    assert caught.value.facts["count"] == 12
    assert "09.png" in str(caught.value)
    assert "10.png" not in str(caught.value)


@pytest.mark.parametrize("box", UNUSABLE.values(), ids=UNUSABLE)
def test_when_told_to_its_photo_is_left_out_and_the_report_says_so(
    box: tuple[Any, ...], draw: DRAW, photo: Any, recipe: MAKE, tmp_path: Path
) -> None:
    """Damage is all that this set teaches, so of the photo nothing is left."""
    root = draw("damage_types", photo(name="a.png", seed=1, boxes=[DENT, box]), photo(name="b.png", seed=2))
    report = write(recipe(TYPES), root, tmp_path / "out", leave_out_unusable=True)
    assert [item.path for item in PreparedSet.read(tmp_path / "out").photos] == ["damage_types/images/b.png"]
    assert report.unusable.count == 1
    assert report.unusable.first[0].startswith("damage_types/images/a.png: minor-scratch")
    assert report.unusable.first[0] in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_it_is_left_out_for_its_group_alone(draw: DRAW, photo: Any, recipe: MAKE) -> None:
    boxes = [("hood", 1, 1, 9, 9), ("hood", 30, 30, 0, 9)]
    root = draw("car_parts", photo(name="a.png", seed=1, boxes=boxes), photo(name="b.png", seed=2))
    prepared = prepare(recipe(PARTS), root, leave_out_unusable=True).prepared
    assert _told(prepared, "a.png") == ([], {"scratch"})
    assert _told(prepared, "b.png") == ([], {"hood", "scratch"})


@pytest.mark.parametrize("keeps", [(), ("damage",)])
def test_where_own_labels_replace_it_it_does_not_count(
    keeps: tuple[str, ...], draw: DRAW, photo: Any, recipe: MAKE
) -> None:
    root = draw("damage_types", photo(name="a.png", seed=1, boxes=[UNUSABLE["no width"]]))
    digest = sha256((root / "damage_types/images/a.png").read_bytes())
    part = {"part": "hood", "box": [0, 0, 500, 500]}
    stated = {"sha256": digest, "folder": "damage_types", "file": "a.png", "width": 96, "height": 64, "view": "part"}
    own = {digest: LabelledPhoto.model_validate({**stated, "parts": [part]})}
    made = recipe({**TYPES, "keeps": keeps}, own_labels=True)
    if keeps:
        with pytest.raises(ModelError, match=r"a\.png: minor-scratch"):
            prepare(made, root, own=own)
    left = prepare(made, root, own=own, leave_out_unusable=bool(keeps))
    drawn, taught = _told(left.prepared, "a.png")
    damages = {label for label, meaning in left.meanings.items() if meaning.group is LabelGroup.DAMAGE}
    assert drawn == ["hood"]
    assert taught & damages == (set() if keeps else damages)
