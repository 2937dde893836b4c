"""What each piece of the pipeline costs beside the network, in milliseconds of processor time. Prints JSON.

    python tests/benchmarks/pieces.py FOLDER [--photos 200] [--rounds 3]

``FOLDER`` holds JPEG files; every four of them, by name, are taken for one case. ``photo`` is per photo, ``case`` per
case of four. Each figure is that of the fastest round, all photos together; ``network`` is detection with letterbox
and suppression, so what remains of ``observe`` is reading, judging and hashing. The usual car, shop and day of China.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from api.engine import open_engine
from api.settings import Settings
from claims.assess import find, views
from claims.facts import CaseFacts
from claims.observe import Eyes, Observation, PhotoSource, observe
from inference.fingerprint import turned_hashes
from inference.images import Photo, read_photo
from inference.preprocess import letterbox
from inference.quality import judge
from inference.same_picture import grey_copy
from inference.scene import Scene
from model.detections import Detections
from model.findings import Damage
from parts_pricing.estimate import estimate

_CASE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Photos and what was seen on them, read once and not measured."""

    eyes: Eyes
    sources: Sequence[PhotoSource]
    photos: Sequence[Photo]
    observations: Sequence[Observation]

    def read(self) -> list[Photo]:
        """Intake of every file."""
        eyes, side = self.eyes, self.eyes.detector.manifest.input.size
        return [read_photo(one.content, name=one.name, limits=eyes.limits, min_side=side) for one in self.sources]

    def scenes(self) -> list[Scene]:
        """The parts in view of every photo."""
        rules = self.eyes.rulebook.consolidate
        pairs = zip(self.observations, self.photos, strict=True)
        return [Scene.read(_of(o), width=p.width, height=p.height, rules=rules) for o, p in pairs]

    @property
    def cases(self) -> list[tuple[Observation, ...]]:
        """The observations of each case, in their places."""
        starts = range(0, len(self.observations), _CASE)
        cases = [self.observations[start : start + _CASE] for start in starts]
        return [tuple(replace(one, index=place) for place, one in enumerate(case)) for case in cases]


def main() -> None:
    """Measure and print."""
    options = _options()
    seen = _seen(sorted(options.folder.glob("*.jpg"))[: options.photos])
    figures = {
        "photos": len(seen.photos),
        "photo": _told(_of_photos(seen), len(seen.photos), options.rounds),
        "case": _told(_of_cases(seen), len(seen.cases), options.rounds),
    }
    print(json.dumps(figures, indent=1))  # noqa: T201


def _of_photos(seen: Seen) -> dict[str, Callable[[], object]]:
    eyes, scenes = seen.eyes, seen.scenes()
    pixels, rules = [photo.pixels for photo in seen.photos], eyes.rulebook.quality
    looked = list(zip(pixels, map(_of, seen.observations), scenes, strict=True))
    return {
        "observe": lambda: observe(seen.sources, eyes),
        "network": lambda: list(eyes.detector.detect_many(seen.photos)),
        "letterbox": lambda: [letterbox(photo, eyes.detector.manifest.input) for photo in seen.photos],
        "read": seen.read,
        "scene": seen.scenes,
        "turned_hashes": lambda: list(map(turned_hashes, pixels)),
        "grey_copy": lambda: list(map(grey_copy, pixels)),
        "judge": lambda: [judge(one, found, scene, rules) for one, found, scene in looked],
    }


def _of_cases(seen: Seen) -> dict[str, Callable[[], object]]:
    rules, cases = seen.eyes.rulebook.consolidate, seen.cases
    found = [find(case, rules).damages for case in cases]
    return {
        "find": lambda: [find(case, rules) for case in cases],
        "views": lambda: [views(case, damages) for case, damages in zip(cases, found, strict=True)],
        "estimate": lambda: [_priced(seen.eyes, damages) for damages in found],
    }


def _priced(eyes: Eyes, damages: Sequence[Damage]) -> object:
    book, facts = eyes.rulebook, CaseFacts()
    return estimate(
        [damage for damage in damages if not damage.doubtful],
        vehicle=book.vehicle(facts),
        catalogue=book.catalogue,
        rates=book.rates,
        rules=book.repair,
        profile=book.profile(facts),
        on=date(2026, 11, 22),
    )


def _told(pieces: dict[str, Callable[[], object]], count: int, rounds: int) -> dict[str, float]:
    return {name: round(min(_seconds(work) for _ in range(rounds)) / count * 1000, 2) for name, work in pieces.items()}


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _seen(files: Sequence[Path]) -> Seen:
    eyes = open_engine(Settings.read())
    side = eyes.detector.manifest.input.size
    sources = [PhotoSource(name=file.name, content=file.read_bytes()) for file in files]
    photos = [read_photo(one.content, name=one.name, limits=eyes.limits, min_side=side) for one in sources]
    return Seen(eyes=eyes, sources=sources, photos=photos, observations=observe(sources, eyes))


def _of(seen: Observation) -> Detections:
    if seen.detections is None:
        raise SystemExit(f"{seen.name} cannot be read")
    return seen.detections


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
