"""The network's numbers become boxes on the photo. The only place that knows which row is a score."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from inference.calibration import curves_of, probabilities, score_at
from inference.preprocess import Boxes, Letterbox
from model.detections import Detections
from model.errors import ModelError
from model.labels import Label
from model.manifest import OutputSpec
from model.papers import Calibration

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

_CANDIDATES = 3000
"""Boxes considered before suppression; a photo of a car has some hundreds above the score floor."""
_ROUNDING = 1e-6


def detections_from_yolo_output(
    output: Floats,
    *,
    plan: Letterbox,
    labels: tuple[Label, ...],
    spec: OutputSpec,
    calibration: Sequence[Calibration] = (),
) -> Detections:
    """One photo's output (see ``OutputSpec``) → detections in pixels of the upright photo, best first.

    Scores of a calibrated group become probabilities. A box is reported once for every label whose reported score
    reaches the score floor; duplicates are suppressed within a label.
    Raises ``ModelError`` ``model.output_mismatch`` for another shape, ``model.output_not_finite`` for NaN or infinity.
    """
    _check(output, len(labels), spec)
    raw = output[4 * spec.boxes :]
    label_ids, anchors, scores = _candidates(_meant(raw, labels, spec, calibration), spec)
    which = np.array([spec.box_of(label.group) for label in labels], dtype=np.int64)[label_ids]
    drawn = output[: 4 * spec.boxes].reshape(spec.boxes, 4, -1)[which, :, anchors]
    boxes = plan.to_photo(_corners(drawn))
    boxes = clip(boxes, plan.width, plan.height)
    keep = suppress(boxes, raw[label_ids, anchors], label_ids, iou=spec.nms_iou)
    keep = keep[np.argsort(-scores[keep], kind="stable")]
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


def _check(output: Floats, labels: int, spec: OutputSpec) -> None:
    rows = 4 * spec.boxes + labels
    if output.ndim != 2 or output.shape[0] != rows:
        raise ModelError("output_mismatch", f"shape {output.shape}, expected ({rows}, anchors)")
    if not np.isfinite(output).all():
        raise ModelError("output_not_finite", "the network gave NaN or infinity")


def _meant(scores: Floats, labels: Sequence[Label], spec: OutputSpec, calibration: Sequence[Calibration]) -> Floats:
    """(labels, anchors) as they are reported; those below the floor may be left 0."""
    if not calibration:
        return scores
    meant = scores.copy()
    for row, curve in zip(meant, curves_of(labels, calibration), strict=True):
        if curve is not None:
            near = row >= score_at(spec.score_floor, curve) - _ROUNDING
            row[near] = probabilities(row[near], curve)
            row[~near] = 0.0
    return meant


def _candidates(scores: Floats, spec: OutputSpec) -> tuple[Indices, Indices, Floats]:
    label_ids, anchors = np.nonzero(scores >= spec.score_floor)
    found = scores[label_ids, anchors]
    if len(found) > _CANDIDATES:
        best = np.sort(np.argsort(-found, kind="stable")[:_CANDIDATES])
        label_ids, anchors, found = label_ids[best], anchors[best], found[best]
    return label_ids, anchors, found


def _corners(boxes: Floats) -> Boxes:
    """(n, 4) centre x, centre y, width, height → (n, 4) corners."""
    centre, half = boxes[:, :2], boxes[:, 2:] / 2
    return np.concatenate([centre - half, centre + half], axis=1)


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
