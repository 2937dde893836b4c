"""What adjusters corrected becomes training photos, by its names, in the boxes that they touched."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import cv2
import pytest

from claims.examples import CATEGORIES, Example, Lesson, as_coco
from claims.review_changes import Why
from claims.review_lines import ReviewedPhoto
from claims.states import Role
from data.taxonomy import read_taxonomy
from inference.fingerprint import sha256
from model.vocabulary import DamageKind, LabelGroup, Part, Severity, Side
from parts_pricing.operations import Operation
from training.augment import PAD
from training.corrections import meant
from training.prepare import prepare
from training.recipe import Recipe
from training.samples import Samples

MAKE = Callable[..., Recipe]
MEANINGS = read_taxonomy("joint-v1")


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("scratch", ("scratch",)),
        ("damaged_left_front_door", ("damaged_Door",)),
        ("damaged_rear_door", ("damaged_Door",)),
        ("damaged_right_quarter_panel", ("damaged_Fender",)),
        ("damaged_back_glass", ("damaged_Windshield",)),
        ("damaged_roof", ()),
    ],
)
def test_corrections_teach_by_their_names(name: str, labels: tuple[str, ...]) -> None:
    assert meant(MEANINGS)[name] == labels


def test_every_damage_label_is_taught_by_some_correction() -> None:
    assert meant(MEANINGS).keys() == CATEGORIES.keys()
    taught = {label for labels in meant(MEANINGS).values() for label in labels}
    assert taught == {name for name, meaning in MEANINGS.items() if meaning.group is not LabelGroup.PART}


def _example(
    photo: ReviewedPhoto,
    lesson: Lesson,
    box: tuple[float, float, float, float],
    *,
    kind: DamageKind | None = DamageKind.DENT,
    part: Part | None = Part.FRONT_DOOR,
) -> Example:
    return Example(
        group="case-1",
        lesson=lesson,
        photo=photo,
        box=box,
        outline=None,
        part=part,
        side=Side.LEFT if part else Side.UNKNOWN,
        kind=kind,
        severity=Severity.MINOR,
        operation=Operation.REPAIR,
        amount=Decimal(1),
        currency="CNY",
        why=Why.WRONG_BOX,
        role=Role.SENIOR,
        at=datetime(2026, 11, 22, tzinfo=UTC),
    )


@pytest.fixture
def sets(tmp_path: Path, photo: Any) -> Path:
    """One photo of corrections: a dent on the left, a place at the right that is not damaged, and two kinds of damage
    between them that nobody could wholly name."""
    images = tmp_path / "sets" / "corrections" / "images"
    images.mkdir(parents=True)
    coded = cv2.imencode(".png", photo(name="", seed=1).pixels)[1].tobytes()
    reviewed = ReviewedPhoto(sha256=sha256(coded), width=96, height=64)
    (images / f"{reviewed.sha256}.png").write_bytes(coded)
    given = [
        _example(reviewed, Lesson.CHANGED, (8.0, 16.0, 24.0, 32.0)),
        _example(reviewed, Lesson.NOT_DAMAGED, (72.0, 16.0, 88.0, 32.0)),
        _example(reviewed, Lesson.ADDED, (40.0, 16.0, 50.0, 32.0), kind=None),
        _example(reviewed, Lesson.CONFIRMED, (52.0, 16.0, 60.0, 32.0), part=None),
    ]
    document = as_coco(given, suffixes={reviewed.sha256: ".png"}).replace(b'"group": ', b'"split": "train", "group": ')
    (images.parent / "annotations.json").write_bytes(document)
    return tmp_path / "sets"


def test_only_what_was_touched_and_named_is_shown_and_taught(sets: Path, recipe: MAKE) -> None:
    prepared = prepare(recipe({"folder": "corrections", "corrections": True}), sets).prepared
    (made,) = prepared.photos
    taught = {name for name, says in zip(prepared.labels, prepared.taught(made), strict=True) if says}
    assert taught == {name for name, meaning in MEANINGS.items() if meaning.group is not LabelGroup.PART}
    shown = Samples(prepared, sets, 96)._load(0)
    labels = [prepared.labels[number] for number in shown.labels]
    assert list(zip(labels, shown.boxes.tolist(), strict=True)) == [
        ("dent", [8.0, 16.0, 24.0, 32.0]),
        ("damaged_Door", [8.0, 16.0, 24.0, 32.0]),
    ]
    hidden = (shown.pixels == PAD).all(axis=2)
    dent, sound = (slice(16, 32), slice(8, 24)), (slice(16, 32), slice(72, 88))
    assert not hidden[dent].any()
    assert not hidden[sound].any()
    assert (~hidden).sum() == 2 * 16 * 16, "everything else"


def test_the_hash_is_of_the_recipe_as_it_was_written(sets: Path, recipe: MAKE) -> None:
    made = recipe({"folder": "corrections", "corrections": True})
    assert prepare(made, sets).prepared.recipe == made.sha256


def test_what_the_recipe_says_itself_stays(sets: Path, recipe: MAKE) -> None:
    source = {"folder": "corrections", "corrections": True, "unused": ["dent"]}
    (made,) = prepare(recipe(source), sets).prepared.photos
    assert {item.label for item in made.drawn} == {"damaged_Door"}
