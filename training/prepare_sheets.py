"""Sample sheets: some photos of every scope with their boxes, to look at before hours are spent on training."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import cv2
import numpy as np

from model.vocabulary import LabelGroup
from training.photo_files import Pixels, content_of, decoded
from training.prepared import Drawn, PreparedPhoto, PreparedSet
from training.source_photos import Meanings

Colour = tuple[int, int, int]

PHOTOS = 12
LONGEST = 440
QUALITY = 78
COLOURS: Mapping[LabelGroup, Colour] = {
    LabelGroup.PART: (70, 190, 60),
    LabelGroup.DAMAGE: (40, 40, 235),
    LabelGroup.DAMAGED_PART: (0, 160, 255),
}
"""BGR."""
OTHER: Colour = (150, 150, 150)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One photo of a sheet: a JPEG in base64, and what is drawn on it in words."""

    path: str
    split: str
    jpeg: str
    labels: str


def sheets(prepared: PreparedSet, root: Path, meanings: Meanings) -> Mapping[str, Sequence[Sample]]:
    """Scope → twelve of its photos, the same ones every time."""
    found: dict[str, Sequence[Sample]] = {}
    for scope in prepared.scopes:
        mine = [photo for photo in prepared.photos if photo.scope == scope]
        chosen = Random(scope).sample(mine, min(PHOTOS, len(mine)))  # noqa: S311 - which photos to look at
        found[scope] = [_sample(photo, root, meanings) for photo in sorted(chosen, key=lambda photo: photo.path)]
    return {scope: samples for scope, samples in found.items() if samples}


def _sample(photo: PreparedPhoto, root: Path, meanings: Meanings) -> Sample:
    content = np.frombuffer(content_of(photo, root), dtype=np.uint8)
    pixels = np.ascontiguousarray(decoded(photo, content)[:, :, ::-1])
    ratio = LONGEST / max(pixels.shape[:2])
    small = np.asarray(cv2.resize(pixels, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    for box in photo.others:
        _rectangle(small, box, ratio, OTHER)
    for drawn in photo.drawn:
        _rectangle(small, drawn.box, ratio, COLOURS[meanings[drawn.label].group])
    for drawn in photo.drawn:
        _name(small, drawn, ratio, COLOURS[meanings[drawn.label].group])
    _, file = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    words = dict.fromkeys(drawn.label for drawn in photo.drawn)
    jpeg = base64.b64encode(file.tobytes()).decode("ascii")
    return Sample(path=photo.path, split=photo.split, jpeg=jpeg, labels=", ".join(words) or "no boxes")


def _rectangle(picture: Pixels, box: Sequence[float], ratio: float, colour: Colour) -> None:
    x1, y1, x2, y2 = (round(value * ratio) for value in box)
    cv2.rectangle(picture, (x1, y1), (x2, y2), colour, 1)


def _name(picture: Pixels, drawn: Drawn, ratio: float, colour: Colour) -> None:
    """Above its box where there is room, white on the box's colour, so that it covers no scratch."""
    font, size = cv2.FONT_HERSHEY_SIMPLEX, 0.36
    (width, height), _ = cv2.getTextSize(drawn.label, font, size, 1)
    x = max(0, min(round(drawn.box[0] * ratio), picture.shape[1] - width - 4))
    y = max(0, round(drawn.box[1] * ratio) - height - 6)
    cv2.rectangle(picture, (x, y), (x + width + 4, y + height + 6), colour, cv2.FILLED)
    cv2.putText(picture, drawn.label, (x + 2, y + height + 2), font, size, (255, 255, 255), 1, cv2.LINE_AA)
