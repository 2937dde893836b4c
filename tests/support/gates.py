"""A detector that waits until it is let go on: work that takes as long as a test wants."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from threading import Event

from inference.preprocess import PhotoLike
from inference.testing import ScriptedDetector
from model.detections import Detections
from model.manifest import Manifest


@dataclass(frozen=True)
class Gate:
    """Says what ``behind`` says, once ``open`` is set; ``asked``: somebody has come to it since it was closed."""

    behind: ScriptedDetector
    open: Event = field(default_factory=Event)
    asked: Event = field(default_factory=Event)

    def close(self) -> None:
        self.open.clear()
        self.asked.clear()

    @property
    def manifest(self) -> Manifest:
        return self.behind.manifest

    def detect(self, photo: PhotoLike) -> Detections:
        self.asked.set()
        assert self.open.wait(60)
        return self.behind.detect(photo)

    def detect_many(self, photos: Iterable[PhotoLike]) -> Iterator[Detections]:
        return map(self.detect, photos)
