"""Choosing the score at which each label counts, on validation photos only. Everything here is pure.

1. A label's own threshold is the middle of the range of thresholds whose F1 is within ``TOLERANCE`` of its best: with
   few boxes the very best is an accident of single photos (``plateau``). A label with fewer than ``ENOUGH`` boxes, or
   without a single hit, takes the middle of its group's boxes taken together (``pooled``).
2. Each group of damage labels may flag at most ``clean_limit`` of the clean photos: a floor common to the group is
   raised until it does (``clean_limit``).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from model.errors import ModelError
from model.manifest import LabelThreshold, Manifest, ThresholdReport, ThresholdRule
from model.vocabulary import LabelGroup
from training.average_precision import Matches, average_precision, f1_plateau
from training.judging import Judged
from training.validation import CLEAN_DATA, Validation

TOLERANCE = 0.03
ENOUGH = 30
DAMAGE_GROUPS = (LabelGroup.DAMAGE, LabelGroup.DAMAGED_PART)

Choice = tuple[float, ThresholdRule]


def choose(manifest: Manifest, validation: Validation, *, clean_limit: float) -> ThresholdReport:
    """The thresholds of all labels and where each comes from.

    Raises ``ModelError``: ``model.clean_missing`` without a clean photo to hold the damage labels to the limit,
    ``model.clean_limit_unreached`` where no threshold holds them to it, ``model.nothing_found`` for a group of which
    no box is found at any score.
    """
    if not validation.clean:
        groups = " and ".join(DAMAGE_GROUPS)
        raise ModelError("clean_missing", f"no clean photo in {', '.join(CLEAN_DATA)} limits {groups}")
    chosen = {name: choice for group in LabelGroup for name, choice in _of_group(manifest, group, validation).items()}
    for group in DAMAGE_GROUPS:
        members = {name: chosen[name][0] for name in members_of(manifest, group)}
        floor = clean_floor(members, validation.clean, clean_limit)
        chosen |= {name: (floor, "clean_limit") for name, threshold in members.items() if threshold < floor}
    return ThresholdReport(
        command=f"python -m training thresholds --clean-limit {clean_limit:g}",
        data="; ".join([*(f"{group}: {data}" for group, data in validation.data.items()), _clean(validation)]),
        clean_limit=clean_limit,
        labels=tuple(_report(name, *chosen[name], validation) for name in manifest.label_names),
    )


def apply(manifest: Manifest, report: ThresholdReport) -> Manifest:
    """The manifest with the chosen thresholds, checked as a whole."""
    chosen = {item.label: item.threshold for item in report.labels}
    labels = [label.model_copy(update={"threshold": chosen[label.name]}) for label in manifest.labels]
    return Manifest.model_validate({**dict(manifest), "labels": labels, "thresholds": report})


def members_of(manifest: Manifest, group: LabelGroup) -> list[str]:
    """The names of a group's labels."""
    return [label.name for label in manifest.labels if label.group is group]


def clean_floor(thresholds: Mapping[str, float], clean: Sequence[Judged], limit: float) -> float:
    """The lowest floor, in steps of 0.01, under which these labels flag at most ``limit`` of the clean photos.

    Raises ``ModelError`` ``model.clean_limit_unreached`` where none does.
    """
    worst = np.array([worst_alarm(item, thresholds) for item in clean])
    floors = [step / 100 for step in range(1, 100)]
    for floor in floors:
        if np.mean(worst >= floor) <= limit:
            return floor
    over = float(np.mean(worst >= floors[-1]))
    raise ModelError("clean_limit_unreached", f"{over:.1%} of the clean photos score {floors[-1]} or more", over=over)


def worst_alarm(item: Judged, thresholds: Mapping[str, float]) -> float:
    """The best score on a photo among the labels that reach their threshold; 0 without any."""
    return max(
        (seen.score for seen in item.detections if seen.score >= thresholds.get(seen.label.name, 2.0)), default=0.0
    )


def _clean(validation: Validation) -> str:
    return f"clean: {', '.join(CLEAN_DATA)}, {len(validation.clean)} photos"


def _of_group(manifest: Manifest, group: LabelGroup, validation: Validation) -> dict[str, Choice]:
    matches = {name: validation.matches[name] for name in members_of(manifest, group)}
    together = Matches.pooled(matches.values())
    if not together.hits.any():
        where = f"of {together.boxes} boxes of {group} in {validation.data[group]}"
        raise ModelError("nothing_found", where, group=group)
    pooled = _middle(together, manifest)
    return {name: _own(item, pooled, manifest) for name, item in matches.items()}


def _own(matches: Matches, pooled: float, manifest: Manifest) -> Choice:
    if matches.boxes < ENOUGH or not matches.hits.any():
        return pooled, "pooled"
    return _middle(matches, manifest), "plateau"


def _middle(matches: Matches, manifest: Manifest) -> float:
    low, high = f1_plateau(matches, TOLERANCE)
    return max(round((low + high) / 2, 2), manifest.output.score_floor)


def _report(name: str, threshold: float, rule: ThresholdRule, validation: Validation) -> LabelThreshold:
    matches = validation.matches[name]
    precision, recall = matches.at(threshold)
    return LabelThreshold(
        label=name,
        threshold=threshold,
        rule=rule,
        boxes=matches.boxes,
        precision=round(precision, 3),
        recall=round(recall, 3),
        ap50=round(average_precision(matches), 3) if matches.boxes else None,
    )
