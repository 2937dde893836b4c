"""A wreck is named as one, and a person looks at it."""

from collections.abc import Sequence
from typing import Any

import pytest

from claims.heavy_damage import is_heavy
from claims.policy import HeavyDamage
from claims.rulebook import Rulebook
from model.findings import Damage, Evidence
from model.vocabulary import DamageKind, Part, Severity, Side

LIMITS = HeavyDamage(parts=3, large_parts=2, large_cm2=12_000)
FRONT = (Part.FRONT_BUMPER, Part.HOOD, Part.GRILLE, Part.ROOF)


def damage(part: Part | None, **changes: Any) -> Damage:
    given: dict[str, Any] = {
        "part": part,
        "side": Side.UNKNOWN if part is None else Side.NONE,
        "kind": DamageKind.DENT,
        "severity": Severity.SEVERE,
        "confidence": 0.5,
        "area_cm2": 100.0,
        "evidence": (Evidence(photo=0, box=(0.0, 0.0, 9.0, 9.0), score=0.5, label="dent"),),
    }
    return Damage(**{**given, **changes})


def on(count: int, **changes: Any) -> list[Damage]:
    return [damage(part, **changes) for part in FRONT[:count]]


@pytest.mark.parametrize(
    ("damages", "heavy"),
    [
        ([], False),
        (on(3), True),
        (on(2), False),
        (on(2, area_cm2=6_000.0), True),
        (on(2, area_cm2=5_999.0), False),
        ([*on(2, area_cm2=4_000.0), damage(Part.ROOF, severity=Severity.MODERATE, area_cm2=4_000.0)], True),
        (on(1, area_cm2=20_000.0), False),
        (on(4, severity=Severity.MODERATE), False),
        (on(4, kind=DamageKind.SCRATCH, area_cm2=9_000.0), False),
        (on(4, doubtful=True), False),
        ([*on(1), *on(1, kind=DamageKind.BROKEN)], False),
        ([*on(2), damage(None)], False),
        (on(3, area_cm2=None), True),
    ],
)
def test_limits(damages: Sequence[Damage], heavy: bool) -> None:
    assert is_heavy(damages, LIMITS) is heavy


def test_the_shipped_limits_are_those_that_were_measured(rulebook: Rulebook) -> None:
    assert rulebook.policy.heavy_damage == LIMITS
