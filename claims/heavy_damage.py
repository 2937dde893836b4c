"""Damage so heavy that single repairs say little: a wreck must not pass as a list of small jobs.

The limits are in the policy. ``docs/heavy-damage.md`` says on which photos they were measured, and how.
"""

from collections.abc import Iterable
from typing import Final

from claims.policy import HeavyDamage, TriagePolicy
from claims.situation import Situation
from model.findings import Damage
from model.notes import Note, note
from model.vocabulary import DamageKind, Severity

REASON: Final = "reason.HEAVY_DAMAGE"
_DEFORMED: Final = frozenset({DamageKind.DENT, DamageKind.BROKEN})


def heavy_damage(situation: Situation, policy: TriagePolicy) -> Iterable[Note]:
    """The reason for a person to look at the whole car; nothing under a policy that sets no limits."""
    if policy.heavy_damage is not None and is_heavy(situation.damages, policy.heavy_damage):
        yield note(REASON)


def is_heavy(damages: Iterable[Damage], limits: HeavyDamage) -> bool:
    """Severely dented or broken on many parts, or on fewer over a large area, all dents and breaks together."""
    deformed = [damage for damage in damages if damage.kind in _DEFORMED and not damage.doubtful]
    severe = {
        (damage.part, damage.side)
        for damage in deformed
        if damage.part is not None and damage.severity is Severity.SEVERE
    }
    area_cm2 = sum(damage.area_cm2 or 0.0 for damage in deformed)
    return len(severe) >= limits.parts or (len(severe) >= limits.large_parts and area_cm2 >= limits.large_cm2)
