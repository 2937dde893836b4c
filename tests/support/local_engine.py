"""Chunks of drawn cases worked off by real processes, and the faults that may meet them there."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from claims.rescore.photo_files import PhotoFiles
from inference.detector import PhotoDetector
from model.errors import ModelError
from model.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Slow:
    """Photos that take a while, and tell under ``begun`` which process reads them."""

    files: PhotoFiles
    begun: Path
    seconds: float

    def stamp(self, uri: str) -> str:
        return self.files.stamp(uri)

    def read(self, uri: str) -> bytes:
        (self.begun / str(os.getpid())).touch()
        time.sleep(self.seconds)
        return self.files.read(uri)


@dataclass(frozen=True, slots=True)
class Broken:
    """A detector that fails at its first photo."""

    manifest: Manifest

    def open(self) -> PhotoDetector:
        raise ModelError("run_failed", "out of order", device="CPU")


def alive(process: int) -> bool:
    """Whether it runs: one that is dead and not yet buried does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether ``holds()`` becomes true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return False
