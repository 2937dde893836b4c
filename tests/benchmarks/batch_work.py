"""What a benchmark has the engines work off: all cases of an archive, with the shipped rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from batch_cases import Archive

from claims.observation_bytes import looked_with
from claims.observe import Eyes
from claims.rescore.case import Chunk
from claims.rescore.lazy_detector import LazyDetector
from claims.rescore.manifest import chunks, read_rows
from claims.rescore.photo_files import LocalAndS3
from claims.rescore.work import Work
from claims.rulebook import Rulebook
from inference.detector import Detector, PhotoDetector
from inference.images import IntakeLimits
from model.manifest import Manifest
from model.registry import DEFAULT_MODEL, load_weights, shipped_weights

DAY: Final = date(2026, 11, 23)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """The shipped detector on OpenVINO, in 8 bits or in float32 (a ``DetectorChoice``)."""

    quantised: bool = True
    threads: int | None = None

    @property
    def manifest(self) -> Manifest:
        """As ``Detector.load`` would cite it."""
        return load_weights(shipped_weights() / DEFAULT_MODEL, quantised=self.quantised).manifest

    def open(self) -> PhotoDetector:
        """The network."""
        return Detector.load(shipped_weights() / DEFAULT_MODEL, threads=self.threads, quantised=self.quantised)


def work_for(out: Path, cache: Path, *, quantised: bool = True, threads: int | None = None) -> Work:
    """Nothing is kept of earlier runs unless ``cache`` holds it. ``threads``: cores of one worker's network."""
    rulebook, detector = Rulebook.load(), Shipped(quantised=quantised, threads=threads)
    eyes = Eyes(detector=LazyDetector(detector), limits=IntakeLimits(), rulebook=rulebook)
    return Work(
        out=out,
        cache=cache,
        files=LocalAndS3("/"),
        detector=detector,
        sources=rulebook.sources,
        looked_with=looked_with(eyes),
    )


def chunks_of(archive: Archive) -> Iterator[Chunk]:
    """Every case of the archive, through a manifest."""
    manifest = archive.manifest(len(archive.photos) // archive.each)
    return chunks(read_rows(str(manifest), on=DAY, region="CN"))
