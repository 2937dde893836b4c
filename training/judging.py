"""Running a detector over the annotated sets, and matching what it reports to what people drew.

Which set may judge which labels follows from what each set annotates: a set that does not label a thing cannot say
that the thing is absent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from data.datasets import AnnotatedPhoto, read_photos
from inference.detector import PhotoDetector
from inference.postprocess import suppress
from inference.preprocess import Pixels
from model.detections import Detections
from model.vocabulary import LabelGroup
from training.average_precision import Floats, Ints

ANY = "damage of any kind"
"""Judged like a label: every damage and damaged part that the detector reports, whatever it calls them."""
IGNORED = "ignored"
"""Annotations of this name, or of it and a label, excuse what is reported there."""

_SAME = 0.5
"""IoU from which two reports under different labels are one ``ANY``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What one split of one set can judge.

    ``labels``: the set's label → the detector's; others are not judged. ``damages``: the set's labels that show damage,
    where it draws all damage. ``apart``: see ``read_photos``. ``name``: how a report calls it, if not by its split.
    """

    folder: str
    split: str
    labels: Mapping[str, str]
    damages: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    name: str = ""

    @property
    def data(self) -> str:
        """How a report names it."""
        return self.name or f"{self.folder} {self.split}"

    @property
    def judged(self) -> tuple[str, ...]:
        """The detector's labels that it judges, sorted, and ``ANY`` where it can."""
        return (*sorted(set(self.labels.values())), *((ANY,) if self.damages else ()))

    def drawn_as(self, label: str) -> frozenset[str]:
        """The set's names of one of ``judged``."""
        if label == ANY:
            return self.damages
        return frozenset(theirs for theirs, ours in self.labels.items() if ours == label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One photo with what was reported on it."""

    photo: AnnotatedPhoto
    detections: Detections

    def reported(self, label: str) -> tuple[Floats, Floats]:
        """Boxes (n, 4) and scores (n,) of a label or of ``ANY``, best first."""
        found = self.detections
        if label == ANY:
            mine = _damages(found)
        else:
            mine = np.flatnonzero(found.label_ids == [item.name for item in found.labels].index(label))
        return found.boxes[mine].astype(np.float64), found.scores[mine].astype(np.float64)

    def drawn(self, names: frozenset[str]) -> Floats:
        """The boxes drawn under any of these names, (m, 4)."""
        boxes = [item.box for item in self.photo.annotations if item.label in names]
        return np.array(boxes, dtype=np.float64).reshape(-1, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A photo in memory, as the detector wants it. ``scale``: photo pixels per pixel of ``pixels``."""

    pixels: Pixels = field(repr=False)
    scale: float = 1.0

    @property
    def width(self) -> int:
        """Of the photo, in px."""
        return round(int(self.pixels.shape[1]) * self.scale)

    @property
    def height(self) -> int:
        """Of the photo, in px."""
        return round(int(self.pixels.shape[0]) * self.scale)


def photos_of(root: Path, scope: Scope) -> list[AnnotatedPhoto]:
    """The photos of a scope, all of them."""
    return read_photos(root / scope.folder, split=scope.split, apart=scope.apart)


def judge(detector: PhotoDetector, photos: Sequence[AnnotatedPhoto]) -> list[Judged]:
    """Run the detector over annotated photos."""
    found = detector.detect_many(loaded(photo) for photo in photos)
    return [Judged(photo=photo, detections=seen) for photo, seen in zip(photos, found, strict=True)]


def loaded(photo: AnnotatedPhoto) -> Frame:
    """The photo in memory. Raises as ``loaded_from`` does."""
    return loaded_from(photo.path)


def loaded_from(path: Path) -> Frame:
    """Data sets are stored upright, so nothing but decoding is needed. Raises ``FileNotFoundError``, also for a file
    that is no picture."""
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise FileNotFoundError(path)
    return Frame(pixels=np.asarray(pixels, dtype=np.uint8))


def _damages(found: Detections) -> Ints:
    """Indices of the reported damages, best first, without those that a better one overlaps."""
    groups = np.array([label.group is not LabelGroup.PART for label in found.labels])
    mine = np.flatnonzero(groups[found.label_ids])
    one = np.zeros(len(mine), dtype=np.int64)
    kept: Ints = mine[suppress(found.boxes[mine], found.scores[mine], one, iou=_SAME)]
    return kept
