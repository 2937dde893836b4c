"""The order of photos follows from seed and step alone, and a picture shows what its photo teaches."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.taxonomy import read_taxonomy
from model.errors import ModelError
from training.prepare import prepare
from training.prepared import PreparedSet
from training.recipe import Augment, Recipe

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="the train extra is not installed"),
]

DRAW, MAKE = Callable[..., Path], Callable[..., Recipe]
TYPES = {"folder": "damage_types", "teaches": {"dent": ["dent"]}, "repeat": 2}
CLEAN = {"folder": "undamaged", "negatives": ["scratch", "dent"]}
STILL = Augment(mosaic=0, mirror=0, zoom=(1, 1), shift=0, turn=0, hue=0, saturation=0, brightness=0, degrade=0)


@pytest.fixture
def prepared(draw: DRAW, photo: Any, recipe: MAKE) -> tuple[PreparedSet, Path]:
    """Three damaged photos shown twice, two clean ones, and one that is held out."""
    boxes = [("dent", 10, 10, 40, 30)]
    root = draw("damage_types", *(photo(name=f"{n}.png", seed=n, boxes=boxes) for n in range(3)))
    clean = [photo(name=f"{n}.png", seed=9 + n) for n in range(2)]
    draw("undamaged", *clean, photo(name="held out.png", seed=20, split="val"))
    return prepare(recipe(TYPES, CLEAN), root).prepared, root


def test_an_epoch_shows_every_training_photo_as_often_as_it_says(prepared: tuple[PreparedSet, Path]) -> None:
    from training.samples import Samples

    samples = Samples(*prepared, 64)
    assert len(samples) == 8
    for epoch in range(3):
        assert sorted(samples.order(epoch, 7)) == [0, 0, 1, 1, 2, 2, 3, 4]
    assert (samples.order(0, 7) != samples.order(1, 7)).any()
    assert all(photo.split == "train" for photo in samples.photos)


@pytest.mark.parametrize("repeat", [None, 0])
def test_a_set_without_a_photo_to_show_is_refused(prepared: tuple[PreparedSet, Path], repeat: int | None) -> None:
    from training.samples import Samples

    made, root = prepared
    photos = () if repeat is None else tuple(item.model_copy(update={"repeat": repeat}) for item in made.photos)
    with pytest.raises(ModelError, match="no photo to train on") as caught:
        Samples(made.model_copy(update={"photos": photos}), root, 64)
    assert caught.value.code == "model.data_empty"


def test_what_is_shown_from_a_step_on_does_not_depend_on_where_one_began(prepared: tuple[PreparedSet, Path]) -> None:
    from training.samples import Samples, batches, collate

    samples, augment = Samples(*prepared, 64), Augment(mosaic=0.5)

    def shown(first: int, until: int) -> list[tuple[int, Any, Any]]:
        made = []
        for step, chosen in batches(samples, batch=3, seed=5, first=first):
            if step == until:
                return made
            made.append((step, *collate([samples.sample(i, augment, random, plain=False) for i, random in chosen])))
        raise AssertionError("without end")

    whole, resumed = shown(0, 6), shown(3, 6)
    for (step, pictures, targets), (again, same_pictures, same) in zip(whole[3:], resumed, strict=True):
        assert step == again
        np.testing.assert_array_equal(pictures, same_pictures)
        for name in ("photo", "label", "boxes", "taught"):
            np.testing.assert_array_equal(getattr(targets, name), getattr(same, name))


def test_mosaics_are_made_of_photos_that_teach_alike(prepared: tuple[PreparedSet, Path]) -> None:
    from training.samples import Samples

    samples = Samples(*prepared, 64)
    for index in range(5):
        for seed in range(4):
            made = samples.sample(index, Augment(mosaic=1), np.random.default_rng(seed), plain=False)
            np.testing.assert_array_equal(made.taught, samples.taught[index])
            assert index < 3 or not len(made.boxes)


def test_others_are_painted_over_and_teach_nothing(prepared: tuple[PreparedSet, Path]) -> None:
    from training.augment import PAD
    from training.samples import Samples

    whole, root = prepared
    first = whole.photos[0].model_copy(update={"others": ((0.0, 0.0, 48.0, 64.0),)})
    samples = Samples(whole.model_copy(update={"photos": (first, *whole.photos[1:])}), root, 96)
    made = samples.sample(0, STILL, np.random.default_rng(0), plain=True)
    assert (made.pixels[20:70, 2:46] == PAD).all()
    assert (made.pixels[20:70, 50:] != PAD).any()
    assert not len(made.boxes)
    assert len(samples.sample(1, STILL, np.random.default_rng(0), plain=True).boxes) == 1


def test_a_batch_is_in_shares_of_the_picture(prepared: tuple[PreparedSet, Path]) -> None:
    from training.samples import Samples, collate

    samples = Samples(*prepared, 96)
    made = [samples.sample(i, STILL, np.random.default_rng(0), plain=True) for i in (0, 4, 1)]
    pictures, targets = collate(made)
    assert tuple(pictures.shape) == (3, 3, 96, 96)
    assert targets.photo.tolist() == [0, 2]
    np.testing.assert_allclose(targets.boxes[0][[0, 2, 3]], [30 / 96, 40 / 96, 30 / 96], atol=1e-6)
    assert 25 / 96 <= targets.boxes[0][1] <= (25 + 32) / 96
    assert targets.taught.sum(1).tolist() == [1, 2, 1]


def test_a_photo_that_went_missing_is_named(prepared: tuple[PreparedSet, Path]) -> None:
    from training.samples import Samples

    whole, root = prepared
    (root / whole.photos[1].path).unlink()
    with pytest.raises(ModelError, match=r"1\.png") as caught:
        Samples(whole, root, 64)
    assert caught.value.code == "model.data_unreadable"


PASTING = {"dent": "dent", "scratch": "scratch", "broken": "broken"}
FULLY_CLEAN = [name for name, meaning in read_taxonomy("joint-v1").items() if meaning.group != "part"]


@pytest.fixture
def mixed(draw: DRAW, photo: Any, recipe: MAKE) -> tuple[PreparedSet, Path]:
    """Two dented photos with outlines, one that does not teach every damage, and two clean ones."""
    root = draw("damage_types", *(photo(name=f"{n}.png", seed=n, boxes=[("dent", 20, 10, 40, 30)]) for n in range(2)))
    draw("damage_outlines", photo(name="a.png", seed=5))
    draw("undamaged", *(photo(name=f"{n}.png", seed=9 + n) for n in range(2)))
    types = {"folder": "damage_types", "teaches": {name: [name] for name in PASTING}}
    partly = {"folder": "damage_outlines", "negatives": ["scratch"]}
    made = prepare(recipe(types, partly, {"folder": "undamaged", "negatives": FULLY_CLEAN}), root).prepared
    corners = ((20.0, 10.0), (60.0, 10.0), (60.0, 40.0), (20.0, 40.0))
    photos = tuple(
        item.model_copy(update={"drawn": tuple(box.model_copy(update={"outline": corners}) for box in item.drawn)})
        for item in made.photos
    )
    return made.model_copy(update={"photos": photos}), root


def test_damage_is_pasted_on_clean_cars_alone(mixed: tuple[PreparedSet, Path]) -> None:
    from training.samples import Samples

    samples = Samples(*mixed, 128, read_taxonomy("joint-v1"))
    hit = dict.fromkeys((photo.path for photo in samples.photos), 0)
    for index, photo in enumerate(samples.photos):
        for seed in range(12):
            made, same = (
                samples.sample(
                    index, STILL.model_copy(update={"paste": paste}), np.random.default_rng(seed), plain=True
                )
                for paste in (1.0, 0.0)
            )
            hit[photo.path] += len(made.boxes) - len(same.boxes)
            if len(made.boxes) == len(same.boxes):
                np.testing.assert_array_equal(made.pixels, same.pixels)
                np.testing.assert_array_equal(made.taught, same.taught)
    assert [path for path, boxes in hit.items() if boxes] == ["undamaged/images/0.png", "undamaged/images/1.png"]


def test_without_pasting_a_picture_is_what_its_steps_make_of_it(mixed: tuple[PreparedSet, Path]) -> None:
    """No draw is taken for what does not happen: recipes without pasting show what they always showed."""
    from training.augment import coloured, degraded, mirrored, placed, warped
    from training.samples import Samples

    samples, augment = Samples(*mixed, 128, read_taxonomy("joint-v1")), Augment(mosaic=0.0)
    for index in range(len(samples.photos)):
        for seed in range(6):
            random, again = np.random.default_rng(seed), np.random.default_rng(seed)
            made = samples.sample(index, augment, random, plain=True)
            expected = samples._load(index)
            expected = warped(expected, *placed(expected, 128, augment, again))
            if again.random() < augment.mirror:
                expected = mirrored(expected, samples.mirror)
            pixels = coloured(expected.pixels, augment, again)
            if again.random() < augment.degrade:
                pixels = degraded(pixels, again)
            np.testing.assert_array_equal(made.pixels, pixels)
            np.testing.assert_array_equal(made.boxes, expected.boxes)
            np.testing.assert_array_equal(made.taught, expected.taught)
            assert random.bit_generator.state == again.bit_generator.state


def test_nothing_is_pasted_in_silence_without_meanings(mixed: tuple[PreparedSet, Path]) -> None:
    from training.samples import Samples

    with pytest.raises(ModelError, match="meanings") as caught:
        Samples(*mixed, 128).sample(0, Augment(mosaic=0.0, paste=0.5), np.random.default_rng(0), plain=True)
    assert caught.value.code == "model.recipe_invalid"
