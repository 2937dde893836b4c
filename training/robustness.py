"""How much of its average precision a detector keeps when the photo is worse than those it learned from."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence

import cv2
import numpy as np

from data.datasets import AnnotatedPhoto
from inference.detector import PhotoDetector
from inference.preprocess import Pixels
from model.manifest import Manifest
from training.bootstrap import Estimate, resamples
from training.evaluation import Figure
from training.evaluation_figures import figure, group_precisions, ratio
from training.evaluation_photos import MarkedSet
from training.evaluation_sets import Observed
from training.judging import Frame, Judged, loaded
from training.photo_limits import blurred, lit, shrunk

Change = Callable[[Pixels], Frame]
PHOTOS = 60
"""Photos of each set, drawn once for all."""
ENOUGH = 30
"""Boxes that a group needs: a share of the average precision of a handful says nothing."""
LEAST = 0.1
"""AP50 that a group needs on the photos as they are: a share of next to nothing is noise."""


def jpeg(quality: int) -> Callable[[Pixels], Pixels]:
    """Through a JPEG file and back."""

    def apply(pixels: Pixels) -> Pixels:
        coded = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR_RGB), dtype=np.uint8)

    return apply


def noisy(sigma: float) -> Callable[[Pixels], Pixels]:
    """With normal noise of ``sigma`` grey levels in every channel."""

    def apply(pixels: Pixels) -> Pixels:
        noise = np.random.default_rng(0).normal(0, sigma, pixels.shape)
        return np.clip(pixels + noise, 0, 255).astype(np.uint8)

    return apply


CHANGES: Mapping[str, Change] = {
    "blur σ 2 px": lambda pixels: Frame(pixels=blurred(2)(pixels)),
    "light × 0.1": lambda pixels: Frame(pixels=lit(0.1)(pixels)),
    "JPEG 30": lambda pixels: Frame(pixels=jpeg(30)(pixels)),
    "half size": lambda pixels: Frame(pixels=shrunk(0.5)(pixels), scale=2.0),
    "noise σ 15": lambda pixels: Frame(pixels=noisy(15)(pixels)),
}


def robustness_figures(detector: PhotoDetector, observed: Sequence[Observed], draws: int) -> Iterator[Figure]:
    """For every set that draws boxes, change and group: AP50 after the change over AP50 before it, same photos."""
    for item in observed:
        if item.source.scope.judged:
            plain = _some(item)
            for name, change in CHANGES.items():
                yield from _kept(name, plain, _changed(detector, plain, change), detector.manifest, draws)


def _some(observed: Observed) -> Observed:
    places = list(range(len(observed.judged)))
    random.Random(0).shuffle(places)  # noqa: S311 - a sample, no secret
    return Observed(source=observed.source, judged=tuple(observed.judged[place] for place in sorted(places[:PHOTOS])))


def _changed(detector: PhotoDetector, plain: Observed, change: Change) -> Observed:
    photos: list[AnnotatedPhoto] = [item.photo for item in plain.judged]
    found = detector.detect_many(change(loaded(photo).pixels) for photo in photos)
    judged = tuple(Judged(photo=photo, detections=seen) for photo, seen in zip(photos, found, strict=True))
    return Observed(source=plain.source, judged=judged)


def _kept(name: str, plain: Observed, changed: Observed, manifest: Manifest, draws: int) -> Iterator[Figure]:
    weights = resamples(plain.groups, draws, data=plain.data)
    before = group_precisions(MarkedSet.of(plain), manifest, weights)
    after = group_precisions(MarkedSet.of(changed), manifest, weights)
    for group, (values, boxes) in before.items():
        if values[0] >= LEAST and boxes >= ENOUGH:
            kept = ratio(after[group][0], values)
            yield figure(f"AP50 {group} kept, {name}", Estimate.of(kept), plain.data, boxes, "boxes")
