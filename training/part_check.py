"""How often does attribution name the right part, and the right side of it?

Each damage that this project drew is handed to the pipeline as if the network had reported its box and kind, amid the
parts that somebody sees: people with the words of a detector (the drawn boxes: the geometry alone), or a detector.
``regions`` hands over the drawn region of a damaged part under its label (``damaged_Fender``) instead.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from data.own_labels import LabelledPart, LabelledPhoto
from data.taxonomy import read_taxonomy
from inference import attribution
from inference.detector import PhotoDetector
from inference.rules import ConsolidateRules
from inference.scene import Scene
from inference.sightings import read_photo_damages
from model.detections import Detection, Detections
from model.findings import Box, PartRef
from model.labels import Label
from model.vocabulary import LabelGroup, Part, Side
from training.bootstrap import Estimate, resamples, share_estimate
from training.judging import loaded_from
from training.prepared import PreparedPhoto, PreparedSet
from training.teaching import OWN, OWN_PARTS

WORDS = ("joint-v0", "joint-v1")
"""Whose words people are given: without and with labels for fenders, quarter panels, rockers, roofs and side glass."""

ROWS: Mapping[str, frozenset[Part]] = {
    "fender": frozenset({Part.FRONT_FENDER}),
    "quarter panel": frozenset({Part.QUARTER_PANEL}),
    "rocker": frozenset({Part.ROCKER_PANEL}),
    "roof": frozenset({Part.ROOF}),
    "side glass": frozenset({Part.DOOR_GLASS, Part.QUARTER_GLASS}),
    "windscreens": frozenset({Part.WINDSHIELD, Part.BACK_GLASS}),
    "doors": frozenset({Part.FRONT_DOOR, Part.REAR_DOOR}),
    "bumpers": frozenset({Part.FRONT_BUMPER, Part.REAR_BUMPER}),
    "hood, boot, lamps, rest": frozenset(
        {
            Part.HOOD,
            Part.TRUNK_LID,
            Part.TAILGATE,
            Part.HEADLIGHT,
            Part.TAILLIGHT,
            Part.SIDE_MIRROR,
            Part.WHEEL,
            Part.FOG_LIGHT,
            Part.GRILLE,
        }
    ),
    "all": frozenset(Part),
}


class Verdict(StrEnum):
    """``OPEN``: nothing wrong was said, but no one part with its side either."""

    RIGHT = "right"
    WRONG = "wrong"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A photo with what was drawn on it. ``cluster``: near-copies share one."""

    labels: LabelledPhoto
    path: Path
    cluster: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One drawn damage or damaged region: where people put it, where attribution does. ``said``: candidates of each
    attribution; a large damage may get several."""

    truth: PartRef
    said: tuple[tuple[PartRef, ...], ...]
    cluster: str

    @property
    def verdict(self) -> Verdict:
        """Wrong as soon as one attribution rules the true place out."""
        if any(refs and not any(_may_be(ref, self.truth) for ref in refs) for refs in self.said):
            return Verdict.WRONG
        exact = all(len(refs) == 1 and _is(refs[0], self.truth) for refs in self.said)
        return Verdict.RIGHT if self.said and exact else Verdict.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the table: shares of right and wrong, with intervals; the rest was left open."""

    row: str
    n: int
    right: Estimate
    wrong: Estimate


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


def lines(told: Sequence[Told]) -> list[Line]:
    """One line per row of ``ROWS`` of which there is anything."""
    found = []
    for row, parts in ROWS.items():
        mine = [item for item in told if item.truth.part in parts]
        if mine:
            right, wrong = _share(mine, Verdict.RIGHT), _share(mine, Verdict.WRONG)
            found.append(Line(row=row, n=len(mine), right=right, wrong=wrong))
    return found


def print_tables(drawn: Sequence[Drawn], detectors: Sequence[PhotoDetector], rules: ConsolidateRules) -> None:
    """Two tables for each pair of eyes: drawn damages, and drawn regions of damaged parts."""
    for name, seen in _eyes(drawn, detectors):
        pairs = list(zip(drawn, seen, strict=True))
        _print(f"{name}: damages", [told for one, found in pairs for told in told_damages(one, found, rules)])
        _print(f"{name}: damaged parts", [told for one, found in pairs for told in told_regions(one, found, rules)])


def _eyes(drawn: Sequence[Drawn], detectors: Sequence[PhotoDetector]) -> Iterator[tuple[str, list[Detections]]]:
    for words in WORDS:
        labels = labels_of(words)
        yield f"people, in the words of {words}", [seen_by_people(photo.labels, labels) for photo in drawn]
    for detector in detectors:
        yield detector.manifest.reference, list(seen_by(detector, drawn))


def _print(name: str, told: Sequence[Told]) -> None:
    print(f"\n**{name}**\n\n| part | n | right | wrong | left open |\n|---|---|---|---|---|")  # noqa: T201
    for line in lines(told):
        rest = 1 - line.right.value - line.wrong.value
        print(f"| {line.row} | {line.n} | {_text(line.right)} | {_text(line.wrong)} | {abs(rest):.2f} |")  # noqa: T201


def _text(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} ({estimate.low:.2f}–{estimate.high:.2f})"


def _share(told: Sequence[Told], verdict: Verdict) -> Estimate:
    clusters = [item.cluster for item in told]
    return share_estimate(np.array([item.verdict is verdict for item in told]), resamples(clusters), clusters)


def _may_be(ref: PartRef, truth: PartRef) -> bool:
    return ref.part is truth.part and (ref.side is truth.side or Side.UNKNOWN in (ref.side, truth.side))


def _is(ref: PartRef, truth: PartRef) -> bool:
    return ref.part is truth.part and truth.side in (ref.side, Side.UNKNOWN)


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
