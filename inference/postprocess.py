"""The network's numbers become boxes on the photo. The only place that knows which row is a score."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from inference.calibration import probabilities, score_at
from inference.preprocess import Boxes, Letterbox
from model.detections import Detections
from model.errors import ModelError
from model.labels import Label
from model.manifest import OutputSpec
from model.papers import Calibration
from model.vocabulary import LabelGroup

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
    label_ids, anchors, scores = _candidates(raw, labels, spec, calibration)
    which = _by_group(labels, {group: spec.box_of(group) for group in LabelGroup})[label_ids]
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
    by_label = np.lexsort((-scores, label_ids))
    better, worse = _overlapping(boxes[by_label], label_ids[by_label], iou)
    alive, starts = np.ones(len(by_label), dtype=bool), np.searchsorted(better, np.arange(len(by_label) + 1))
    for best in np.unique(better).tolist():
        if alive[best]:
            alive[worse[starts[best] : starts[best + 1]]] = False
    stays = np.sort(by_label[alive])
    order: Indices = stays[np.argsort(-scores[stays], kind="stable")]
    return order


def clip(boxes: Boxes, width: int, height: int) -> Boxes:
    """Corners held inside a photo of ``width`` × ``height`` px."""
    return np.clip(boxes, 0, np.array([width, height] * 2, dtype=np.float32))


def _check(output: Floats, labels: int, spec: OutputSpec) -> None:
    rows = 4 * spec.boxes + labels
    if output.ndim != 2 or output.shape[0] != rows:
        raise ModelError("output_mismatch", f"shape {output.shape}, expected ({rows}, anchors)")
    if not np.isfinite([output.min(initial=0), output.max(initial=0)]).all():
        raise ModelError("output_not_finite", "the network gave NaN or infinity")


def _candidates(
    raw: Floats, labels: Sequence[Label], spec: OutputSpec, calibration: Sequence[Calibration]
) -> tuple[Indices, Indices, Floats]:
    """Label, anchor and reported score of all that reach the floor, by label; the best where they are too many."""
    curves = {item.group: item.curve for item in calibration}
    lowest = dict.fromkeys(LabelGroup, spec.score_floor)
    lowest |= {group: score_at(spec.score_floor, curve) - _ROUNDING for group, curve in curves.items()}
    near = np.flatnonzero(raw >= _by_group(labels, lowest).astype(np.float32)[:, None])
    label_ids, anchors = np.divmod(near, raw.shape[1])
    found = raw[label_ids, anchors]
    for group, curve in curves.items():
        mine = _by_group(labels, {each: each is group for each in LabelGroup})[label_ids]
        found[mine] = probabilities(found[mine], curve)
    kept = found >= spec.score_floor
    if kept.sum() > _CANDIDATES:
        kept = np.sort(np.argsort(-np.where(kept, found, 0.0), kind="stable")[:_CANDIDATES])
    return label_ids[kept], anchors[kept], found[kept]


def _by_group(labels: Sequence[Label], values: Mapping[LabelGroup, Any]) -> npt.NDArray[Any]:
    """The value of each label's group, (labels,)."""
    return np.array([values[label.group] for label in labels])


def _corners(boxes: Floats) -> Boxes:
    """(n, 4) centre x, centre y, width, height → (n, 4) corners."""
    centre, half = boxes[:, :2], boxes[:, 2:] / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def _overlapping(boxes: Boxes, label_ids: Indices, iou: float) -> tuple[Indices, Indices]:
    """Pairs of boxes of one label that overlap by more than ``iou``, the earlier and the later place; by the earlier.
    Boxes lie sorted by label."""
    places = np.arange(len(boxes))
    later = np.searchsorted(label_ids, label_ids, side="right") - places - 1
    one = np.repeat(places, later)
    other = one + 1 + np.arange(len(one)) - np.repeat(np.cumsum(later) - later, later)
    low = np.maximum(boxes[one, :2], boxes[other, :2])
    high = np.minimum(boxes[one, 2:], boxes[other, 2:])
    common = np.clip(high - low, 0, None).prod(axis=1)
    area = _area(boxes)
    union = area[one] + area[other] - common
    overlaps = common / np.maximum(union, np.float32(1e-9)) > iou
    return one[overlaps], other[overlaps]


def _area(boxes: Boxes) -> Floats:
    sides = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None)
    area: Floats = sides[:, 0] * sides[:, 1]
    return area
