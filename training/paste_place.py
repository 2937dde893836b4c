"""A damage finds its place on a spot: inside it, clear of others, where the picture is plainest."""

from dataclasses import dataclass

import cv2
import numpy as np

from model.findings import Box
from training.augment import LEAST_SIDE, Boxes, Pixels
from training.paste_damages import Damages
from training.paste_patch import Patch, sized
from training.paste_spots import Spot

ROUND = 1.15
"""A part fills the ellipse in its box, not the corners: those of a damage may leave the ellipse by this factor."""
TRIES, CHOICES = 12, 3
"""Places tried, and how many that fit are compared: a damage goes where the picture is plainest, on paint rather than
on a grille or a fence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A patch as it will be shown, its ``corner`` (x, y) on the canvas, and the ``box`` (1, 4) of its damage there."""

    label: int
    patch: Patch
    corner: tuple[int, int]
    box: Boxes


def place(
    spot: Spot, damages: Damages, pixels: Pixels, covered: Pixels, taken: Boxes, random: np.random.Generator
) -> Placed | None:
    """A random damage at a random place; None where it does not fit."""
    donors = damages.donors[spot.brittle]
    if not donors:
        return None
    donor = donors[int(random.integers(len(donors)))]
    whole = damages.patch(donor)
    if whole is None:
        return None
    patch = sized(whole, spot.low, spot.high, random)
    if patch is None:
        return None
    x, y, width, height = cv2.boundingRect(patch.mask)
    rows, columns = patch.mask.shape
    size = covered.shape[0]
    first = np.ceil(np.maximum(spot.region[:2], (x, y)))
    last = np.floor(np.minimum(np.array(spot.region[2:]), (size - columns + x + width, size - rows + y + height)))
    last -= (width, height)
    if min(width, height) < LEAST_SIDE or (last < first).any():
        return None
    found: list[tuple[float, Placed]] = []
    for _ in range(TRIES):
        left, top = (int(value) for value in random.integers(first.astype(int), last.astype(int) + 1))
        box = np.array([[left, top, left + width, top + height]], dtype=np.float32)
        here = np.s_[top : top + height, left : left + width]
        if covered[here].all() and not _overlaps(box, taken) and not (spot.part and _in_a_corner(box, spot.region)):
            made = Placed(label=donor.label, patch=patch, corner=(left - x, top - y), box=box)
            found.append((_unrest(pixels[here]), made))
        if len(found) == CHOICES:
            break
    return min(found, key=lambda item: item[0])[1] if found else None


def _unrest(pixels: Pixels) -> float:
    """How much goes on in a patch: the mean strength of its edges."""
    return float(np.abs(cv2.Laplacian(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.CV_32F)).mean())


def _in_a_corner(box: Boxes, region: Box) -> bool:
    """Does a corner of the box leave the ellipse in the region?"""
    centre = np.array([region[0] + region[2], region[1] + region[3]]) / 2
    half = np.array([region[2] - region[0], region[3] - region[1]]) / 2
    furthest = np.abs(box.reshape(2, 2) - centre).max(axis=0)
    return bool(np.hypot(*(furthest / half)) > ROUND)


def _overlaps(box: Boxes, others: Boxes) -> bool:
    sides = np.minimum(box[:, 2:], others[:, 2:]) - np.maximum(box[:, :2], others[:, :2])
    return bool((np.clip(sides, 0, None).prod(axis=1) > 0.1 * (box[:, 2:] - box[:, :2]).prod()).any())
