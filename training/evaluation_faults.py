"""The worst errors, to look at: nothing tells faster whether a detector is wrong or the labels are."""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from data.datasets import AnnotatedPhoto
from model.findings import Box
from model.manifest import Manifest
from model.vocabulary import LabelGroup
from training.average_precision import overlaps
from training.evaluation_sets import Observed
from training.evaluation_swaps import pairs, sides
from training.judging import Judged, loaded

SHOWN = 12
LONGEST = 360
QUALITY = 72
MISSED = 0.1
"""A damage is missed when no damage that counts overlaps it by this IoU."""

_WRONG, _DRAWN = (40, 60, 230), (60, 190, 60)  # BGR


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One error on one photo. ``weight`` orders faults, the worst first."""

    weight: float
    photo: AnnotatedPhoto
    text: str
    wrong: tuple[Box, ...] = ()
    drawn: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A fault as a small JPEG, in base64. Photos belong to no repository: only pages below ``build/`` carry them."""

    text: str
    data: str
    jpeg: str = field(repr=False)


def false_alarms(observed: Iterable[Observed]) -> list[Fault]:
    """The best-scored damages on photos of cars without damage, one a photo."""
    clean = [item for source in observed if source.source.shows == "no damage" for item in source.judged]
    return _worst(fault for item in clean for fault in _alarm(item))


def missed_damages(observed: Iterable[Observed]) -> list[Fault]:
    """The damages largest in their photo with no damage reported on them that counts, one a photo."""
    drawing = [source for source in observed if source.source.scope.damages]
    return _worst(
        fault for source in drawing for item in source.judged for fault in _missed(item, source.source.scope.damages)
    )


def swapped_sides(observed: Iterable[Observed], manifest: Manifest) -> list[Fault]:
    """The best-scored parts with the wrong side."""
    return _worst(
        Fault(
            weight=pair.reported.score,
            photo=source.judged[pair.photo].photo,
            text=f"{pair.reported.label.name} {pair.reported.score:.2f}, drawn as {pair.drawn_as}",
            wrong=(pair.reported.box,),
        )
        for source in observed
        for pair in pairs(source, sides(manifest))
        if pair.swapped
    )


def picture(fault: Fault) -> Picture:
    """What is wrong in red, what people drew in green. Raises ``FileNotFoundError`` without the photo."""
    pixels = loaded(fault.photo).pixels[..., ::-1]
    ratio = LONGEST / max(pixels.shape[:2])
    small = np.ascontiguousarray(cv2.resize(pixels, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA))
    for boxes, colour in ((fault.drawn, _DRAWN), (fault.wrong, _WRONG)):
        for x1, y1, x2, y2 in (np.array(box) * ratio for box in boxes):
            cv2.rectangle(small, (int(x1), int(y1)), (int(x2), int(y2)), colour, 2, cv2.LINE_AA)
    coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
    name = f"{fault.photo.path.parent.parent.name}/{fault.photo.path.name}"
    return Picture(text=fault.text, data=name, jpeg=base64.b64encode(coded.tobytes()).decode())


def _alarm(item: Judged) -> Iterator[Fault]:
    seen = next((one for one in item.detections if one.label.group is not LabelGroup.PART), None)
    if seen is not None:
        text = f"{seen.label.name} {seen.score:.2f}{'' if seen.passes else ', below its threshold'}"
        yield Fault(weight=seen.score, photo=item.photo, text=text, wrong=(seen.box,))


def _missed(item: Judged, damages: frozenset[str]) -> Iterator[Fault]:
    drawn = [one for one in item.photo.annotations if one.label in damages]
    reported = [seen.box for seen in item.detections if seen.passes and seen.label.group is not LabelGroup.PART]
    corners = [np.array(boxes, dtype=np.float64).reshape(-1, 4) for boxes in ([one.box for one in drawn], reported)]
    untouched = np.all(overlaps(corners[0], corners[1]) < MISSED, axis=1)
    missed = [drawn[place] for place in np.flatnonzero(untouched).tolist()]
    if missed:
        worst = max(missed, key=lambda one: _share(one.box, item.photo))
        share = _share(worst.box, item.photo)
        text = f"{worst.label}, {share:.0%} of the photo"
        yield Fault(weight=share, photo=item.photo, text=text, wrong=tuple(reported), drawn=(worst.box,))


def _share(box: Box, photo: AnnotatedPhoto) -> float:
    return (box[2] - box[0]) * (box[3] - box[1]) / (photo.width * photo.height)


def _worst(faults: Iterable[Fault]) -> list[Fault]:
    """At most ``SHOWN``, and of near-copies the worst alone."""
    ordered = sorted(faults, key=lambda fault: (-fault.weight, str(fault.photo.path)))
    first = {_copies(fault.photo): fault for fault in reversed(ordered)}
    return [fault for fault in ordered if first[_copies(fault.photo)] is fault][:SHOWN]


def _copies(photo: AnnotatedPhoto) -> tuple[str, str]:
    """Set and group, the same whether the set or this project drew on the photo."""
    folder = photo.path.parent.parent.name
    return folder, photo.group.removeprefix(f"{folder}:")


def pictures(observed: Sequence[Observed], manifest: Manifest) -> Mapping[str, Sequence[Picture]]:
    """Heading → the worst errors of its kind."""
    found = {
        "False alarms on cars without damage, by score": false_alarms(observed),
        "Missed damages, by their share of the photo": missed_damages(observed),
        "Left for right, by score": swapped_sides(observed, manifest),
    }
    return {heading: [picture(fault) for fault in faults] for heading, faults in found.items()}
