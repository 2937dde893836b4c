"""A placed damage becomes part of the picture: in its colours, without an edge, and visible."""

import cv2
import numpy as np

from training.augment import Pixels
from training.paste_patch import Patch
from training.paste_place import Placed

LEAST_CLONED = 5
"""Pixels on the shorter side of a mask from which on OpenCV can solve for its edge."""
HUE = 14.0
"""Distance in Lab's a and b (8 bit) over which a colour stops being that of the paint."""
VISIBLE = 6.0
"""Grey levels by which what is pasted must differ from what was there, unevenly: an even change is a shade of paint."""


def blend(pixels: Pixels, placed: Placed, random: np.random.Generator) -> bool:
    """Into ``pixels``, in place: solved for its edge (Pérez et al., Poisson Image Editing, 2003) or with a soft one.

    False where nobody would see it: then nothing is changed.
    """
    mask, (left, top) = placed.patch.mask, placed.corner
    under = pixels[top : top + mask.shape[0], left : left + mask.shape[1]]
    source = _matched(placed.patch, under)
    way = int(random.integers(3))
    x, y, width, height = cv2.boundingRect(mask)
    if way < 2 and min(width, height) >= LEAST_CLONED:
        flags = (cv2.NORMAL_CLONE, cv2.MIXED_CLONE)[way]
        middle = (x + width // 2, y + height // 2)
        made = cv2.seamlessClone(source, np.ascontiguousarray(under), mask, middle, flags)
    else:
        soft = cv2.GaussianBlur(mask, (0, 0), max(0.7, 0.03 * max(width, height)))
        share = soft.astype(np.float32)[..., None] / 255
        made = np.round(under + share * (source.astype(np.float32) - under))
    change = made.astype(np.float32).mean(axis=2) - under.mean(axis=2)
    if change[mask > 0].std() < VISIBLE:
        return False
    under[:] = made
    return True


def _matched(patch: Patch, under: Pixels) -> Pixels:
    """The patch in the colours of what it will lie on: its surroundings get their mean and nearly their spread.

    Only paint changes its hue: bare primer or plastic on a red car would turn green on a grey one.
    """
    ours, theirs = (cv2.cvtColor(item, cv2.COLOR_RGB2LAB).astype(np.float32) for item in (patch.pixels, under))
    around = ours[patch.mask == 0]
    mean, goal = around.mean(axis=0), theirs.mean(axis=(0, 1))
    gain = np.clip((theirs.std(axis=(0, 1)) + 1) / (around.std(axis=0) + 1), 0.7, 1.3)
    shifted = (ours - mean) * gain + goal
    paint = np.exp(-(((ours - mean)[..., 1:] ** 2).sum(axis=2, keepdims=True)) / HUE**2)
    shifted[..., 1:] = paint * shifted[..., 1:] + (1 - paint) * ours[..., 1:]
    return np.asarray(cv2.cvtColor(np.clip(shifted, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB), dtype=np.uint8)
