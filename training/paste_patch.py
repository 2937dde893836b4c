"""A damage cut out of its photo, and shown larger, smaller or mirrored."""

from dataclasses import dataclass

import cv2
import numpy as np

from training.augment import Pixels
from training.prepared import Drawn

KEPT, ENLARGED = 128, 2.0
"""A patch is kept with its damage at most ``KEPT`` pixels long, and shown at most ``ENLARGED`` times that size."""
MARGIN = 0.12
"""What is cut around a damage, as a share of its longer side: the blend needs to know what it lay in."""
LEAST_MASK = 24
"""Pixels of damage below which there is nothing to see; an outline also is at least a pixel wide on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A damage with a margin around it: pixels (h, w, 3), and a mask (h, w) that is 255 inside its outline."""

    pixels: Pixels
    mask: Pixels


def cut(pixels: Pixels, drawn: Drawn) -> Patch | None:
    """A damage out of its photo, made small; None for an outline without area."""
    rows, columns = pixels.shape[:2]
    x1, y1, x2, y2 = (int(value) for value in (*np.floor(drawn.box[:2]), *np.ceil(drawn.box[2:])))
    longest = max(x2 - x1, y2 - y1)
    if cv2.contourArea(np.array(drawn.outline, dtype=np.float32)) < max(LEAST_MASK, longest):
        return None
    margin = 3 + round(MARGIN * longest)
    left, top = max(0, x1 - margin), max(0, y1 - margin)
    right, bottom = min(columns, x2 + margin), min(rows, y2 + margin)
    if right - left <= 2 or bottom - top <= 2:
        return None
    mask = np.zeros((bottom - top, right - left), dtype=np.uint8)
    cv2.fillPoly(mask, [np.round(np.array(drawn.outline) - (left, top)).astype(np.int32)], 255)
    return _resized(Patch(pixels=pixels[top:bottom, left:right].copy(), mask=mask), min(1.0, KEPT / longest))


def sized(patch: Patch, low: float, high: float, random: np.random.Generator) -> Patch | None:
    """With its damage between ``low`` and ``high`` pixels long, mirrored half the time; None where it is too small."""
    longest = max(cv2.boundingRect(patch.mask)[2:])
    wanted = random.uniform(low, max(low, min(high, ENLARGED * longest)))
    made = None if wanted > ENLARGED * longest else _resized(patch, wanted / longest)
    if made is None or random.random() < 0.5:
        return made
    return Patch(pixels=np.ascontiguousarray(made.pixels[:, ::-1]), mask=np.ascontiguousarray(made.mask[:, ::-1]))


def _resized(patch: Patch, ratio: float) -> Patch | None:
    rows, columns = (max(3, round(side * ratio)) for side in patch.mask.shape)
    way = cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR
    pixels, mask = (cv2.resize(item, (columns, rows), interpolation=way) for item in (patch.pixels, patch.mask))
    inside = np.where(mask > 127, 255, 0).astype(np.uint8)
    inside[[0, -1]] = 0  # a blend needs to know what lies beyond
    inside[:, [0, -1]] = 0
    made = Patch(pixels=np.asarray(pixels, dtype=np.uint8), mask=inside)
    return made if cv2.countNonZero(inside) >= LEAST_MASK else None
