"""Making scores mean what they say: per group of labels, a rising curve from score to the chance that a box is right.

Right is a report that takes a free drawn box of its label at IoU .5. The curve is fitted on photos that the network
never learned from, and every figure about it is cross-fitted: the photos of a cluster are judged by a curve that saw
none of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from data.own_labels import LabelledPhoto
from inference.calibration import probabilities
from inference.detector import PhotoDetector
from model.manifest import Manifest
from model.papers import Calibration, Curve, Interval
from model.vocabulary import LabelGroup
from training.average_precision import Bools, Floats, Ints
from training.bootstrap import DRAWS, SEED, Estimate, resamples
from training.calibration_fit import isotonic, logistic
from training.evaluation_marks import Marks
from training.evaluation_sets import observe
from training.prepared import PreparedSet
from training.reliability import calibration_error
from training.thresholds import members_of
from training.unseen import Evidence, evidence, unseen_sets

FOLDS = 5
LOWEST = 0.02
"""Reports below this score of the network are not fitted: there are many, and none of them is shown."""
ENOUGH = (100, 20)
"""Reports, and right ones among them, that a group needs to be calibrated."""
CLEARLY = 0.05
"""Isotonic regression is taken when its Brier score is better in all but this share of the resamples."""

Fit = Callable[[Floats, Bools], Curve]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """``groups``: what goes into the manifest. ``left_out``: group → why its scores stay as they are."""

    groups: tuple[Calibration, ...]
    left_out: Mapping[LabelGroup, str]


def calibrate(
    detector: PhotoDetector,
    root: Path,
    own: Mapping[str, LabelledPhoto],
    prepared: PreparedSet | None,
    *,
    floor: float,
) -> Calibrated:
    """Look at the unseen validation photos and fit every group that has enough reports. Raises ``ModelError``.

    ``detector`` reports its own scores, as ``bare`` has it; ``floor``: the probability from which on reports are shown.
    """
    manifest = detector.manifest
    observed = observe(detector, unseen_sets(manifest, root, own, prepared))
    found = {group: evidence(observed, members_of(manifest, group)) for group in LabelGroup}
    thin = {group: _thin(item) for group, item in found.items()}
    done = [fitted(group, item, floor=floor) for group, item in found.items() if item is not None and not thin[group]]
    return Calibrated(groups=tuple(done), left_out={group: why for group, why in thin.items() if why})


def bare(manifest: Manifest) -> Manifest:
    """The manifest of the same network reporting its own scores, from ``LOWEST`` up."""
    output = manifest.output.model_copy(update={"score_floor": LOWEST})
    return manifest.model_copy(update={"calibration": (), "output": output})


def _thin(found: Evidence | None) -> str:
    if found is None:
        return "no unseen photo judges it"
    reports, right = len(found.marks.scores), int(found.marks.hits[:, 0].sum())
    return "" if reports >= ENOUGH[0] and right >= ENOUGH[1] else f"{reports} reports, {right} right"


def fitted(group: LabelGroup, found: Evidence, *, floor: float) -> Calibration:
    """The curve of one group, and its calibration error on the reports from ``floor`` up, before and after."""
    marks, weights = found.marks, resamples(found.clusters, DRAWS, data=found.data)
    folds = _folds(found)
    plain, bent = (_crossed(marks, folds, fit) for fit in (logistic, isotonic))
    simple = not _clearly_better(bent, plain, marks, weights)
    meant, fit = (plain, logistic) if simple else (bent, isotonic)
    return Calibration(
        group=group,
        curve=fit(marks.scores, marks.hits[:, 0]),
        reports=int((meant >= floor).sum()),
        photos=len(found.clusters),
        data=found.data,
        error_before=_error(marks, marks.scores, weights, floor),
        error_after=_error(marks, meant, weights, floor),
    )


def _folds(found: Evidence) -> Ints:
    """The fold of every report; a cluster is never cut."""
    names, member = np.unique(np.array(found.clusters), return_inverse=True)
    fold = np.random.default_rng(SEED).permutation(len(names)) % FOLDS
    folds: Ints = fold[member][found.marks.photos]
    return folds


def _crossed(marks: Marks, folds: Ints, fit: Fit) -> Floats:
    """Each report's probability by a map that saw no photo of its cluster."""
    meant = np.zeros(len(marks.scores))
    for fold in range(FOLDS):
        out = folds == fold
        meant[out] = probabilities(marks.scores[out], fit(marks.scores[~out], marks.hits[~out, 0]))
    return meant


def _clearly_better(one: Floats, other: Floats, marks: Marks, weights: Ints) -> bool:
    right = marks.hits[:, 0]
    gains = (other - right) ** 2 - (one - right) ** 2
    return float(np.quantile(weights[1:, marks.photos] @ gains, CLEARLY)) > 0


def _error(marks: Marks, meant: Floats, weights: Ints, floor: float) -> Interval:
    """Of the reports that would be shown."""
    shown = meant >= floor
    kept = replace(
        marks,
        photos=marks.photos[shown],
        scores=meant[shown],
        hits=marks.hits[shown],
        sizes=marks.sizes[shown],
    )
    found = Estimate.of(calibration_error(kept, weights))
    return Interval(value=round(found.value, 4), low=round(found.low, 4), high=round(found.high, 4))


def applied(manifest: Manifest, groups: Sequence[Calibration]) -> Manifest:
    """The manifest with new calibrations. Thresholds, figures and an 8-bit copy rest on the old scores, so they go."""
    gone = {"thresholds": None, "metrics": (), "quantised": None, "promotion": None, "seal": None}
    return manifest.model_copy(update={"calibration": tuple(groups), **gone})
