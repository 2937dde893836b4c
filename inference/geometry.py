"""Boxes: x1, y1, x2, y2 in pixels of the upright photo."""

from collections.abc import Sequence

import numpy as np

from model.findings import Box


def area(box: Box) -> float:
    """Area in px²; 0 for an inverted box."""
    width, height = box[2] - box[0], box[3] - box[1]
    return width * height if width > 0 and height > 0 else 0.0


def intersection(a: Box, b: Box) -> float:
    """Common area in px²."""
    left, right = max(b[0], a[0]), min(b[2], a[2])
    if left >= right:
        return 0.0
    top, bottom = max(b[1], a[1]), min(b[3], a[3])
    return (right - left) * (bottom - top) if top < bottom else 0.0


def iou(a: Box, b: Box) -> float:
    """Intersection over union, 0..1."""
    common = intersection(a, b)
    union = area(a) + area(b) - common
    return common / union if union > 0 else 0.0


def containment(inner: Box, outer: Box) -> float:
    """Share of ``inner`` that lies in ``outer``, 0..1."""
    size = area(inner)
    return intersection(inner, outer) / size if size > 0 else 0.0


def overlap_of_smaller(a: Box, b: Box) -> float:
    """Share of the smaller box that lies in the other, 0..1."""
    size = min(area(a), area(b))
    return intersection(a, b) / size if size > 0 else 0.0


def eccentricity(inner: Box, outer: Box) -> float:
    """How far the middle of ``inner`` is from that of ``outer``: 0 in the middle, 1 at its rim and beyond."""
    dx = abs(inner[0] + inner[2] - outer[0] - outer[2]) / max(outer[2] - outer[0], 1.0)
    dy = abs(inner[1] + inner[3] - outer[1] - outer[3]) / max(outer[3] - outer[1], 1.0)
    return min(1.0, max(dx, dy))


def gap(a: Box, b: Box) -> float:
    """Distance between the nearest edges in px; 0 when the boxes touch or overlap."""
    dx = max(a[0] - b[2], b[0] - a[2], 0.0)
    dy = max(a[1] - b[3], b[1] - a[3], 0.0)
    return float(np.hypot(dx, dy)) if dx and dy else dx + dy


def union_area(boxes: Sequence[Box]) -> float:
    """Area covered by at least one of the boxes, in px² (exact, by coordinate compression)."""
    if len(boxes) < 2:
        return area(boxes[0]) if boxes else 0.0
    corners = np.asarray(boxes, dtype=np.float64)
    xs, ys = np.unique(corners[:, [0, 2]]), np.unique(corners[:, [1, 3]])
    covered = np.zeros((len(ys) - 1, len(xs) - 1), dtype=bool)
    for x1, y1, x2, y2 in corners:
        covered[(ys[:-1] >= y1) & (ys[1:] <= y2), :] |= (xs[:-1] >= x1) & (xs[1:] <= x2)
    return float((covered * np.diff(ys)[:, None] * np.diff(xs)[None, :]).sum())


def hull(boxes: Sequence[Box]) -> Box:
    """The smallest box around all boxes."""
    corners = np.asarray(boxes, dtype=np.float64)
    x1, y1 = corners[:, :2].min(axis=0).tolist()
    x2, y2 = corners[:, 2:].max(axis=0).tolist()
    return (x1, y1, x2, y2)
