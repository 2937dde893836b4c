"""Training sees the files that were prepared, or names the one that is another."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.fingerprint import sha256
from model.errors import ModelError
from training.photo_files import content_of, decoded
from training.prepare import prepare
from training.prepared import PreparedPhoto, PreparedSet
from training.recipe import Augment, Recipe

DRAW, MAKE = Callable[..., Path], Callable[..., Recipe]
TYPES = {"folder": "damage_types", "teaches": {"dent": ["dent"]}}


@pytest.fixture
def prepared(draw: DRAW, photo: Any, recipe: MAKE) -> tuple[PreparedSet, Path]:
    """Two photos."""
    root = draw("damage_types", *(photo(name=f"{n}.png", seed=n, boxes=[("dent", 9, 9, 20, 20)]) for n in range(2)))
    return prepare(recipe(TYPES), root).prepared, root


def test_the_file_is_the_one_that_was_prepared(prepared: tuple[PreparedSet, Path]) -> None:
    (first, second), root = prepared[0].photos, prepared[1]
    content = content_of(first, root)
    assert sha256(content) == first.sha256
    assert decoded(first, np.frombuffer(content, np.uint8)).shape == (64, 96, 3)
    (root / first.path).write_bytes(content_of(second, root))
    with pytest.raises(ModelError, match=r"damage_types/images/0\.png is not the file that was prepared") as caught:
        content_of(first, root)
    assert caught.value.code == "model.data_changed"
    (root / first.path).unlink()
    with pytest.raises(ModelError, match=r"damage_types/images/0\.png") as caught:
        content_of(first, root)
    assert caught.value.code == "model.data_unreadable"


@pytest.mark.torch
@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="the train extra is not installed")
def test_training_refuses_a_photo_that_was_swapped(prepared: tuple[PreparedSet, Path]) -> None:
    from training.samples import Samples

    whole, root = prepared
    first, second = (root / photo.path for photo in whole.photos)
    first.write_bytes(second.read_bytes())
    with pytest.raises(ModelError, match=r"0\.png") as caught:
        Samples(whole, root, 64)
    assert caught.value.code == "model.data_changed"


@pytest.mark.torch
@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="the train extra is not installed")
@pytest.mark.parametrize("content", [b"no picture", b""])
def test_training_names_a_photo_that_cannot_be_decoded(content: bytes, prepared: tuple[PreparedSet, Path]) -> None:
    from training.samples import Samples

    whole, root = prepared
    bad = whole.photos[0].model_copy(update={"sha256": sha256(content)})
    (root / bad.path).write_bytes(content)
    samples = Samples(whole.model_copy(update={"photos": (bad, *whole.photos[1:])}), root, 64)
    with pytest.raises(ModelError, match=r"0\.png: cannot be decoded") as caught:
        samples.sample(0, Augment(mosaic=0), np.random.default_rng(0), plain=True)
    assert caught.value.code == "model.data_unreadable"


@pytest.fixture
def small() -> PreparedSet:
    """Two photos that need no file."""
    photos = tuple(
        PreparedPhoto(path=name, sha256=name, scope="s", cluster=name, split="train", width=9, height=9)
        for name in "xy"
    )
    return PreparedSet(recipe="r", labels=("a", "b"), scopes={"s": ("a", "b")}, photos=photos)


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": ("b", "a")},
        {"scopes": {"s": ("a",)}},
        {"photos": ()},
        *({"photo": change} for change in ({"sha256": "z"}, {"split": "val"}, {"untaught": ("a",)}, {"repeat": 2})),
    ],
)
def test_the_digest_follows_everything_that_teaches(changes: dict[str, Any], small: PreparedSet) -> None:
    change = changes.pop("photo", None)
    photos = (small.photos[0].model_copy(update=change), *small.photos[1:]) if change else small.photos
    assert small.model_copy(update={"photos": photos, **changes}).digest != small.digest
    assert small.model_copy(update={"recipe": "another"}).digest == small.digest


def test_a_set_that_was_changed_afterwards_is_refused(small: PreparedSet, tmp_path: Path) -> None:
    small.write(tmp_path)
    assert PreparedSet.read(tmp_path).digest == small.digest
    assert small.digest in (tmp_path / "set.json").read_text("utf-8")
    file = tmp_path / "photos.jsonl"
    file.write_text(file.read_text("utf-8").replace('"train"', '"val"', 1), "utf-8")
    with pytest.raises(ModelError, match="not the set that was prepared") as caught:
        PreparedSet.read(tmp_path)
    assert caught.value.code == "model.data_unreadable"
