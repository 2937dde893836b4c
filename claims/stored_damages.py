"""The damages of a stored document, to price or to review them again without looking at the photos."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from claims.note_json import note_of
from model.findings import Box, Damage, Evidence, PartRef
from model.vocabulary import DamageKind, Part, Severity, Side


def damages_of(document: bytes) -> tuple[Damage, ...]:
    """The damages of ``claims.canonical``, numbers as rounded there.

    Areas are rounded to a thousandth of a cm², so a price could differ by a step of its hours in one case out of very
    many: ``claims.review.open_review`` refuses such a one, and looking at the photos again settles it.
    """
    return tuple(_damage(item) for item in json.loads(document)["damages"])


def _damage(item: Mapping[str, Any]) -> Damage:
    area = item["area_cm2"]
    return Damage(
        part=None if item["part"] is None else Part(item["part"]),
        side=Side(item["side"]),
        kind=DamageKind(item["kind"]),
        severity=Severity(item["severity"]),
        confidence=float(item["confidence"]),
        evidence=tuple(_evidence(seen) for seen in item["evidence"]),
        candidates=tuple(PartRef(part=Part(ref["part"]), side=Side(ref["side"])) for ref in item["candidates"]),
        area_cm2=None if area is None else float(area),
        severity_certain=item["severity_certain"],
        doubtful=item["doubtful"],
        notes=tuple(note_of(told) for told in item["notes"]),
    )


def _evidence(item: Mapping[str, Any]) -> Evidence:
    return Evidence(photo=item["photo"], box=_box(item["box"]), score=float(item["score"]), label=item["label"])


def _box(corners: Sequence[str]) -> Box:
    x1, y1, x2, y2 = map(float, corners)
    return (x1, y1, x2, y2)
