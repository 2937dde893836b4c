"""What the photos of a case show together as JSON and back, exactly: floats are spelled as ``repr`` does."""

from collections.abc import Mapping
from typing import Any

from claims.assess import Found
from claims.note_json import note_json, note_of
from model.findings import Damage, Evidence, PartRef
from model.vocabulary import DamageKind, Part, Severity, Side


def found_json(found: Found) -> dict[str, Any]:
    """Raises ``TypeError`` for a note that holds what could not be read back."""
    return {
        "damages": [_damage_json(damage) for damage in found.damages],
        "dropped": [note_json(item) for item in found.dropped],
        "views": list(found.views),
    }


def found_of(told: Mapping[str, Any]) -> Found:
    """The value of ``found_json``."""
    return Found(
        damages=tuple(map(_damage, told["damages"])),
        dropped=tuple(map(note_of, told["dropped"])),
        views=tuple(told["views"]),
    )


def _damage_json(damage: Damage) -> dict[str, Any]:
    return {
        "is": [damage.part, damage.side, damage.kind, damage.severity],
        "sure": [damage.confidence, damage.severity_certain, damage.doubtful],
        "seen": [[item.photo, item.box, item.score, item.label] for item in damage.evidence],
        "maybe": [[ref.part, ref.side] for ref in damage.candidates],
        "cm2": damage.area_cm2,
        "notes": [note_json(item) for item in damage.notes],
    }


def _damage(told: Mapping[str, Any]) -> Damage:
    part, side, kind, severity = told["is"]
    confidence, certain, doubtful = told["sure"]
    return Damage(
        part=part and Part(part),
        side=Side(side),
        kind=DamageKind(kind),
        severity=Severity(severity),
        confidence=confidence,
        evidence=tuple(
            Evidence(photo=photo, box=(x1, y1, x2, y2), score=score, label=label)
            for photo, (x1, y1, x2, y2), score, label in told["seen"]
        ),
        candidates=tuple(PartRef(part=Part(part), side=Side(side)) for part, side in told["maybe"]),
        area_cm2=told["cm2"],
        severity_certain=certain,
        doubtful=doubtful,
        notes=tuple(map(note_of, told["notes"])),
    )
