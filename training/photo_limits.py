"""Where do the limits of ``data/rules/quality.yaml`` come from? Two measurements.

``python -m training photo-limits DATASETS`` prints them as tables:

- *degrade*: photos with damaged parts found are blurred, darkened, brightened, faded and shrunk in steps; per step, how
  many of the findings remain and what the quality facts say. A warning stands where half of the findings are gone, a
  block where nearly all are.
- *subject*: car-free crops of car photos against close-ups of damage; what the best part score keeps of each.

Limits are chosen on training photos. What they keep of close-ups is told of validation photos too, which the detector
never learned from; test photos are not used.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from claims.rulebook import Rulebook
from inference.detector import Detector
from inference.preprocess import Pixels
from inference.quality import Quality, judge
from inference.scene import Scene
from model.detections import Detections
from training.judging import Frame
from training.photo_limits_samples import SEED, photos
from training.photo_limits_subject import found, subject

FACTS = ("sharpness", "brightness", "contrast", "clipped", "car_long_side", "car_share")


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


def faded(factor: float) -> Callable[[Pixels], Pixels]:
    """Every grey level ``factor`` times as far from the middle: fog, or a lid of milky plastic."""
    return lambda pixels: np.round(127.5 + factor * (pixels - 127.5)).astype(np.uint8)


def measure(detector: Detector, rulebook: Rulebook, datasets: Path) -> None:
    """Print both measurements."""
    degrade(detector, rulebook, datasets / "damaged_parts")
    subject(detector, rulebook, datasets)


STEPS: dict[str, Callable[[Pixels], Pixels]] = {
    "as it is": lambda pixels: pixels,
    **{f"blur {sigma}": blurred(sigma) for sigma in (1, 2, 3, 4, 5, 6, 8)},
    **{f"light x{factor}": lit(factor) for factor in (0.3, 0.1, 0.03, 0.01, 0.005, 0.003, 0.001, 0.0003, 0.0001)},
    **{f"light x{factor}": lit(factor) for factor in (3, 7, 10, 30, 100, 300)},
    **{f"contrast x{factor}": faded(factor) for factor in (0.3, 0.1, 0.07, 0.05, 0.03, 0.02)},
    **{f"size x{factor}": shrunk(factor) for factor in (0.5, 0.35, 0.25, 0.15, 0.1, 0.07)},
    **{f"far x{factor}": far(factor) for factor in (0.7, 0.5, 0.35, 0.3, 0.25, 0.15)},
}


def degrade(detector: Detector, rulebook: Rulebook, folder: Path, limit: int = 60) -> None:
    """Print, per step, the share of findings that remain and the median facts."""
    sharp = [(pixels, found(detector.detect(Frame(pixels=pixels)))) for pixels in photos(folder, limit)]
    sharp = [(pixels, names) for pixels, names in sharp if names]
    total = sum(len(names) for _, names in sharp)
    print(f"{len(sharp)} photos with {total} findings")  # noqa: T201
    print(f"{'step':<16}{'kept':>6}" + "".join(f"{name:>15}" for name in FACTS))  # noqa: T201
    for name, change in STEPS.items():
        kept, facts = 0, []
        for pixels, names in sharp:
            detections, quality = _seen(change(pixels), detector, rulebook)
            kept += len(names & found(detections))
            facts.append([getattr(quality, fact) for fact in FACTS])
        medians = "".join(f"{value:>15.3f}" for value in np.median(np.array(facts), axis=0))
        print(f"{name:<16}{kept / total:>6.2f}{medians}")  # noqa: T201


def _seen(pixels: Pixels, detector: Detector, rulebook: Rulebook) -> tuple[Detections, Quality]:
    frame = Frame(pixels=pixels)
    detections = detector.detect(frame)
    scene = Scene.read(detections, width=frame.width, height=frame.height, rules=rulebook.consolidate)
    return detections, judge(pixels, detections, scene, rulebook.quality)
