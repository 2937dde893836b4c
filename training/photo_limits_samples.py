"""The photos on which limits are measured: photos of a split as they are, close-ups among them, and car-free crops."""

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from data.datasets import read_photos
from data.own_labels import own_labels
from inference.detector import PhotoDetector
from inference.geometry import hull
from inference.images import IntakeLimits
from inference.preprocess import Pixels
from model.detections import Detections
from model.findings import Box
from training.judging import Frame, loaded

SEED = 0
LEAST = IntakeLimits().min_side
"""Crops are as large as a photo has to be to get past intake, px."""


def photos(folder: Path, limit: int | None = None, *, split: str = "train") -> Iterator[Pixels]:
    """Photos of one set in a fixed random order, (h, w, 3)."""
    images = read_photos(folder, split=split)
    random.Random(SEED).shuffle(images)  # noqa: S311 - a sample, no secret
    for image in images[:limit]:
        yield loaded(image).pixels


def own_close_ups(datasets: Path, *, split: str) -> Iterator[Pixels]:
    """Photos that people of the project called close-ups and drew damage on."""
    drawn = {(item.folder, item.file) for item in own_labels().values() if item.view == "close_up" and item.damages}
    for folder in sorted({folder for folder, _ in drawn}):
        for image in read_photos(datasets / folder, split=split):
            if (folder, image.path.name) in drawn:
                yield loaded(image).pixels


def car_free_crops(finder: PhotoDetector, scenes: Iterable[Pixels]) -> Iterator[Pixels]:
    """One crop of each photo that has room for it beside everything that ``finder`` sees."""
    for pixels in scenes:
        crop = _car_free(pixels, finder.detect(Frame(pixels=pixels)))
        if crop is not None:
            yield crop


def _car_free(pixels: Pixels, detections: Detections) -> Pixels | None:
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
