"""What happens to a photo before it is learned from. Every function takes its randomness from a generator given to it.

A ``Sample`` is pixels with boxes; boxes are float32 (n, 4) corners in pixels, ``labels`` int (n,) channels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from training.recipe import Augment

Pixels = npt.NDArray[np.uint8]
Boxes = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]
PAD = 114
LEAST_VISIBLE = 0.35
"""A box that is cut to less than this share of itself is gone."""
LEAST_SIDE = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One picture as the network will see it, with everything that is taught on it."""

    pixels: Pixels
    boxes: Boxes
    labels: npt.NDArray[np.int64]
    taught: npt.NDArray[np.bool_]


def placed(
    sample: Sample,
    size: int,
    augment: Augment,
    random: np.random.Generator,
    *,
    centre: tuple[float, float] | None = None,
) -> tuple[Matrix, tuple[int, int]]:
    """A random similarity that puts the photo on a ``size`` canvas, about ``centre`` (default: near the middle)."""
    rows, columns = sample.pixels.shape[:2]
    low, high = np.log(augment.zoom)
    ratio = size / max(rows, columns) * float(np.exp(random.uniform(low, high)))
    turn = np.deg2rad(random.uniform(-augment.turn, augment.turn))
    cosine, sine = np.cos(turn) * ratio, np.sin(turn) * ratio
    middle = np.array([columns, rows]) / 2
    if centre is None:
        room = np.abs(np.array([columns, rows]) * ratio - size) / 2 + augment.shift * size
        goal = np.array([size, size]) / 2 + random.uniform(-room, room)
    else:
        goal = np.array(centre)
    linear = np.array([[cosine, -sine], [sine, cosine]])
    return np.hstack([linear, (goal - linear @ middle)[:, None]]), (size, size)


def warped(sample: Sample, matrix: Matrix, size: tuple[int, int]) -> Sample:
    """The sample under an affine map, on a grey canvas of (height, width)."""
    height, width = size
    drawn = cv2.warpAffine(
        sample.pixels,
        matrix,
        (width, height),
        flags=cv2.INTER_AREA if abs(np.linalg.det(matrix[:, :2])) < 0.2 else cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(PAD, PAD, PAD),
    )
    boxes = moved(sample.boxes, matrix)
    inside = np.clip(boxes, 0, np.array([width, height] * 2, dtype=np.float32))
    keep = (_area(inside) >= LEAST_VISIBLE * _area(boxes)) & (_sides(inside).min(axis=1, initial=np.inf) >= LEAST_SIDE)
    return replace(sample, pixels=np.asarray(drawn, dtype=np.uint8), boxes=inside[keep], labels=sample.labels[keep])


def moved(boxes: Boxes, matrix: Matrix) -> Boxes:
    """The boxes around the moved corners."""
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2) @ matrix[:, :2].T + matrix[:, 2]
    return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1).astype(np.float32)


def mosaic(samples: Sequence[Sample], size: int, augment: Augment, random: np.random.Generator) -> Sample:
    """Four samples that teach the same labels, one in each quarter of the canvas, cut at a random cross."""
    cross = random.uniform(0.3, 0.7, 2) * size
    canvas = np.full((size, size, 3), PAD, dtype=np.uint8)
    boxes, labels = [], []
    for sample, (right, below) in zip(samples, ((0, 0), (1, 0), (0, 1), (1, 1)), strict=True):
        x1, x2 = (int(cross[0]), size) if right else (0, int(cross[0]))
        y1, y2 = (int(cross[1]), size) if below else (0, int(cross[1]))
        centre = (float(x2 - x1) / 2, float(y2 - y1) / 2)
        matrix, _ = placed(sample, max(x2 - x1, y2 - y1), augment, random, centre=centre)
        tile = warped(sample, matrix, (y2 - y1, x2 - x1))
        canvas[y1:y2, x1:x2] = tile.pixels
        boxes.append(tile.boxes + np.array([x1, y1, x1, y1], dtype=np.float32))
        labels.append(tile.labels)
    return Sample(pixels=canvas, boxes=np.concatenate(boxes), labels=np.concatenate(labels), taught=samples[0].taught)


def mirrored(sample: Sample, swaps: npt.NDArray[np.int64]) -> Sample:
    """Left becomes right: in the picture and, through ``swaps`` (channel → its mirror), in the labels."""
    width = sample.pixels.shape[1]
    boxes = sample.boxes.copy()
    boxes[:, [0, 2]] = width - sample.boxes[:, [2, 0]]
    return Sample(
        pixels=np.ascontiguousarray(sample.pixels[:, ::-1]),
        boxes=boxes,
        labels=swaps[sample.labels],
        taught=sample.taught[swaps],
    )


def mirror_of(labels: Sequence[str]) -> npt.NDArray[np.int64]:
    """Channel → channel of the label with left and right swapped."""
    channel: Mapping[str, int] = {label: index for index, label in enumerate(labels)}
    return np.array([channel[_swapped(label)] for label in labels], dtype=np.int64)


def _swapped(label: str) -> str:
    words = {"left": "right", "right": "left"}
    return "_".join(words.get(word, word) for word in label.split("_"))


def coloured(pixels: Pixels, augment: Augment, random: np.random.Generator) -> Pixels:
    """Hue, saturation and brightness turned by random factors."""
    gains = random.uniform(-1, 1, 3) * [augment.hue, augment.saturation, augment.brightness] + 1
    steps = np.arange(256, dtype=np.float64)
    hue = ((steps * gains[0]) % 180).astype(np.uint8)
    saturation = np.clip(steps * gains[1], 0, 255).astype(np.uint8)
    value = np.clip(steps * gains[2], 0, 255).astype(np.uint8)
    h, s, v = cv2.split(cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV))
    turned = cv2.merge([cv2.LUT(h, hue), cv2.LUT(s, saturation), cv2.LUT(v, value)])
    return np.asarray(cv2.cvtColor(turned, cv2.COLOR_HSV2RGB), dtype=np.uint8)


def degraded(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """One of the things that phones, dusk and messengers do to a photo."""
    return (_blurred, _noisy, _compressed, _shrunk, _dark)[random.integers(5)](pixels, random)


def _blurred(pixels: Pixels, random: np.random.Generator) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), random.uniform(0.6, 2.2)), dtype=np.uint8)


def _noisy(pixels: Pixels, random: np.random.Generator) -> Pixels:
    grain = random.standard_normal(pixels.shape[:2], dtype=np.float32)[..., None] * random.uniform(4, 18)
    return np.clip(pixels + grain, 0, 255).astype(np.uint8)


def _compressed(pixels: Pixels, random: np.random.Generator) -> Pixels:
    _, file = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(20, 60))])
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), dtype=np.uint8)


def _shrunk(pixels: Pixels, random: np.random.Generator) -> Pixels:
    rows, columns = pixels.shape[:2]
    share = random.uniform(0.35, 0.7)
    small = cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (columns, rows), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def _dark(pixels: Pixels, random: np.random.Generator) -> Pixels:
    table = (255 * (np.arange(256) / 255) ** random.uniform(1.3, 2.2) * random.uniform(0.35, 0.8)).astype(np.uint8)
    return np.asarray(cv2.LUT(pixels, table), dtype=np.uint8)


def _sides(boxes: Boxes) -> Boxes:
    return boxes[:, 2:] - boxes[:, :2]


def _area(boxes: Boxes) -> npt.NDArray[np.float32]:
    area: npt.NDArray[np.float32] = np.clip(_sides(boxes), 0, None).prod(axis=1)
    return area
