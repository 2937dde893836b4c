"""A detector that is opened when the first photo comes: most runs over kept observations never need the network."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain

from claims.rescore.work import DetectorChoice
from inference.detector import PhotoDetector
from inference.preprocess import PhotoLike
from model.detections import Detections
from model.manifest import Manifest


class LazyDetector:
    """Takes part wherever ``PhotoDetector`` is asked for."""

    def __init__(self, choice: DetectorChoice) -> None:
        self.manifest: Manifest = choice.manifest
        self._choice = choice

    @cached_property
    def _opened(self) -> PhotoDetector:
        return self._choice.open()

    def detect(self, photo: PhotoLike) -> Detections:
        """See ``PhotoDetector``."""
        return self._opened.detect(photo)

    def detect_many(self, photos: Iterable[PhotoLike]) -> Iterator[Detections]:
        """See ``PhotoDetector``."""
        first = next(coming := iter(photos), None)
        if first is not None:
            yield from self._opened.detect_many(chain((first,), coming))
