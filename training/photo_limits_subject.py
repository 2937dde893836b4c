"""What the best part score keeps of car-free crops and of close-ups of damage, and which crops get a line."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import cv2
import numpy as np

from claims.assess import assess
from claims.facts import CaseFacts
from claims.observe import Eyes, PhotoSource
from claims.rulebook import Rulebook
from inference.detector import Detector
from inference.images import IntakeLimits
from inference.preprocess import Pixels
from inference.quality import best_part_score
from model.detections import Detections
from model.registry import shipped_weights
from model.vocabulary import LabelGroup
from parts_pricing.estimate import EstimateLine
from training.judging import Frame
from training.photo_limits_samples import car_free_crops, own_close_ups, photos

ON = date(2026, 11, 23)
"""The day on which crops are priced; a day without a price table changes amounts, not whether there is a line."""
SCENES = ("undamaged", "car_parts")
CLOSE = ("damage_types", "damage_outlines", "damaged_parts")
OTHER_FINDER = "joint-v0"
"""Leaves other crops free than the detector that is measured, which avoids what it is mistaken about itself."""
LIMITS = (0.05, 0.1, 0.15, 0.3, 0.6, 0.8, 0.86, 0.9)

Samples = Mapping[str, Sequence[Detections]]


def found(detections: Detections) -> set[str]:
    """Names of the damage labels that pass."""
    return {item.label.name for item in detections if item.passes and item.label.group is not LabelGroup.PART}


def estimate_lines(pixels: Pixels, eyes: Eyes) -> tuple[EstimateLine, ...]:
    """What a case of this photo (h, w, 3) alone gets, through the whole pipeline."""
    content = cv2.imencode(".png", pixels[..., ::-1])[1].tobytes()
    return assess([PhotoSource(name="crop.png", content=content)], CaseFacts(), eyes, on=ON).estimate.lines


def subject(detector: Detector, rulebook: Rulebook, datasets: Path) -> None:
    """Print what share of car-free crops and of close-ups reaches each part score, and the crops with a line."""
    eyes = Eyes(detector=detector, limits=IntakeLimits(), rulebook=rulebook)
    empty: dict[str, Sequence[Detections]] = {}
    for finder in (detector, Detector.load(shipped_weights() / OTHER_FINDER)):
        crops = list(car_free_crops(finder, _scenes(datasets)))
        name = f"clear of {finder.manifest.name}"
        empty[name] = [detector.detect(Frame(pixels=crop)) for crop in crops]
        lined = sum(bool(estimate_lines(crop, eyes)) for crop in crops)
        print(f"{len(crops)} car-free crops {name}: {lined} get a line of an estimate")  # noqa: T201
    _print_shares("accepted", empty)
    _print_shares("accepted, with a damage", empty, damaged=True)
    for split in ("train", "val"):
        _print_shares(f"close-ups kept, {split}", _close_ups(detector, datasets, split))


def _scenes(datasets: Path) -> Iterator[Pixels]:
    for name in SCENES:
        yield from photos(datasets / name)


def _close_ups(detector: Detector, datasets: Path, split: str) -> Samples:
    """Detections on close-ups where the detector finds damage."""
    pictures = {name: photos(datasets / name, 250, split=split) for name in CLOSE}
    pictures["own close-ups"] = own_close_ups(datasets, split=split)
    seen = {name: [detector.detect(Frame(pixels=item)) for item in items] for name, items in pictures.items()}
    damaged = {name: [item for item in items if found(item)] for name, items in seen.items()}
    return {f"{name} ({len(items)} of {len(seen[name])})": items for name, items in damaged.items()}


def _print_shares(title: str, samples: Samples, *, damaged: bool = False) -> None:
    print(f"{title}: " + ", ".join(samples))  # noqa: T201
    for limit in LIMITS:
        shares = [
            np.mean([best_part_score(item) >= limit and (not damaged or bool(found(item))) for item in items])
            for items in samples.values()
        ]
        print(f"{limit:>6.2f}" + "".join(f"{share:>8.3f}" for share in shares))  # noqa: T201
