"""The figures that a manifest carries, each with the number of things it was measured on."""

from collections.abc import Mapping, Sequence

import numpy as np

from model.manifest import Manifest, Metric
from model.vocabulary import LabelGroup
from training.average_precision import Matches, average_precision
from training.judging import Judged
from training.thresholds import DAMAGE_GROUPS, members_of, worst_alarm
from training.validation import Validation


def measure(manifest: Manifest, validation: Validation) -> tuple[Metric, ...]:
    """Average precision by group, and photos flagged, at the manifest's thresholds.

    AP50 counts what the detector reports, scores from the manifest's floor up, and averages over labels with boxes.
    """
    seen = _mean_ap(LabelGroup.PART, "held-out car_parts train (seen in training)", manifest, validation.matches)
    unseen = _mean_ap(LabelGroup.PART, "car_parts test", manifest, validation.unseen_parts)
    damage = [_mean_ap(group, "val", manifest, validation.matches) for group in DAMAGE_GROUPS]
    damaged = [_flagged("damaged photos flagged", data, manifest, items) for data, items in validation.damaged.items()]
    clean = [
        _flagged("clean photos flagged", "undamaged val", manifest, validation.clean),
        _flagged("clean photos flagged", "car_parts test", manifest, validation.unseen),
    ]
    return (unseen, *_at_thresholds(manifest, validation), seen, *damage, *damaged, *clean)


def _mean_ap(group: LabelGroup, data: str, manifest: Manifest, matches: Mapping[str, Matches]) -> Metric:
    judged = [matches[name] for name in members_of(manifest, group) if matches[name].boxes]
    value = round(float(np.mean([average_precision(item) for item in judged])), 3)
    return Metric(name=f"AP50 {group}", value=value, n=sum(item.boxes for item in judged), unit="boxes", data=data)


def _at_thresholds(manifest: Manifest, validation: Validation) -> list[Metric]:
    """Parts on photos that neither training nor the thresholds saw: hits over reported, and over drawn."""
    thresholds = {label.name: label.threshold for label in manifest.labels}
    kept = [(matches, matches.scores >= thresholds[name]) for name, matches in validation.unseen_parts.items()]
    hits = sum(int(matches.hits[passed].sum()) for matches, passed in kept)
    shown, drawn = sum(int(passed.sum()) for _, passed in kept), sum(matches.boxes for matches, _ in kept)
    return [
        Metric(
            name="precision part",
            value=round(hits / max(shown, 1), 3),
            n=max(shown, 1),
            unit="reported",
            data="car_parts test",
        ),
        Metric(name="recall part", value=round(hits / drawn, 3), n=drawn, unit="boxes", data="car_parts test"),
    ]


def _flagged(name: str, data: str, manifest: Manifest, judged: Sequence[Judged]) -> Metric:
    thresholds = {label.name: label.threshold for label in manifest.labels if label.group in DAMAGE_GROUPS}
    share = float(np.mean([worst_alarm(item, thresholds) > 0 for item in judged]))
    return Metric(name=name, value=round(share, 3), n=len(judged), unit="photos", data=data)
