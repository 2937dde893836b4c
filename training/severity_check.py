"""How well does the computed size of a damage agree with the severity that annotators wrote?

The drawn boxes, with the parts that the detector recognises around them as the scale. The computed severity is not
fitted to these labels. ``python -m training severity-check DATASETS`` prints the table for the training split of
``damage_types``.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from claims.rulebook import Rulebook
from data.datasets import AnnotatedPhoto, read_photos
from inference import attribution
from inference.detector import PhotoDetector
from inference.rules import ConsolidateRules
from inference.scene import Scene
from inference.sizing import cm2_per_px2, damage_cm2, severity_of
from model.detections import Detection, Detections
from model.findings import Box
from model.labels import Label
from model.vocabulary import DamageKind, Severity
from training.judging import Judged, judge

NO_SCALE = "no scale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A damage as an annotator drew and called it. ``box`` in pixels of its photo."""

    kind: DamageKind
    severity: Severity
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """``computed``: None where no part around the damage gives a scale."""

    stated: Stated
    computed: Severity | None


def print_table(detector: PhotoDetector, rulebook: Rulebook, datasets: Path) -> None:
    """Print one row per annotated kind and severity: how many are computed as what."""
    judged = judge(detector, read_photos(datasets / "damage_types", split="train"))
    compared = [one for item in judged for one in compare(item, stated_on(item.photo), rulebook.consolidate)]
    table = Counter((one.stated.kind, one.stated.severity, one.computed or NO_SCALE) for one in compared)
    columns = [*Severity, NO_SCALE]
    print(f"{'annotated':<20}" + "".join(f"{name:>10}" for name in columns))  # noqa: T201
    for kind, stated in sorted({(str(kind), stated.value) for kind, stated, _ in table}):
        counts = "".join(f"{table[DamageKind(kind), Severity(stated), name]:>10}" for name in columns)
        print(f"{kind + ' ' + stated:<20}{counts}")  # noqa: T201
    scaled = [one for one in compared if one.computed is not None]
    right = sum(one.stated.severity is one.computed for one in scaled)
    print(f"agree: {right} of {len(scaled)} with a scale, {len(compared)} in all")  # noqa: T201


def stated_on(photo: AnnotatedPhoto) -> list[Stated]:
    """The boxes of a photo of ``damage_types``, whose labels read ``minor-scratch``."""
    words = [(item.label.partition("-"), item.box) for item in photo.annotations]
    return [Stated(kind=DamageKind(kind), severity=Severity(severity), box=box) for (severity, _, kind), box in words]


def compare(item: Judged, stated: Sequence[Stated], rules: ConsolidateRules) -> Iterator[Compared]:
    """Each stated damage of a photo with the severity that its size gives."""
    scene = Scene.read(item.detections, width=item.photo.width, height=item.photo.height, rules=rules)
    labels = _labels(item.detections)
    for damage in stated:
        drawn = Detection(label=labels[damage.kind], score=1.0, box=damage.box)
        yield Compared(stated=damage, computed=_computed(drawn, damage.kind, scene, rules))


def _computed(drawn: Detection, kind: DamageKind, scene: Scene, rules: ConsolidateRules) -> Severity | None:
    where = attribution.of_damage(drawn, scene, rules)[0]
    part = where.refs[0].part if len(where.refs) == 1 else None
    scale = cm2_per_px2(scene, part, rules)
    return None if scale is None else severity_of(damage_cm2([drawn.box], kind, scale, part, rules), kind, part, rules)


def _labels(detections: Detections) -> Mapping[DamageKind, Label]:
    return {label.kind: label for label in detections.labels if label.kind}
