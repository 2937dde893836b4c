"""What a run is made of: the work, what opens the network for it, and what one chunk of it gave."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from claims.rescore.photo_files import PhotoFiles
from claims.rule_sources import Source
from inference.detector import BackendName, Detector, PhotoDetector
from inference.images import IntakeLimits
from model.manifest import Manifest
from model.registry import MANIFEST, load_weights

FORM: Final = "quickclaim/rescore/1"
"""Of the tables of a run. Counts up with any change to what a chunk gives that versions do not tell."""


class DetectorChoice(Protocol):
    """Which detector looks. Travels to other processes and machines; the network is opened where it is needed."""

    @property
    def manifest(self) -> Manifest:
        """The papers that the opened detector cites. Raises ``ModelError``."""

    def open(self) -> PhotoDetector:
        """The network, ready to look: a second. Raises ``ModelError``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedDetector:
    """A folder of weights and what runs them, as ``Detector.load`` takes them. ``threads``: cores of one process."""

    folder: Path
    backend: BackendName = "openvino"
    threads: int | None = None
    cache_dir: Path | None = None
    checkpoint: Path | None = None

    @property
    def manifest(self) -> Manifest:
        """As ``Detector.load`` would cite it."""
        if self.backend == "torch":
            return Manifest.read(self.folder / MANIFEST)
        return load_weights(self.folder, quantised=self.backend == "openvino").manifest

    def open(self) -> PhotoDetector:
        """The network."""
        return Detector.load(
            self.folder, self.backend, threads=self.threads, cache_dir=self.cache_dir, checkpoint=self.checkpoint
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier run that this one is compared with: its folder, and what its ``run.json`` says it rests on."""

    out: Path
    versions: dict[str, str]
    looked_with: str
    sources: tuple[Source, ...] = field(repr=False)
    priced_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Work:
    """What every chunk of a run is worked off with. Frozen, and it can be pickled.

    ``out`` and ``cache`` are folders that every worker reaches under the same name. ``sources``: tables, rules and
    policy, one of each ``RuleFile``. ``looked_with``: see ``claims.observation_bytes``; a worker whose detector or
    rules differ from it refuses to work. ``priced_on``: the day whose prices hold, None for each case's own.
    ``earlier``: a run to compare with; ``kept``: the rules of earlier estimates, by ``rules_key`` of their versions.
    """

    out: Path
    cache: Path
    files: PhotoFiles
    detector: DetectorChoice
    sources: tuple[Source, ...] = field(repr=False)
    looked_with: str
    limits: IntakeLimits = field(default_factory=IntakeLimits)
    priced_on: date | None = None
    earlier: Earlier | None = None
    kept: Mapping[str, tuple[Source, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def footing(self) -> str:
        """SHA-256 of all that a chunk's tables rest on, beside the chunk."""
        told = {
            "form": FORM,
            "looked_with": self.looked_with,
            "sources": _hashes(self.sources),
            "priced_on": _day(self.priced_on),
            "earlier": self.earlier and _told(self.earlier),
            "kept": {key: _hashes(sources) for key, sources in self.kept.items()},
        }
        return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def rules_key(versions: Mapping[str, str]) -> str:
    """What estimates of the same prices, rules and policy have in common, whatever detector looked."""
    return "\n".join(versions.get(name, "") for name in ("prices", "rules", "policy"))


def _told(earlier: Earlier) -> list[object]:
    return [earlier.looked_with, _hashes(earlier.sources), _day(earlier.priced_on)]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _hashes(sources: Iterable[Source]) -> dict[str, str]:
    return {source.file: source.sha256 for source in sources}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one chunk gave: rows of each table, distinct ``photos`` and how many of them the network ``looked`` at.

    ``skipped``: an earlier start had done it; the counts are those of its marker.
    """

    number: int
    cases: int
    lines: int
    detections: int
    quarantined: int
    photos: int
    looked: int
    seconds: float
    skipped: bool
