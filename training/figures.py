"""The figures that a manifest carries, each with the number of things it was measured on."""

from collections.abc import Sequence

import numpy as np

from model.manifest import Manifest, Metric
from model.vocabulary import LabelGroup
from training.average_precision import average_precision
from training.judging import Judged
from training.thresholds import DAMAGE_GROUPS, members_of, worst_alarm
from training.validation import CLEAN_DATA, Validation


def measure(manifest: Manifest, validation: Validation) -> tuple[Metric, ...]:
    """Average precision by group, and photos flagged, at the manifest's thresholds.

    AP50 counts what the detector reports, scores from the manifest's floor up, and averages over labels with boxes.
    """
    groups = [_mean_ap(group, manifest, validation) for group in LabelGroup]
    damaged = [_flagged("damaged photos flagged", data, manifest, items) for data, items in validation.damaged.items()]
    clean = _flagged("clean photos flagged", ", ".join(CLEAN_DATA), manifest, validation.clean)
    return (*(metric for metric in groups if metric), *damaged, clean)


def _mean_ap(group: LabelGroup, manifest: Manifest, validation: Validation) -> Metric | None:
    matches = [validation.matches[name] for name in members_of(manifest, group)]
    judged = [item for item in matches if item.boxes]
    if not judged:
        return None
    value = round(float(np.mean([average_precision(item) for item in judged])), 3)
    boxes = sum(item.boxes for item in judged)
    return Metric(name=f"AP50 {group}", value=value, n=boxes, unit="boxes", data=validation.data[group])


def _flagged(name: str, data: str, manifest: Manifest, judged: Sequence[Judged]) -> Metric:
    thresholds = {label.name: label.threshold for label in manifest.labels if label.group in DAMAGE_GROUPS}
    share = float(np.mean([worst_alarm(item, thresholds) > 0 for item in judged]))
    return Metric(name=name, value=round(share, 3), n=len(judged), unit="photos", data=data)
