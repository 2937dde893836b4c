"""From marks to figures: average precision, what happens at the thresholds, alarms by photo, calibration."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from model.manifest import Manifest
from model.vocabulary import LabelGroup
from training.average_precision import Floats, Ints
from training.bootstrap import Estimate, share_estimate
from training.evaluation import Better, Figure
from training.evaluation_marks import SIZES, Marks
from training.evaluation_photos import MarkedSet
from training.evaluation_sets import Shows
from training.judging import ANY
from training.reliability import bins, calibration_error

DAMAGED, CLEAN = "damaged photos flagged", "clean photos flagged"
SEPARATION = "ROC AUC, damaged against undamaged"


def figure(name: str, estimate: Estimate, data: str, n: int, unit: str, better: Better = "higher") -> Figure:
    """An estimate with its papers, rounded to what can be told apart."""
    value, low, high = (round(number, 4) for number in (estimate.value, estimate.low, estimate.high))
    return Figure(name=name, value=value, low=low, high=high, n=n, unit=unit, data=data, better=better)


def precision_figures(data: str, marked: MarkedSet, manifest: Manifest, weights: Ints) -> Iterator[Figure]:
    """AP50 and AP of every label with boxes, the mean of each group over its labels, and both by size of box."""
    drawn = {label: marks for label, marks in marked.labels.items() if len(marks.box_photos)}
    values = {label: marks.precisions(weights) for label, marks in drawn.items()}
    for label, found in values.items():
        yield from _precision(label, found, data, len(drawn[label].box_photos))
    for group, members in _groups(drawn, manifest).items():
        if group != ANY:
            boxes = sum(len(drawn[label].box_photos) for label in members)
            yield from _precision(group, mean([values[label] for label in members]), data, boxes)
        yield from _by_size(group, [drawn[label] for label in members], data, weights)


def threshold_figures(data: str, marked: MarkedSet, manifest: Manifest, weights: Ints) -> Iterator[Figure]:
    """Precision and recall of each group when every label counts from its own threshold."""
    thresholds = {label.name: label.threshold for label in manifest.labels}
    for group, members in _groups(marked.labels, manifest).items():
        if group == ANY:
            continue
        kept = [_above(marked.labels[label], thresholds[label]) for label in members]
        passed = Marks.pooled(kept)
        boxes = weights[:, passed.box_photos].sum(axis=1)
        shown = weights[:, passed.photos].sum(axis=1)
        hits = (weights[:, passed.photos] * passed.hits[:, 0]).sum(axis=1)
        if boxes[0]:
            yield figure(f"recall {group}", Estimate.of(ratio(hits, boxes)), data, int(boxes[0]), "boxes")
        if shown[0]:
            yield figure(f"precision {group}", Estimate.of(ratio(hits, shown)), data, int(shown[0]), "reports")


def photo_figure(data: str, marked: MarkedSet, shows: Shows, weights: Ints) -> Iterator[Figure]:
    """The share of photos on which any damage reaches its threshold, where the set says what that means."""
    estimate, photos = share_estimate(marked.flagged, weights, marked.groups), len(marked.paths)
    if shows == "damage":
        yield figure(DAMAGED, estimate, data, photos, "photos")
    elif shows == "no damage":
        yield figure(CLEAN, estimate, data, photos, "photos", "lower")


def separation(damaged: Sequence[MarkedSet], clean: Sequence[MarkedSet], weights: Mapping[int, Ints]) -> Floats:
    """The chance that a damaged photo has the better-scored damage of the two than a clean one: (rows,).

    ``weights``: ``id`` of a set → its resamples.
    """
    worse, better = (np.concatenate([item.alarms for item in items]) for items in (damaged, clean))
    wins = (worse[:, None] > better[None, :]) + 0.5 * (worse[:, None] == better[None, :])
    left, right = (np.hstack([weights[id(item)] for item in items]) for items in (damaged, clean))
    return ratio(((left @ wins) * right).sum(axis=1), left.sum(axis=1) * right.sum(axis=1))


def reliability_figures(data: str, marked: MarkedSet, manifest: Manifest, weights: Ints) -> Iterator[Figure]:
    """The calibration error of each group, and the precision of its reports by score."""
    for group, members in _groups(marked.labels, manifest).items():
        marks = Marks.pooled(marked.labels[label] for label in members)
        if not len(marks.scores):
            continue
        error = Estimate.of(calibration_error(marks, weights))
        yield figure(f"calibration error {group}", error, data, len(marks.scores), "reports", "lower")
        for item in bins(marks):
            name = f"precision {group}, scores {item.low:.1f} to {item.high:.1f}"
            groups = [marked.groups[photo] for photo in item.photos.tolist()]
            precision = share_estimate(item.right, weights[:, item.photos], groups)
            yield figure(name, precision, data, len(item.right), "reports")


def mean(values: Sequence[Floats]) -> Floats:
    """Elementwise mean without the nan; nan where all are."""
    stacked = np.stack(values)
    known = (~np.isnan(stacked)).sum(axis=0)
    return ratio(np.nansum(stacked, axis=0), known)


def group_precisions(
    marked: MarkedSet, manifest: Manifest, weights: Ints, *, levels: int = 1
) -> Mapping[str, tuple[Floats, int]]:
    """Group → its average precision over the first ``levels`` IoUs (one: AP50) under each row of weights, (rows,), and
    how many boxes that counts."""
    drawn = {label: marks for label, marks in marked.labels.items() if len(marks.box_photos)}
    return {
        group: (
            mean([drawn[label].precisions(weights, levels=levels).mean(axis=1) for label in members]),
            sum(len(drawn[label].box_photos) for label in members),
        )
        for group, members in _groups(drawn, manifest).items()
    }


def ratio(part: Floats | Ints, whole: Floats | Ints) -> Floats:
    """Elementwise; nan where there is no whole."""
    return np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=np.asarray(whole) > 0)


def _precision(name: str, values: Floats, data: str, boxes: int) -> Iterator[Figure]:
    yield figure(f"AP50 {name}", Estimate.of(values[:, 0]), data, boxes, "boxes")
    yield figure(f"AP {name}", Estimate.of(values.mean(axis=1)), data, boxes, "boxes")


def _by_size(group: str, members: Sequence[Marks], data: str, weights: Ints) -> Iterator[Figure]:
    for index, size in enumerate(SIZES):
        found = [marks.of_size(index) for marks in members]
        drawn = [marks for marks in found if len(marks.box_photos)]
        if drawn:
            values = mean([marks.precisions(weights, levels=1)[:, 0] for marks in drawn])
            boxes = sum(len(marks.box_photos) for marks in drawn)
            yield figure(f"AP50 {group}, {size}", Estimate.of(values), data, boxes, "boxes")


def _groups(labels: Mapping[str, Marks], manifest: Manifest) -> Mapping[str, list[str]]:
    """Group → its labels among these; ``ANY`` is a group of its own."""
    named: dict[str, list[str]] = {}
    for group in LabelGroup:
        named[group.value] = [item.name for item in manifest.labels if item.group is group and item.name in labels]
    return {name: members for name, members in {**named, ANY: [ANY] if ANY in labels else []}.items() if members}


def _above(marks: Marks, threshold: float) -> Marks:
    passed = marks.scores >= threshold
    return Marks(
        photos=marks.photos[passed],
        scores=marks.scores[passed],
        hits=marks.hits[passed],
        sizes=marks.sizes[passed],
        box_photos=marks.box_photos,
        box_sizes=marks.box_sizes,
    )
