"""The network's numbers become boxes on the photo. The only place that knows which row is a score."""

import numpy as np
import numpy.typing as npt

from inference.preprocess import Boxes, Letterbox
from model.detections import Detections
from model.errors import ModelError
from model.labels import Label
from model.manifest import OutputSpec

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

_CANDIDATES = 3000
"""Boxes considered before suppression; a photo of a car has some hundreds above the score floor."""


def detections_from_yolo_output(
    output: Floats, *, plan: Letterbox, labels: tuple[Label, ...], spec: OutputSpec
) -> Detections:
    """One photo's output (4 + labels, anchors) → detections in pixels of the upright photo, best first.

    A box is reported once for every label that reaches the score floor; duplicates are suppressed within a label.
    Raises ``ModelError`` ``model.output_mismatch`` for another shape, ``model.output_not_finite`` for NaN or infinity.
    """
    _check(output, len(labels))
    label_ids, anchors, scores = _candidates(output[4:], spec.score_floor)
    boxes = plan.to_photo(_corners(output[:4, anchors]))
    boxes = clip(boxes, plan.width, plan.height)
    keep = suppress(boxes, scores, label_ids, iou=spec.nms_iou)
    keep = keep[_area(boxes[keep]) > 0][: spec.max_detections]
    return Detections(boxes=boxes[keep], scores=scores[keep], label_ids=label_ids[keep], labels=labels)


def suppress(boxes: Boxes, scores: Floats, label_ids: Indices, *, iou: float) -> Indices:
    """Greedy non-maximum suppression within each label: indices of the boxes that stay, best score first.

    ``boxes`` (n, 4) corners, ``scores`` (n,), ``label_ids`` (n,). A box goes when a better one of its label overlaps
    it by more than ``iou``. Of equal scores the earlier box wins, so the result does not depend on the platform.
    """
    kept = [
        members[_suppress_one(boxes[members], scores[members], iou)]
        for members in (np.flatnonzero(label_ids == label) for label in np.unique(label_ids))
    ]
    stays = np.sort(np.concatenate(kept)) if kept else np.empty(0, dtype=np.int64)
    order: Indices = stays[np.argsort(-scores[stays], kind="stable")]
    return order


def clip(boxes: Boxes, width: int, height: int) -> Boxes:
    """Corners held inside a photo of ``width`` × ``height`` px."""
    return np.clip(boxes, 0, np.array([width, height] * 2, dtype=np.float32))


def _check(output: Floats, labels: int) -> None:
    if output.ndim != 2 or output.shape[0] != 4 + labels:
        raise ModelError("output_mismatch", f"shape {output.shape}, expected ({4 + labels}, anchors)")
    if not np.isfinite(output).all():
        raise ModelError("output_not_finite", "the network gave NaN or infinity")


def _candidates(scores: Floats, floor: float) -> tuple[Indices, Indices, Floats]:
    label_ids, anchors = np.nonzero(scores >= floor)
    found = scores[label_ids, anchors]
    if len(found) > _CANDIDATES:
        best = np.sort(np.argsort(-found, kind="stable")[:_CANDIDATES])
        label_ids, anchors, found = label_ids[best], anchors[best], found[best]
    return label_ids, anchors, found


def _corners(boxes: Floats) -> Boxes:
    """(4, n) centre x, centre y, width, height → (n, 4) corners."""
    centre, half = boxes[:2], boxes[2:] / 2
    return np.ascontiguousarray(np.concatenate([centre - half, centre + half]).T)


def _suppress_one(boxes: Boxes, scores: Floats, iou: float) -> Indices:
    order = np.argsort(-scores, kind="stable")
    overlaps = _overlaps(boxes[order]) > iou
    alive = np.ones(len(order), dtype=bool)
    for best in range(len(order)):
        if alive[best]:
            alive[best + 1 :] &= ~overlaps[best, best + 1 :]
    stays: Indices = order[alive]
    return stays


def _overlaps(boxes: Boxes) -> Floats:
    """IoU of every pair, (n, n)."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(axis=2)
    area = _area(boxes)
    union = area[:, None] + area[None, :] - common
    overlaps: Floats = common / np.maximum(union, np.float32(1e-9))
    return overlaps


def _area(boxes: Boxes) -> Floats:
    sides = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None)
    area: Floats = sides[:, 0] * sides[:, 1]
    return area
