"""How often does attribution name the right part, and the right side of it?

Each damage that this project drew is handed to the pipeline as if the network had reported its box and kind, amid the
parts that somebody sees: people with the words of a detector (the drawn boxes: the geometry alone), or a detector.
``told_regions`` hands over the drawn region of a damaged part under its label (``damaged_Fender``) instead, and
``told_reports`` judges what the pipeline makes of a detector's own reports where they meet what was drawn.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.own_labels import LabelledPart, LabelledPhoto
from data.taxonomy import read_taxonomy
from inference import attribution
from inference.detector import PhotoDetector
from inference.geometry import iou
from inference.rules import ConsolidateRules
from inference.scene import Scene
from inference.sightings import read_photo_damages
from model.detections import Detection, Detections
from model.findings import Box, PartRef
from model.labels import Label
from model.vocabulary import LabelGroup, Part, Side
from training.judging import loaded_from
from training.part_check_told import Told, print_table
from training.prepared import PreparedPhoto, PreparedSet
from training.teaching import OWN, OWN_PARTS

WORDS = ("joint-v0", "joint-v1")
"""Whose words people are given: without and with labels for fenders, quarter panels, rockers, roofs and side glass."""

_SAME = 0.3
"""IoU from which a report and a drawn damage are one: damage has no sharp edge."""

Place = tuple[PartRef, Box]
Ask = Callable[["Drawn", Detections, ConsolidateRules], Iterator[Told]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A photo with what was drawn on it. ``cluster``: near-copies share one."""

    labels: LabelledPhoto
    path: Path
    cluster: str


def drawn_photos(prepared: PreparedSet, own: Mapping[str, LabelledPhoto], data: Path, split: str) -> list[Drawn]:
    """The photos of one side of the split on which everything was drawn."""
    photos: Iterable[PreparedPhoto] = (photo for photo in prepared.of(split) if wholly_drawn(photo))
    return [Drawn(labels=own[photo.sha256], path=data / photo.path, cluster=photo.cluster) for photo in photos]


def wholly_drawn(photo: PreparedPhoto) -> bool:
    """Did this project draw every part and damage of it? On car_parts it added parts only."""
    return photo.scope.startswith(OWN) and photo.scope != OWN_PARTS


def labels_of(taxonomy: str) -> tuple[Label, ...]:
    """The words of a detector, for people to speak."""
    return tuple(meaning.label(name, 0.5) for name, meaning in read_taxonomy(taxonomy).items())


def seen_by_people(photo: LabelledPhoto, labels: tuple[Label, ...]) -> Detections:
    """What a detector without fault would report of the parts."""
    rows = [
        (number, photo.pixels(part.box))
        for part in photo.parts
        for number, label in enumerate(labels)
        if label.group is LabelGroup.PART and _names(label, part)
    ]
    return _detections(labels, rows)


def seen_by(detector: PhotoDetector, photos: Sequence[Drawn]) -> Iterator[Detections]:
    """What a detector does report."""
    return detector.detect_many(loaded_from(photo.path) for photo in photos)


def told_damages(photo: Drawn, seen: Detections, rules: ConsolidateRules) -> Iterator[Told]:
    """Each drawn damage, amid the seen parts and damaged parts, through the pipeline's own reading of a photo."""
    around = _only(seen, {LabelGroup.PART, LabelGroup.DAMAGED_PART})
    scene = _scene(photo, around, rules)
    kinds = {label.kind: number for number, label in enumerate(seen.labels) if label.kind}
    for damage in photo.labels.damages:
        if damage.part is None:
            continue
        one = _detections(seen.labels, [(kinds[damage.kind], photo.labels.pixels(damage.box))])
        sightings = read_photo_damages(0, _joined(one, around), scene, rules).sightings
        mine = tuple(item.refs for item in sightings if item.boxes)
        yield Told(truth=PartRef(part=damage.part, side=damage.side), said=mine, cluster=photo.cluster)


