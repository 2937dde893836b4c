"""Running a detector over the annotated sets, and matching what it reports to what people drew.

Which set may judge which labels follows from what each set annotates: a set that does not label a thing cannot say
that the thing is absent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from data.datasets import AnnotatedPhoto, read_photos
from inference.detector import Detector
from inference.preprocess import Pixels
from model.detections import Detections
from training.average_precision import Matches, match


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What one split of one set can judge.

    ``labels``: the set's label → the detector's; others are not judged. ``apart``: see ``read_photos``.
    """

    folder: str
    split: str
    labels: Mapping[str, str]
    apart: frozenset[str] = frozenset()

    @property
    def data(self) -> str:
        """How a report names it."""
        return f"{self.folder} {self.split}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One photo with what was reported on it."""

    photo: AnnotatedPhoto
    detections: Detections

    def match(self, label: str, drawn_as: frozenset[str]) -> Matches:
        """The detector's ``label`` against the boxes that the set draws under any name of ``drawn_as``."""
        drawn = [item.box for item in self.photo.annotations if item.label in drawn_as]
        found = self.detections
        names = [item.name for item in found.labels]
        mine = found.label_ids == names.index(label)
        corners = np.array(drawn, dtype=np.float64).reshape(-1, 4)
        return match(found.boxes[mine].astype(np.float64), found.scores[mine].astype(np.float64), corners)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    pixels: Pixels = field(repr=False)
    scale: float = 1.0

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])


def photos_of(root: Path, scope: Scope) -> list[AnnotatedPhoto]:
    """The photos of a scope, all of them."""
    return read_photos(root / scope.folder, split=scope.split, apart=scope.apart)


def judge(detector: Detector, photos: Sequence[AnnotatedPhoto]) -> list[Judged]:
    """Run the detector over annotated photos."""
    found = detector.detect_many(_load(photo) for photo in photos)
    return [Judged(photo=photo, detections=seen) for photo, seen in zip(photos, found, strict=True)]


def matches_by_label(judged: Sequence[Judged], scope: Scope) -> Iterator[tuple[str, Matches]]:
    """Each label that the scope judges, with its matches over all photos."""
    for label in sorted(set(scope.labels.values())):
        drawn_as = frozenset(theirs for theirs, ours in scope.labels.items() if ours == label)
        yield label, Matches.pooled(item.match(label, drawn_as) for item in judged)


def _load(photo: AnnotatedPhoto) -> _Loaded:
    """Data sets are stored upright, so nothing but decoding is needed."""
    pixels = cv2.imread(str(photo.path), cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise FileNotFoundError(photo.path)
    return _Loaded(pixels=np.asarray(pixels, dtype=np.uint8))
