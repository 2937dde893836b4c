"""Where do the limits of ``data/rules/quality.yaml`` come from? Two measurements on training photos.

``python -m training photo-limits DATASETS`` prints them as tables:

- *degrade*: photos with damaged parts found are blurred, darkened, brightened and shrunk in steps; per step, how many
  of the findings remain and what the quality facts say. A limit stands where half of the findings are gone.
- *subject*: car-free crops of car photos (no part within reach) against close-ups of damage; what the car score keeps
  of each. Test and validation photos are not used.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from claims.rulebook import Rulebook
from data.datasets import read_photos
from inference.consolidate import PhotoEvidence, consolidate
from inference.detector import Detector
from inference.geometry import hull
from inference.images import IntakeLimits
from inference.preprocess import Pixels
from inference.quality import judge
from inference.scene import Scene
from model.detections import Detections
from model.findings import Box
from model.vocabulary import LabelGroup
from training.judging import Frame, loaded

SEED = 0
LEAST = IntakeLimits().min_side
"""Crops are as large as a photo has to be to get past intake, px."""


def blurred(sigma: float) -> Callable[[Pixels], Pixels]:
    """Gaussian blur with ``sigma`` px."""
    return lambda pixels: np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), dtype=np.uint8)


def lit(factor: float) -> Callable[[Pixels], Pixels]:
    """Exposure times ``factor`` in linear light (gamma 2.2), clipped, with the noise of a dark sensor."""

    def apply(pixels: Pixels) -> Pixels:
        noise = np.random.default_rng(SEED).normal(0, 2.0, pixels.shape)
        linear = (pixels / 255.0) ** 2.2 * factor
        return np.clip(255 * np.clip(linear, 0, 1) ** (1 / 2.2) + noise, 0, 255).astype(np.uint8)

    return apply


def shrunk(factor: float) -> Callable[[Pixels], Pixels]:
    """A copy ``factor`` times the size."""
    return lambda pixels: np.asarray(
        cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), dtype=np.uint8
    )


def far(factor: float) -> Callable[[Pixels], Pixels]:
    """The same frame with the car ``factor`` times as large: the photo shrunk onto grey."""

    def apply(pixels: Pixels) -> Pixels:
        small = shrunk(factor)(pixels)
        rows, columns = pixels.shape[0] - small.shape[0], pixels.shape[1] - small.shape[1]
        edges = (rows // 2, rows - rows // 2, columns // 2, columns - columns // 2)
        return np.asarray(cv2.copyMakeBorder(small, *edges, cv2.BORDER_CONSTANT, value=(114, 114, 114)), dtype=np.uint8)

    return apply


def measure(detector: Detector, rulebook: Rulebook, datasets: Path) -> None:
    """Print both measurements."""
    degrade(detector, rulebook, datasets / "damaged_parts")
    subject(detector, rulebook, datasets)


STEPS: dict[str, Callable[[Pixels], Pixels]] = {
    "as it is": lambda pixels: pixels,
    **{f"blur {sigma}": blurred(sigma) for sigma in (1, 2, 3, 4, 6, 8)},
    **{f"light x{factor}": lit(factor) for factor in (0.3, 0.1, 0.03, 0.01, 0.003, 3, 10, 30)},
    **{f"size x{factor}": shrunk(factor) for factor in (0.5, 0.35, 0.25, 0.15)},
    **{f"far x{factor}": far(factor) for factor in (0.7, 0.5, 0.35, 0.25, 0.15)},
}


def photos(folder: Path, limit: int) -> Iterator[Pixels]:
    """Training photos of one set in a fixed random order."""
    images = read_photos(folder, split="train")
    random.Random(SEED).shuffle(images)  # noqa: S311 - a sample, no secret
    for image in images[:limit]:
        yield loaded(image).pixels


def found(detections: Detections) -> set[str]:
    """Names of the damage labels that pass."""
    return {item.label.name for item in detections if item.passes and item.label.group is not LabelGroup.PART}


def degrade(detector: Detector, rulebook: Rulebook, folder: Path, limit: int = 60) -> None:
    """Print, per step, the share of findings that remain and the median facts."""
    sharp = [(pixels, found(detector.detect(Frame(pixels=pixels)))) for pixels in photos(folder, limit)]
    sharp = [(pixels, names) for pixels, names in sharp if names]
    print(f"{len(sharp)} photos with {sum(len(names) for _, names in sharp)} findings")  # noqa: T201
    print(f"{'step':<14}{'kept':>6}{'sharpness':>11}{'brightness':>12}{'clipped':>9}{'car px':>8}{'share':>7}")  # noqa: T201
    for name, change in STEPS.items():
        kept, facts = 0, []
        for pixels, names in sharp:
            frame = Frame(pixels=change(pixels))
            detections = detector.detect(frame)
            kept += len(names & found(detections))
            scene = Scene.read(detections, width=frame.width, height=frame.height, rules=rulebook.consolidate)
            quality = judge(frame.pixels, detections, scene, rulebook.quality)
            facts.append(
                (quality.sharpness, quality.brightness, quality.clipped, quality.car_long_side, quality.car_share)
            )
        share = kept / sum(len(names) for _, names in sharp)
        sharpness, brightness, clipped, car, area = np.median(np.array(facts), axis=0)
        print(f"{name:<14}{share:>6.2f}{sharpness:>11.0f}{brightness:>12.0f}{clipped:>9.2f}{car:>8.0f}{area:>7.3f}")  # noqa: T201


def car_free(pixels: Pixels, detections: Detections) -> Pixels | None:
    """The largest of 200 random crops that stays clear of everything the detector sees, None without one."""
    boxes = [item.box for item in detections if item.score >= 0.08]
    if not boxes:
        return None
    car, rng = hull(boxes), random.Random(SEED)  # noqa: S311
    crops = [_random_box(pixels, rng) for _ in range(200)]
    clear = [crop for crop in crops if crop and _apart(crop, car)]
    if not clear:
        return None
    x1, y1, x2, y2 = max(clear, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
    return np.ascontiguousarray(pixels[int(y1) : int(y2), int(x1) : int(x2)])


def _random_box(pixels: Pixels, rng: random.Random) -> Box | None:
    width = rng.randint(LEAST, 320)
    height = max(LEAST, int(width * rng.choice([0.75, 1, 1.33])))
    if width >= pixels.shape[1] or height >= pixels.shape[0]:
        return None
    x, y = rng.randint(0, pixels.shape[1] - width), rng.randint(0, pixels.shape[0] - height)
    return (x, y, x + width, y + height)


def _apart(crop: Box, car: Box) -> bool:
    return crop[2] < car[0] - 8 or crop[0] > car[2] + 8 or crop[3] < car[1] - 8 or crop[1] > car[3] + 8


def subject(detector: Detector, rulebook: Rulebook, datasets: Path) -> None:
    """Print what share of car-free crops and of close-ups passes the car score, around the limit in force."""
    limits = rulebook.quality.subject
    crops = [
        crop
        for name in ("undamaged", "car_parts")
        for pixels in photos(datasets / name, 350)
        if (crop := car_free(pixels, detector.detect(Frame(pixels=pixels)))) is not None
    ]
    empty = [detector.detect(Frame(pixels=crop)) for crop in crops]
    close = {
        name: [detector.detect(Frame(pixels=pixels)) for pixels in photos(datasets / name, 250)]
        for name in ("damage_types", "damage_outlines", "damaged_parts")
    }
    print(f"{len(empty)} car-free crops; limits in force {limits.min_car_score} and {limits.sure_car_score}")  # noqa: T201
    lined = sum(_makes_a_line(crop, item, rulebook) for crop, item in zip(crops, empty, strict=True))
    print(f"crops with a damage that makes a line of an estimate: {lined}")  # noqa: T201
    for limit in (0.3, 0.4, limits.min_car_score, 0.5, 0.6, 0.8):
        wrong = np.mean([limits.car_score(item) >= limit for item in empty])
        line = np.mean([limits.car_score(item) >= limit and bool(found(item)) for item in empty])
        kept = {
            name: np.mean([limits.car_score(item) >= limit for item in items if found(item)])
            for name, items in close.items()
        }
        shares = ", ".join(f"{name} {share:.2f}" for name, share in kept.items())
        print(f"{limit:.2f}: car-free accepted {wrong:.3f}, with a damage {line:.3f}; kept of {shares}")  # noqa: T201


def _makes_a_line(pixels: Pixels, detections: Detections, rulebook: Rulebook) -> bool:
    height, width = pixels.shape[:2]
    scene = Scene.read(detections, width=width, height=height, rules=rulebook.consolidate)
    quality = judge(pixels, detections, scene, rulebook.quality)
    if not quality.ok:
        return False
    photo = PhotoEvidence(index=0, sha256="", width=width, height=height, detections=detections, named=quality.sure)
    return any(not damage.doubtful for damage in consolidate([photo], rulebook.consolidate).damages)