def told_regions(photo: Drawn, seen: Detections, rules: ConsolidateRules) -> Iterator[Told]:
    """Each drawn damaged region under the label that a detector has for it."""
    scene = _scene(photo, _only(seen, {LabelGroup.PART, LabelGroup.DAMAGED_PART}), rules)
    for (part, side), corners in photo.labels.damaged_regions.items():
        for label in seen.labels:
            if label.group is LabelGroup.DAMAGED_PART and part in {item.part for item in label.parts}:
                region = Detection(label=label, score=1.0, box=photo.labels.pixels(corners))
                refs = attribution.of_region(region, scene, rules).refs
                yield Told(truth=PartRef(part=part, side=side), said=(refs,), cluster=photo.cluster)


def told_reports(photo: Drawn, seen: Detections, rules: ConsolidateRules) -> Iterator[Told]:
    """Each sighting of the detector's own reports that meets a drawn damage, or without a kind a damaged region."""
    labels = photo.labels
    damages = [(_ref(item.part, item.side), labels.pixels(item.box)) for item in labels.damages if item.part]
    regions = [(_ref(*place), labels.pixels(box)) for place, box in labels.damaged_regions.items()]
    for sighting in read_photo_damages(0, seen, _scene(photo, seen, rules), rules).sightings:
        reported = sighting.boxes or [item.box for item in sighting.evidence]
        met = _nearest(reported, damages if sighting.boxes else regions)
        if met is not None:
            yield Told(truth=met, said=(sighting.refs,), cluster=photo.cluster)


def print_tables(drawn: Sequence[Drawn], detectors: Sequence[PhotoDetector], rules: ConsolidateRules) -> None:
    """Tables for each pair of eyes: drawn damages, drawn regions of damaged parts, and a detector's own reports."""
    for words in WORDS:
        labels = labels_of(words)
        _print(f"people, in the words of {words}", drawn, [seen_by_people(one.labels, labels) for one in drawn], rules)
    for detector in detectors:
        name, seen = detector.manifest.reference, list(seen_by(detector, drawn))
        _print(name, drawn, seen, rules)
        print_table(f"{name}: own reports", _told(told_reports, drawn, seen, rules))


def _print(name: str, drawn: Sequence[Drawn], seen: Sequence[Detections], rules: ConsolidateRules) -> None:
    print_table(f"{name}: damages", _told(told_damages, drawn, seen, rules))
    print_table(f"{name}: damaged parts", _told(told_regions, drawn, seen, rules))


def _told(ask: Ask, drawn: Sequence[Drawn], seen: Sequence[Detections], rules: ConsolidateRules) -> list[Told]:
    return [told for one, found in zip(drawn, seen, strict=True) for told in ask(one, found, rules)]


def _nearest(boxes: Sequence[Box], places: Sequence[Place]) -> PartRef | None:
    """The place that one of the boxes overlaps most, None if none does by ``_SAME``."""
    met = [(iou(box, place), ref) for box in boxes for ref, place in places]
    best, ref = max(met, key=lambda item: item[0], default=(0.0, None))
    return ref if best >= _SAME else None


def _ref(part: Part, side: Side) -> PartRef:
    return PartRef(part=part, side=side)


def _names(label: Label, part: LabelledPart) -> bool:
    return any(item.part is part.part and item.side in (part.side, Side.UNKNOWN) for item in label.parts)


def _scene(photo: Drawn, seen: Detections, rules: ConsolidateRules) -> Scene:
    return Scene.read(seen, width=photo.labels.width, height=photo.labels.height, rules=rules)


def _detections(labels: tuple[Label, ...], rows: Sequence[tuple[int, Box]]) -> Detections:
    return Detections(
        boxes=np.array([box for _, box in rows], dtype=np.float32).reshape(-1, 4),
        scores=np.ones(len(rows), dtype=np.float32),
        label_ids=np.array([number for number, _ in rows], dtype=np.int64),
        labels=labels,
    )


def _only(seen: Detections, groups: set[LabelGroup]) -> Detections:
    kept = np.array([item.label.group in groups for item in seen], dtype=bool)
    return Detections(
        boxes=seen.boxes[kept], scores=seen.scores[kept], label_ids=seen.label_ids[kept], labels=seen.labels
    )


def _joined(first: Detections, more: Detections) -> Detections:
    return Detections(
        boxes=np.concatenate([first.boxes, more.boxes]),
        scores=np.concatenate([first.scores, more.scores]),
        label_ids=np.concatenate([first.label_ids, more.label_ids]),
        labels=first.labels,
    )
