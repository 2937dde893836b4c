"""Where on a clean car damage may go: on its parts, or near the middle where nobody drew them."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from data.taxonomy import Meaning
from model.findings import Box
from model.vocabulary import LabelGroup, Part
from training.augment import Boxes, Matrix, Pixels, Sample, moved
from training.paste_donors import BODY, BRITTLE
from training.prepared import PreparedPhoto
from training.teaching import labels_of_damaged_part

DOORS = frozenset({Part.FRONT_DOOR, Part.REAR_DOOR})
ON_PART, ON_CANVAS = (0.15, 0.7), (0.06, 0.25)
"""Longer side of a pasted damage: share of its part's shorter side, or of the canvas where no part is known."""
WINDOW = 0.45
"""The upper share of a door's box, which is mostly glass."""
MIDDLE = (0.33, 0.44, 0.67, 0.64)
"""Where the car is in a photo of a whole car: corners in shares of the photo."""
SEEN = 0.25
"""Share of what the canvas shows of a photo that is margin on each side: its middle is within."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a damage may go: inside ``region``, its longer side between ``low`` and ``high`` pixels. ``labels``: the
    damaged-part channels that it brings besides its own."""

    region: Box
    low: float
    high: float
    part: bool = True
    brittle: bool = False
    labels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the canvas shows: ``covered`` (size, size) is 255 on the photo, 0 on padding and on patches that teach
    nothing; ``middle``: where the middle of the photo lies."""

    covered: Pixels
    middle: Box

    @classmethod
    def of(cls, photo: PreparedPhoto, matrix: Matrix, size: int) -> "Shown":
        """Of a photo that ``matrix`` puts on the canvas."""
        whole = np.full((photo.height, photo.width), 255, dtype=np.uint8)
        for x1, y1, x2, y2 in photo.others:
            whole[int(y1) : int(np.ceil(y2)), int(x1) : int(np.ceil(x2))] = 0
        covered = np.asarray(cv2.warpAffine(whole, matrix, (size, size), flags=cv2.INTER_NEAREST), dtype=np.uint8)
        inner = np.array([MIDDLE], dtype=np.float32) * np.array([photo.width, photo.height] * 2, dtype=np.float32)
        x1, y1, x2, y2 = moved(inner, matrix)[0].tolist()
        return cls(covered=covered, middle=(x1, y1, x2, y2))


def channels(group: LabelGroup, meanings: Mapping[str, Meaning]) -> npt.NDArray[np.int64]:
    """The channels of a group."""
    return np.array([n for n, meaning in enumerate(meanings.values()) if meaning.group is group], np.int64)


def knows_parts(sample: Sample, meanings: Mapping[str, Meaning]) -> bool:
    """Does the sample teach any part?"""
    return bool(sample.taught[channels(LabelGroup.PART, meanings)].any())


def spots(sample: Sample, shown: Shown, meanings: Mapping[str, Meaning]) -> list[Spot]:
    """Where damage may go: on parts; where the photo teaches no parts, near its middle."""
    if not knows_parts(sample, meanings):
        return _middle(shown)
    names = list(meanings)
    found = []
    for box, channel in zip(sample.boxes.tolist(), sample.labels, strict=True):
        parts = {place.part for place in meanings[names[channel]].parts}
        if parts <= BODY or parts <= BRITTLE:
            damaged = dict.fromkeys(name for part in parts for name in labels_of_damaged_part(part, meanings))
            top = box[1] + WINDOW * (box[3] - box[1]) if parts <= DOORS else box[1]
            region = (box[0], top, box[2], box[3])
            low = ON_PART[0] * min(box[2] - box[0], box[3] - box[1])
            high = ON_PART[1] * min(box[2] - box[0], box[3] - top)
            labels = tuple(names.index(name) for name in damaged)
            found.append(Spot(region=region, low=low, high=high, brittle=parts <= BRITTLE, labels=labels))
    return found


def hindrances(sample: Sample, meanings: Mapping[str, Meaning]) -> Boxes:
    """Boxes of what lies in front of body parts or is none: wheels, mirrors, lights, glass."""
    names = list(meanings)
    return sample.boxes[[not {p.part for p in meanings[names[n]].parts} <= BODY for n in sample.labels]]


def _middle(shown: Shown) -> list[Spot]:
    """Near the middle of the photo and of what is seen of it."""
    x, y, width, height = cv2.boundingRect(shown.covered)
    seen = (x + SEEN * width, y + SEEN * height, x + (1 - SEEN) * width, y + (1 - SEEN) * height)
    region = (*np.maximum(shown.middle[:2], seen[:2]), *np.minimum(shown.middle[2:], seen[2:]))
    low, high = ON_CANVAS[0] * shown.covered.shape[0], ON_CANVAS[1] * max(width, height)
    return [Spot(region=region, low=low, high=high, part=False)]
