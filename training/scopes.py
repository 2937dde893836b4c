"""What each photo set may judge: its labels in the detector's words."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path

from data.datasets import AnnotatedPhoto
from model.manifest import Manifest
from model.vocabulary import DamageKind, LabelGroup, Severity
from training.judging import Scope, photos_of

HOLDOUT = 4
"""car_parts has no validation split: every fourth group of its training split stands in. Its test split is for the
final figures only. joint-v0 was trained on those photos, so its part thresholds rest on photos it has seen."""


CAR_PARTS = frozenset(
    {
        "back_bumper",
        "back_glass",
        "back_left_door",
        "back_left_light",
        "back_right_door",
        "back_right_light",
        "front_bumper",
        "front_glass",
        "front_left_door",
        "front_left_light",
        "front_right_door",
        "front_right_light",
        "hood",
        "left_mirror",
        "right_mirror",
        "tailgate",
        "trunk",
        "wheel",
    }
)
"""The parts that car_parts draws. It cannot say that a fender is absent."""


def parts_scope(manifest: Manifest, split: str = "train") -> Scope:
    """car_parts: visible parts, named as the detector names them."""
    names = [name for name in manifest.label_names if name in CAR_PARTS]
    return Scope(folder="car_parts", split=split, labels={name: name for name in names}, apart=frozenset({"wheel"}))


def damage_scopes(manifest: Manifest) -> tuple[Scope, ...]:
    """The sets that draw damage and damaged parts. In damage_outlines, ``damage`` has no kind and judges nothing."""
    kinds = [kind for kind in DamageKind if kind is not DamageKind.UNKNOWN]
    typed = {f"{severity}-{kind}": str(kind) for severity, kind in product(Severity, kinds)}
    parts = _damaged_parts(manifest)
    return (
        Scope(folder="damage_types", split="val", labels=_known(typed, manifest), damages=frozenset(typed)),
        Scope(folder="damage_outlines", split="val", labels=_known({"scratch": "scratch"}, manifest)),
        Scope(folder="damaged_parts", split="val", labels=parts, damages=frozenset(parts)),
    )


def clean_scope() -> Scope:
    """undamaged: nothing but parts may be reported there."""
    return Scope(folder="undamaged", split="val", labels={})


def unboxed_scope() -> Scope:
    """damaged_unlabelled: damaged cars without boxes; something of damage should be reported there."""
    return Scope(folder="damaged_unlabelled", split="val", labels={})


def held_out_parts(root: Path, scope: Scope) -> list[AnnotatedPhoto]:
    """The photos of every fourth group of car_parts' training split, groups in order of name."""
    photos = photos_of(root, scope)
    held_out = set(sorted({photo.group for photo in photos})[::HOLDOUT])
    return [photo for photo in photos if photo.group in held_out]


def _damaged_parts(manifest: Manifest) -> Mapping[str, str]:
    names = [label.name for label in manifest.labels if label.group is LabelGroup.DAMAGED_PART]
    return {name.removeprefix("damaged_"): name for name in names}


def _known(labels: Mapping[str, str], manifest: Manifest) -> Mapping[str, str]:
    return {theirs: ours for theirs, ours in labels.items() if ours in manifest.label_names}
