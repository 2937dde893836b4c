"""The figures that the gate can compute under every row of resamples."""

from collections.abc import Callable, Collection, Sequence

import numpy as np

from model.manifest import Manifest
from model.vocabulary import LabelGroup
from training.average_precision import Floats, Ints
from training.bootstrap import share
from training.evaluation import Better
from training.evaluation_figures import mean
from training.evaluation_marks import Marks
from training.evaluation_photos import MarkedSet
from training.evaluation_sets import Observed
from training.evaluation_swaps import pairs, sides
from training.judging import ANY
from training.reliability import calibration_error

Measure = Callable[[Observed, MarkedSet, Manifest, Collection[str], Ints], Floats | None]
"""A set, its marks, the detector's manifest, the labels that count, weights (rows, photos) → (rows,)."""


def measure_of(figure: str) -> tuple[Measure, Better]:
    """Raises ``ValueError`` for a figure that the gate cannot compute."""
    if figure in ("clean photos flagged", "damaged photos flagged"):
        return _flagged, "lower" if figure.startswith("clean") else "higher"
    if figure == "left and right swapped":
        return _swapped, "lower"
    for prefix, measure, better in _BY_PREFIX:
        if figure.startswith(prefix):
            return measure(figure.removeprefix(prefix)), better
    raise ValueError(f"the gate knows no figure {figure!r}")


def _flagged(_o: Observed, marked: MarkedSet, _m: Manifest, _l: Collection[str], weights: Ints) -> Floats:
    return share(marked.flagged, weights)


def _swapped(
    observed: Observed, _s: MarkedSet, manifest: Manifest, labels: Collection[str], weights: Ints
) -> Floats | None:
    families = {name: family for name, family in sides(manifest).items() if name in labels}
    found = pairs(observed, families)
    if not found:
        return None
    return share(np.array([pair.swapped for pair in found]), weights[:, [pair.photo for pair in found]])


def _precision(name: str) -> Measure:
    def measure(
        _o: Observed, marked: MarkedSet, manifest: Manifest, labels: Collection[str], weights: Ints
    ) -> Floats | None:
        members = [marks for marks in _of(name, marked, manifest, labels) if len(marks.box_photos)]
        return mean([marks.precisions(weights, levels=1)[:, 0] for marks in members]) if members else None

    return measure


def _error(name: str) -> Measure:
    def measure(
        _o: Observed, marked: MarkedSet, manifest: Manifest, labels: Collection[str], weights: Ints
    ) -> Floats | None:
        members = _of(name, marked, manifest, labels)
        return calibration_error(Marks.pooled(members), weights) if members else None

    return measure


_BY_PREFIX: Sequence[tuple[str, Callable[[str], Measure], Better]] = (
    ("AP50 ", _precision, "higher"),
    ("calibration error ", _error, "lower"),
)


def _of(name: str, marked: MarkedSet, manifest: Manifest, labels: Collection[str]) -> list[Marks]:
    """The marks of a group's labels, of one label, or of damage of any kind, where the set judges them."""
    if name in {group.value for group in LabelGroup}:
        members = [item.name for item in manifest.labels if item.group == name and item.name in labels]
    else:
        members = [name] if name in labels or name == ANY else []
    return [marked.labels[label] for label in members if label in marked.labels]
