"""The photos of a recipe's sources, read and checked: whatever is wrong with them is named at once."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path

from data.annotated import AnnotatedPhoto, Annotation
from data.datasets import read_photos
from data.formats.faults import refuse
from data.own_labels import LabelledPhoto
from data.taxonomy import Meaning
from model.findings import Box
from model.vocabulary import LabelGroup
from training.fingerprints import Fingerprint, Fingerprints
from training.recipe import Recipe, Source

OUTSIDE = 2.0
"""Pixels by which a drawn box may overshoot the picture."""
SPLITS = ("train", "val", "test")
ADDED = "car_parts"
"""The set on which own labels add to the set's."""

Meanings = Mapping[str, Meaning]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePhoto:
    """One photo of a source. ``name``: its path below the folder of the sets; ``own``: what this project drew on it."""

    name: str
    source: Source
    photo: AnnotatedPhoto
    file: Fingerprint
    own: LabelledPhoto | None

    @property
    def taught(self) -> list[Annotation]:
        """What its set drew under labels that the recipe teaches."""
        return [item for item in self.photo.annotations if self.source.teaches.get(item.label)]

    def set_counts(self, group: LabelGroup) -> bool:
        """Do its set's boxes count in this group? Where they do not, own labels replace them."""
        return self.own is None or self.source.folder == ADDED or group in self.source.keeps


def read_sources(
    recipe: Recipe,
    root: Path,
    fingerprints: Fingerprints,
    meanings: Meanings,
    own: Mapping[str, LabelledPhoto],
) -> list[SourcePhoto]:
    """In order of the recipe and its sets. Raises ``ModelError`` ``model.data_unreadable`` with all that is wrong."""
    faults = [*_folder_faults(recipe)]
    faults += [fault for source in recipe.sources for fault in _label_faults(source, meanings)]
    read: list[SourcePhoto] = []
    for source in recipe.sources:
        photos = _photos(root, source)
        faults += [] if photos else [f"{source.folder}: no photo is listed in it"]
        for photo in photos:
            name = photo.path.relative_to(root).as_posix()
            faults += [f"{name}: {fault}" for fault in _faults(photo, source)]
            file = fingerprints.of(photo.path) if photo.path.is_file() else None
            if file is None:
                faults.append(f"{name}: {'cannot be decoded' if photo.path.is_file() else 'no such file'}")
                continue
            drawn = own.get(file.sha256)
            faults += [f"{name}: {fault}" for fault in _size_faults(file, photo, drawn)]
            read.append(SourcePhoto(name=name, source=source, photo=photo, file=file, own=drawn))
    refuse(faults)
    return read


def _photos(root: Path, source: Source) -> list[AnnotatedPhoto]:
    apart = frozenset(source.apart)
    return read_photos(root / source.folder, apart=apart, form=source.form, attribute=source.attribute)


def clipped(box: Box, photo: AnnotatedPhoto) -> Box:
    """The part of a box that lies on the photo."""
    x1, y1, x2, y2 = box
    return (max(0.0, x1), max(0.0, y1), min(float(photo.width), x2), min(float(photo.height), y2))


def overshoot(box: Box, photo: AnnotatedPhoto) -> float:
    """Pixels by which a box leaves its photo; infinite for one that is nowhere."""
    if not all(isfinite(value) for value in box):
        return inf
    return max(abs(a - b) for a, b in zip(box, clipped(box, photo), strict=True))


def has_area(box: Box) -> bool:
    """A sliver of less than a pixel is a slip of the pen."""
    return box[2] - box[0] >= 1 and box[3] - box[1] >= 1


def _folder_faults(recipe: Recipe) -> Iterator[str]:
    times = Counter(Path(source.folder) for source in recipe.sources)
    yield from (f"{folder}: {count} sources of the recipe" for folder, count in times.items() if count > 1)


def _label_faults(source: Source, meanings: Meanings) -> Iterator[str]:
    ours = [label for labels in source.teaches.values() for label in labels]
    for label in dict.fromkeys([*ours, *source.negatives]):
        if label not in meanings:
            yield f"{source.folder}: the recipe teaches {label!r}, which is no label of the detector"


def _faults(photo: AnnotatedPhoto, source: Source) -> Iterator[str]:
    if photo.split not in SPLITS:
        yield f"split {photo.split!r} is none of {', '.join(SPLITS)}"
    for item in photo.annotations:
        if item.label not in source.teaches and item.label not in source.unused:
            yield f"label {item.label!r} is not in the recipe"
        if overshoot(item.box, photo) > OUTSIDE:
            yield f"box {item.box} is outside the picture of {photo.width} x {photo.height}"


def _size_faults(file: Fingerprint, photo: AnnotatedPhoto, own: LabelledPhoto | None) -> Iterator[str]:
    for whose, stated in (("", photo), ("our own labels: ", own)):
        if stated is not None and (stated.width, stated.height) != (file.width, file.height):
            yield f"{whose}stated as {stated.width} x {stated.height}, the file is {file.width} x {file.height}"
