"""Counts what is in a prepared set, and what had to be settled on the way."""

from collections import Counter
from collections.abc import Iterator
from math import sqrt
from statistics import median

from model.vocabulary import LabelGroup, Side
from training.clusters import cut
from training.prepare import Preparation
from training.prepare_report import EDGES, LabelCount, LabelSizes, Leak, PhotoCount, Places, PrepareReport
from training.prepared import PreparedSet
from training.source_photos import SPLITS, clipped, has_area
from training.teaching import labels_of_part
from training.unusable import places


def report(made: Preparation) -> PrepareReport:
    """Everything countable about a prepared set."""
    return PrepareReport(
        name=made.recipe.name,
        recipe=made.recipe.sha256,
        digest=made.prepared.digest,
        photos=tuple(_photos(made.prepared)),
        labels=tuple(_labels(made.prepared)),
        sizes=tuple(_sizes(made.prepared)),
        leaks=tuple(_leaks(made)),
        copies=Places.of(str(copy) for copy in made.copies),
        shared=Places.of(_shared(made)),
        clipped=Places.of(_clipped(made)),
        unusable=Places.of(places(made.photos, made.meanings)),
        unknown_sides=Places.of(_unknown_sides(made)),
        partless=Places.of(_partless(made)),
        unmatched=Places.of(_unmatched(made)),
    )


def folder_of(path: str) -> str:
    """The set that a photo is of."""
    return path.split("/")[0]


def _photos(prepared: PreparedSet) -> Iterator[PhotoCount]:
    for folder, scope, split in sorted({(folder_of(p.path), p.scope, p.split) for p in prepared.photos}):
        mine = [p for p in prepared.of(split) if (folder_of(p.path), p.scope) == (folder, scope)]
        yield PhotoCount(
            folder=folder,
            scope=scope,
            split=split,
            photos=len(mine),
            shown=sum(photo.repeat for photo in mine) if split == "train" else 0,
            boxes=sum(len(photo.drawn) for photo in mine),
            empty=sum(not photo.drawn for photo in mine),
        )


def _labels(prepared: PreparedSet) -> Iterator[LabelCount]:
    counts = Counter((d.label, p.scope, p.split) for p in prepared.photos for d in p.drawn)
    for label in prepared.labels:
        for scope in prepared.scopes:
            for split in SPLITS:
                if boxes := counts[label, scope, split]:
                    yield LabelCount(label=label, scope=scope, split=split, boxes=boxes)


def _sizes(prepared: PreparedSet) -> Iterator[LabelSizes]:
    sides: dict[str, list[float]] = {label: [] for label in prepared.labels}
    for photo in prepared.photos:
        for drawn in photo.drawn:
            x1, y1, x2, y2 = drawn.box
            sides[drawn.label].append(sqrt((x2 - x1) * (y2 - y1) / (photo.width * photo.height)))
    for label, found in sides.items():
        if found:
            bars = Counter(sum(side >= edge for edge in EDGES) for side in found)
            counts = tuple(bars[bar] for bar in range(len(EDGES) + 1))
            yield LabelSizes(label=label, boxes=len(found), median=round(median(found), 4), bars=counts)


def _leaks(made: Preparation) -> Iterator[Leak]:
    settled = {photo.path: photo.split for photo in made.prepared.photos}
    for members in cut(made.clusters):
        kept = [settled[member.name] for member in members if member.name in settled]
        photos = {member.name: member.split for member in members}
        yield Leak(photos=photos, settled=kept[0] if kept else "none of them is used")


def _shared(made: Preparation) -> Iterator[str]:
    for members in made.clusters:
        if len({folder_of(member.name) for member in members}) > 1:
            yield ", ".join(member.name for member in members)


def _clipped(made: Preparation) -> Iterator[str]:
    for item in made.photos:
        for drawn in item.taught:
            inside = clipped(drawn.box, item.photo)
            if has_area(inside) and inside != drawn.box:
                yield f"{item.name}: {drawn.label} {[round(value, 1) for value in drawn.box]}"


def _unknown_sides(made: Preparation) -> Iterator[str]:
    for item in made.photos:
        for part in item.own.parts if item.own else ():
            if part.side is Side.UNKNOWN and not labels_of_part(part.part, part.side, made.meanings):
                yield f"{item.name}: {part.part}"


def _partless(made: Preparation) -> Iterator[str]:
    if any(meaning.group is LabelGroup.DAMAGED_PART for meaning in made.meanings.values()):
        for item in made.photos:
            for damage in item.own.damages if item.own else ():
                if damage.part is None:
                    yield f"{item.name}: {damage.severity} {damage.kind}"


def _unmatched(made: Preparation) -> Iterator[str]:
    there = {item.file.sha256 for item in made.photos}
    yield from (f"{own.folder}/{own.file}" for own in made.own.values() if own.sha256 not in there)
