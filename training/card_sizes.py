"""Average precision over IoU .50 to .95 by size of box; an evaluation has it at IoU .5 alone."""

from collections.abc import Iterator, Sequence

from model.manifest import Manifest
from model.vocabulary import LabelGroup
from training.average_precision import Ints
from training.bootstrap import DRAWS, Estimate, resamples
from training.evaluation import Figure
from training.evaluation_figures import figure, mean
from training.evaluation_marks import SIZES, Marks
from training.evaluation_photos import MarkedSet
from training.evaluation_sets import Observed
from training.judging import ANY
from training.studies import DETECTOR, Study

ENOUGH = 10
"""Boxes that a size needs: of a handful the average precision says nothing."""


def study(observed: Sequence[Observed], manifest: Manifest, *, draws: int = DRAWS) -> Study | None:
    """Of the detector of ``manifest``, on every set that draws boxes; None where no size has enough."""
    figures = tuple(item for one in observed for item in _figures(one, manifest, draws))
    if not figures:
        return None
    return Study(
        name="by-size",
        title="By size of box: AP over IoU .50 to .95",
        says=(
            "As above, but not at IoU .5 alone. Not here: car_parts test, whose photos are read once, and sizes with "
            f"fewer than {ENOUGH} boxes."
        ),
        papers={DETECTOR: manifest.reference},
        figures=figures,
    )


def _figures(observed: Observed, manifest: Manifest, draws: int) -> Iterator[Figure]:
    marked, weights = MarkedSet.of(observed), resamples(observed.groups, draws, data=observed.data)
    for group in (*LabelGroup, ANY):
        names = {ANY} if group == ANY else {item.name for item in manifest.labels if item.group == group}
        members = [marks for label, marks in marked.labels.items() if label in names]
        for size, name in enumerate(SIZES):
            yield from _of_size(
                f"{group}, {name}: AP", [item.of_size(size) for item in members], observed.data, weights
            )


def _of_size(name: str, members: Sequence[Marks], data: str, weights: Ints) -> Iterator[Figure]:
    drawn = [marks for marks in members if len(marks.box_photos)]
    boxes = sum(len(marks.box_photos) for marks in drawn)
    if boxes >= ENOUGH:
        values = mean([marks.precisions(weights).mean(axis=1) for marks in drawn])
        yield figure(name, Estimate.of(values), data, boxes, "boxes")
