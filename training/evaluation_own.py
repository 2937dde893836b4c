"""This project's own labels as a set that judges: what was drawn, in the words of one detector."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from data.datasets import AnnotatedPhoto, Annotation, read_photos
from data.own_labels import LabelledPhoto
from model.errors import ModelError
from model.labels import Label
from model.manifest import Manifest
from model.vocabulary import LabelGroup, Part, Side
from training.judging import IGNORED, Scope
from training.scopes import CAR_PARTS, held_out_parts, parts_scope

NOT_DRAWN = frozenset({Part.FOG_LIGHT, Part.GRILLE, Part.TIRE})
"""Parts that the protocol leaves out (docs/labelling.md): nothing says that they are absent."""

DAMAGE = "damage"
"""The name of every drawn damage, whatever its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPhoto:
    """A photo with the labels drawn here, and the same in the detector's words."""

    labels: LabelledPhoto
    photo: AnnotatedPhoto


def own_scope(manifest: Manifest) -> Scope:
    """Photos on which everything was drawn."""
    names = {label.name: label.name for label in manifest.labels if _drawn(label)}
    return Scope(folder="own", split="val", labels=names, damages=frozenset({DAMAGE}))


def added_scope(manifest: Manifest) -> Scope:
    """car_parts, where only the parts were drawn that the set lacks."""
    parts = [label.name for label in manifest.labels if label.group is LabelGroup.PART and _drawn(label)]
    names = {name: name for name in parts if name not in CAR_PARTS}
    return Scope(folder="car_parts", split="val", labels=names, name="own car_parts held-out")


def own_photos(root: Path, labelled: Mapping[str, LabelledPhoto], manifest: Manifest, *, final: bool) -> list[OwnPhoto]:
    """The labelled photos that are kept from training, in order of their sha256; test photos only when ``final``.

    Raises ``ModelError`` ``model.data_unreadable`` for labels of a photo that is not there or not the same.
    """
    wanted = [labelled[sha256] for sha256 in sorted(labelled)]
    folders = sorted({photo.folder for photo in wanted})
    known = {(name, photo.path.name): photo for name in folders for photo in read_photos(root / name)}
    held_out = _held_out(root, manifest, known, final=final)
    return [
        OwnPhoto(labels=labels, photo=_in_words(labels, known[labels.folder, labels.file], manifest))
        for labels in _checked(wanted, known)
        if (labels.folder, labels.file) in held_out
    ]


def _held_out(
    root: Path, manifest: Manifest, known: Mapping[tuple[str, str], AnnotatedPhoto], *, final: bool
) -> frozenset[tuple[str, str]]:
    splits = {"val", "test"} if final else {"val"}
    kept = {key for key, photo in known.items() if photo.split in splits}
    if any(folder == "car_parts" for folder, _ in known):
        kept |= {("car_parts", photo.path.name) for photo in held_out_parts(root, parts_scope(manifest))}
    return frozenset(kept)


def _checked(
    wanted: Iterable[LabelledPhoto], known: Mapping[tuple[str, str], AnnotatedPhoto]
) -> Iterator[LabelledPhoto]:
    for labels in wanted:
        photo = known.get((labels.folder, labels.file))
        if photo is None or hashlib.sha256(photo.path.read_bytes()).hexdigest() != labels.sha256:
            raise ModelError("data_unreadable", f"own labels: {labels.folder}/{labels.file} is not the photo drawn on")
        yield labels


def _in_words(labels: LabelledPhoto, photo: AnnotatedPhoto, manifest: Manifest) -> AnnotatedPhoto:
    drawn = [
        *(item for label in manifest.labels for item in _of_label(label, labels)),
        *(Annotation(label=DAMAGE, box=labels.pixels(damage.box)) for damage in labels.damages),
        *(Annotation(label=IGNORED, box=labels.pixels(box)) for box in labels.others),
    ]
    group = f"{labels.folder}:{photo.group}"
    return replace(photo, width=labels.width, height=labels.height, group=group, annotations=tuple(drawn))


def _of_label(label: Label, labels: LabelledPhoto) -> Iterator[Annotation]:
    if label.group is LabelGroup.PART:
        yield from _parts(label, labels)
    elif label.group is LabelGroup.DAMAGED_PART:
        yield from _damaged_parts(label, labels)
    else:
        same = [damage for damage in labels.damages if damage.kind is label.kind]
        yield from (Annotation(label=label.name, box=labels.pixels(damage.box)) for damage in same)


def _parts(label: Label, labels: LabelledPhoto) -> Iterator[Annotation]:
    """A part whose side nobody could tell excuses either side's label."""
    for drawn in labels.parts:
        sides = {item.side for item in label.parts if item.part is drawn.part}
        if sides & {drawn.side, Side.UNKNOWN}:
            yield Annotation(label=label.name, box=labels.pixels(drawn.box))
        elif sides and drawn.side is Side.UNKNOWN:
            yield Annotation(label=f"{IGNORED} {label.name}", box=labels.pixels(drawn.box))


def _damaged_parts(label: Label, labels: LabelledPhoto) -> Iterator[Annotation]:
    """The damaged region of a part: one box around all its damages, as damaged_parts draws it."""
    meant = {item.part for item in label.parts}
    for (part, _), corners in sorted(labels.damaged_regions.items(), key=lambda item: str(item[0])):
        if part in meant:
            yield Annotation(label=label.name, box=labels.pixels(corners))
    for damage in labels.damages:
        if damage.part is None:
            yield Annotation(label=f"{IGNORED} {label.name}", box=labels.pixels(damage.box))


def _drawn(label: Label) -> bool:
    return label.group is not LabelGroup.PART or any(item.part not in NOT_DRAWN for item in label.parts)
