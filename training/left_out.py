"""Leave one source out: how much of its average precision does a detector keep on photos from a source it never saw?

Two detectors, alike but for one thing: the recipe of the first holds the source out (``held_out: true``). Both are
judged on the same validation photos of that source, by this project's labels; the share kept is paired over the draws.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from data.own_labels import LabelledPhoto
from inference.detector import PhotoDetector
from model.errors import ModelError
from model.manifest import Manifest
from training.average_precision import IOUS
from training.bootstrap import DRAWS, Estimate, resamples
from training.evaluation import Figure
from training.evaluation_figures import figure, group_precisions, ratio
from training.evaluation_photos import MarkedSet
from training.evaluation_sets import PhotoSet, observe
from training.prepared import PreparedSet
from training.studies import Study
from training.unseen import unseen_sets

LEVELS = {"AP50": 1, "AP": len(IOUS)}
"""Figure → over how many IoUs it is the mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupKept:
    """``figure`` (AP50 or AP) of one group of labels without and with the source. ``share``: of the latter that the
    former keeps, None where there is nothing to keep."""

    figure: str
    group: str
    boxes: int
    without: Estimate
    with_source: Estimate
    share: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What leaving ``source`` out costs on its own validation photos. ``clusters``: of near-copies, drawn together;
    ``detectors``: references of the one without and the one with it."""

    source: str
    detectors: tuple[str, str]
    photos: int
    clusters: int
    groups: tuple[GroupKept, ...]


def leave_out(
    without: PhotoDetector,
    with_source: PhotoDetector,
    source: str,
    root: Path,
    own: Mapping[str, LabelledPhoto],
    prepared: PreparedSet,
    *,
    draws: int = DRAWS,
) -> LeftOut:
    """Judge both on the photos of ``source`` that ``prepared`` validates on; either detector's set has the same ones.

    Raises ``ModelError``: ``model.labels_mismatch`` when their labels differ, ``model.data_unreadable`` when no such
    photo is labelled.
    """
    manifest = without.manifest
    if manifest.label_names != with_source.manifest.label_names:
        raise ModelError("labels_mismatch", f"{manifest.reference} and {with_source.manifest.reference}")
    photos = _photos_of(source, manifest, root, own, prepared)
    marked = [MarkedSet.of(observed) for detector in (without, with_source) for observed in observe(detector, [photos])]
    return LeftOut(
        source=source,
        detectors=(manifest.reference, with_source.manifest.reference),
        photos=len(photos.photos),
        clusters=len(set(marked[0].groups)),
        groups=tuple(_kept(marked, photos.scope.data, manifest, draws)),
    )


def lines(found: LeftOut) -> Iterator[str]:
    """As a table in Markdown, every figure with its 95 % interval."""
    yield f"**{found.source}**, own labels: {found.photos} validation photos, {found.clusters} clusters"
    yield ""
    yield "| what | boxes | source left out | source learned | share kept |"
    yield "|---|---|---|---|---|"
    for item in found.groups:
        kept = "–" if item.share is None else _text(item.share)
        both = f"{_text(item.without)} | {_text(item.with_source)}"
        yield f"| {item.figure} {item.group} | {item.boxes} | {both} | {kept} |"


def _photos_of(
    source: str, manifest: Manifest, root: Path, own: Mapping[str, LabelledPhoto], prepared: PreparedSet
) -> PhotoSet:
    """A photo that ``prepared`` does not know, because it teaches nothing, is unseen by both and counts too."""
    for item in unseen_sets(manifest, root, own, prepared):
        photos = tuple(photo for photo in item.photos if photo.path.parent.parent.name == source)
        if photos and item.scope.folder == "own" and item.scope.judged:
            return replace(item, photos=photos)
    raise ModelError("data_unreadable", f"no validation photo of {source} has labels of this project")


def study(found: LeftOut) -> Study:
    """The same for the card of the detector that ships."""
    return Study(
        name=f"left-out-{found.source}",
        title=f"Photos from a source never trained on: {found.source}",
        says=(
            f"Two detectors, alike but for the photos of {found.source}: one never saw any. Both on the {found.photos} "
            f"validation photos of that source ({found.clusters} groups of near-copies), by own labels. The share "
            "says what carries over, not how good either is, nor how good the detector of this card."
        ),
        papers=dict(zip(("without", "with"), found.detectors, strict=True)),
        figures=tuple(_figures(found)),
    )


def _figures(found: LeftOut) -> Iterator[Figure]:
    data = f"{found.source}, left out"
    for item in found.groups:
        columns = {"left out": item.without, "learned": item.with_source, "share kept": item.share}
        for column, estimate in columns.items():
            if estimate is not None:
                name = f"{item.figure} {item.group}: {column}"
                yield figure(name, estimate, data, item.boxes, "boxes")


def _kept(marked: Sequence[MarkedSet], data: str, manifest: Manifest, draws: int) -> Iterator[GroupKept]:
    weights = resamples(marked[0].groups, draws, data=data)
    for name, levels in LEVELS.items():
        without, learned = (group_precisions(item, manifest, weights, levels=levels) for item in marked)
        for group, (ours, boxes) in without.items():
            theirs = learned[group][0]
            share = ratio(ours, theirs)
            yield GroupKept(
                figure=name,
                group=group,
                boxes=boxes,
                without=Estimate.of(ours),
                with_source=Estimate.of(theirs),
                share=None if np.isnan(share[0]) else Estimate.of(share),
            )


def _text(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
