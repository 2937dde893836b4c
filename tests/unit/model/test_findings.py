"""What a damage says of itself."""

import json

import pytest

from model.findings import PART_LABELS, Damage, Evidence
from model.registry import shipped_weights
from model.vocabulary import DamageKind, LabelGroup, Part, Severity, Side


def damage(confidence: float, *seen: tuple[str, float]) -> Damage:
    return Damage(
        part=Part.FRONT_BUMPER,
        side=Side.NONE,
        kind=DamageKind.SCRATCH,
        severity=Severity.MINOR,
        confidence=confidence,
        evidence=tuple(Evidence(photo=0, box=(0, 0, 9, 9), score=score, label=label) for label, score in seen),
    )


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (damage(0.9, ("damaged_Bumper", 0.9), ("scratch", 0.3)), 0.3),
        (damage(0.45, ("damaged_Bumper", 0.9), ("scratch", 0.3)), 0.15),
        (damage(0.6, ("damaged_Bumper", 0.5), ("scratch", 0.6)), 0.6),
        (damage(0.9, ("damaged_Bumper", 0.9)), 0.9),
        (damage(0.4, ("scratch", 0.4), ("scratch", 0.3)), 0.4),
    ],
)
def test_a_kind_is_as_sure_as_the_outlines_that_show_it(found: Damage, kind: float) -> None:
    assert found.kind_confidence == pytest.approx(kind)


def test_labels_of_damaged_parts_are_known_by_their_name() -> None:
    labels = [
        label
        for path in shipped_weights().glob("*/manifest.json")
        for label in json.loads(path.read_text("utf-8"))["labels"]
    ]
    assert labels
    for label in labels:
        assert label["name"].startswith(PART_LABELS) == (label["group"] == LabelGroup.DAMAGED_PART)
