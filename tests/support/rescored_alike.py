"""A few historical cases with drawn photos, the real detector in one thread, and what a run left on disk."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import islice
from pathlib import Path

from drawn_cars import close_up, side_view

from claims.facts import CaseFacts
from claims.observation_bytes import looked_with
from claims.observe import Eyes
from claims.rescore.case import Chunk, HistoricalCase, Quarantined
from claims.rescore.lazy_detector import LazyDetector
from claims.rescore.photo_files import LocalAndS3, PhotoFiles
from claims.rescore.work import ShippedDetector, Work
from claims.rulebook import Rulebook
from inference.images import IntakeLimits
from model.notes import note
from model.registry import model_dir, shipped_weights

_DAY = date(2026, 11, 23)


@dataclass(frozen=True, slots=True)
class Deadly:
    """Photos of ``files`` whose readers die of the one called ``poison``: as often as there are names in ``deaths``,
    each death taking one away."""

    files: PhotoFiles
    poison: str
    deaths: Path

    def stamp(self, uri: str) -> str:
        """See ``PhotoFiles``."""
        return self.files.stamp(uri)

    def read(self, uri: str) -> bytes:
        """See ``PhotoFiles``."""
        if uri.endswith(self.poison):
            for death in islice(self.deaths.iterdir(), 1):
                death.unlink()
                os.kill(os.getpid(), signal.SIGKILL)
        return self.files.read(uri)


def deadly(folder: Path, poison: str, deaths: int) -> Deadly:
    """Readers of ``poison`` die so many times."""
    names = folder / "deaths"
    names.mkdir()
    for number in range(deaths):
        (names / str(number)).touch()
    return Deadly(LocalAndS3("/"), poison, names)


def drawn_chunks(folder: Path, count: int, cases: int = 1) -> list[Chunk]:
    """``count`` chunks of ``cases`` cases with two photos each, ``NNN-side.jpg`` and ``NNN-near.jpg``, and a row that
    nobody could read."""
    return [Chunk(number=number, rows=tuple(_rows(folder, number, cases))) for number in range(count)]


def _rows(folder: Path, chunk: int, cases: int) -> Iterator[HistoricalCase | Quarantined]:
    first = chunk * (cases + 1)
    for row in range(first, first + cases):
        photos = {"side": side_view(row), "near": close_up(row)}
        paths = [folder / f"{row:03d}-{name}.jpg" for name in photos]
        for path, drawn in zip(paths, photos.values(), strict=True):
            path.write_bytes(drawn.content)
        names = tuple(map(str, paths))
        yield HistoricalCase(row=row, id=f"case-{row}", photos=names, facts=CaseFacts(region="CN"), on=_DAY)
    yield Quarantined(row=first + cases, id=None, reason=note("rescore.no_id"))


def work_in(folder: Path, files: PhotoFiles | None = None) -> Work:
    """A run with the shipped rules and detector, and with a cache of its own."""
    rulebook, detector = Rulebook.load(), ShippedDetector(folder=model_dir(shipped_weights()), threads=1)
    eyes = Eyes(detector=LazyDetector(detector), limits=IntakeLimits(), rulebook=rulebook)
    return Work(
        out=folder / "out",
        cache=folder / "cache",
        files=files or LocalAndS3("/"),
        detector=detector,
        sources=rulebook.sources,
        looked_with=looked_with(eyes),
    )


def left(out: Path) -> dict[str, str]:
    """SHA-256 of every file under a folder, by its name there."""
    paths = sorted(path for path in out.rglob("*") if path.is_file())
    return {str(path.relative_to(out)): sha256(path.read_bytes()).hexdigest() for path in paths}
