"""What the 8-bit copy loses, on validation photos that taught nothing, with the interval that its manifest lacks."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from model.manifest import Manifest
from model.vocabulary import LabelGroup
from training.average_precision import IOUS, Floats, Ints
from training.bootstrap import DRAWS, Estimate, resamples
from training.evaluation import Better, Figure
from training.evaluation_figures import figure, mean
from training.evaluation_sets import Observed
from training.judging import ANY
from training.studies import DETECTOR, Study
from training.thresholds import members_of
from training.unseen import evidence

DATA = "unseen val"
LEVELS = {"AP50": 1, "AP": len(IOUS)}
COLUMNS: Mapping[str, Better] = {"full": "higher", "8-bit": "higher", "lost": "lower"}


def study(
    full: Sequence[Observed], copy: Sequence[Observed], manifest: Manifest, *, draws: int = DRAWS
) -> Study | None:
    """Of the model of ``manifest``: its full network and its 8-bit copy on the same photos, in the same order.

    The loss is paired over the draws; photos of one group are drawn together, whichever sets they are in.
    None where nothing is drawn.
    """
    weights = resamples([group for item in full for group in item.groups], draws, data=DATA)
    figures = tuple(_figures(full, copy, manifest, weights))
    if not figures:
        return None
    photos = {photo.photo.path for item in full for photo in item.judged}
    groups = {group for item in full for group in item.groups}
    return Study(
        name="eight-bits",
        title="The 8-bit copy on photos that taught nothing",
        says=(
            f"Both networks on the same {len(photos)} validation photos ({len(groups)} groups of near-copies), each "
            "group of labels on the photos that judge it. Below 0: the copy is better."
        ),
        papers={DETECTOR: manifest.reference},
        figures=figures,
    )


def _figures(full: Sequence[Observed], copy: Sequence[Observed], manifest: Manifest, weights: Ints) -> Iterator[Figure]:
    for group in (*LabelGroup, ANY):
        labels = [ANY] if group == ANY else members_of(manifest, LabelGroup(group))
        before, after = (_precisions(observed, labels, weights) for observed in (full, copy))
        if before is None or after is None:
            continue
        for name, levels in LEVELS.items():
            old, new = (values[:, :levels].mean(axis=1) for values in (before, after))
            for column, values in zip(COLUMNS, (old, new, old - new), strict=True):
                named = f"{name} {group}: {column}"
                yield figure(named, Estimate.of(values), DATA, _boxes(full, labels), "boxes", COLUMNS[column])


def _precisions(observed: Sequence[Observed], labels: Sequence[str], weights: Ints) -> Floats | None:
    """Mean over the labels with boxes, (rows, IoUs); None where no label has any."""
    found: list[Floats] = []
    for label in labels:
        seen = evidence(observed, (label,))
        if seen is not None and len(seen.marks.box_photos):
            found.append(seen.marks.precisions(weights[:, _columns(observed, label)]))
    return mean(found) if found else None


def _columns(observed: Sequence[Observed], label: str) -> Ints:
    """Of all photos of all sets, those of the sets that judge a label: as ``evidence`` numbers them."""
    judging = np.concatenate([np.full(len(item.judged), label in item.source.scope.judged) for item in observed])
    columns: Ints = np.flatnonzero(judging)
    return columns


def _boxes(observed: Sequence[Observed], labels: Sequence[str]) -> int:
    seen = (evidence(observed, (label,)) for label in labels)
    return sum(len(item.marks.box_photos) for item in seen if item is not None)
