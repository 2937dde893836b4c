"""An assessment as bytes that are the same wherever and in whatever language it is made: what is stored and replayed.

The keys are those of the HTTP document (``api.schemas.AssessmentDocument``), with codes and facts in the place of
sentences. No file names: a customer chose them. No JSON floats, whose text differs between machines: amounts are
decimals as text, boxes text with one decimal, scores and probabilities with four, areas with three.
"""

import json
from collections.abc import Mapping
from typing import Any

from claims.assess import Assessment
from claims.note_json import note_json
from claims.observe import Observation
from claims.policy import Span
from claims.triage import Decision
from model.detections import Detection
from model.findings import Box, Damage, Evidence, PartRef
from parts_pricing.estimate import Estimate, EstimateLine


def canonical(assessment: Assessment) -> bytes:
    """UTF-8 JSON with sorted keys and no blanks. Everything but the day, which is stored beside it."""
    return packed(
        {
            "photos": [_photo(seen) for seen in assessment.observations],
            "damages": [_damage(damage) for damage in assessment.damages],
            "estimate": _estimate(assessment.estimate),
            "decision": _decision(assessment.decision),
            "versions": dict(assessment.versions),
            "left_out": [note_json(item) for item in assessment.dropped],
        }
    )


def packed(document: Mapping[str, Any]) -> bytes:
    """The one spelling of a JSON document. Raises ``TypeError`` for a float in it."""
    _refuse_floats(document)
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def _refuse_floats(value: object) -> None:
    if isinstance(value, str):
        return
    if isinstance(value, float):
        raise TypeError("a float has no one spelling")
    if isinstance(value, Mapping):
        for item in value.values():
            _refuse_floats(item)
    if isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)


def _photo(seen: Observation) -> dict[str, Any]:
    notes = (seen.rejection,) if seen.rejection else seen.quality.reasons if seen.quality else ()
    return {
        "sha256": seen.sha256,
        "width": seen.width,
        "height": seen.height,
        "quality": {"ok": seen.usable, "reasons": [note_json(item) for item in notes]},
        "detections": [_detection(item) for item in seen.detections or ()],
    }


def _detection(item: Detection) -> dict[str, Any]:
    return {
        "label": item.label.name,
        "group": item.label.group.value,
        "score": _fixed(item.score, 4),
        "box": _box(item.box),
    }


def _damage(damage: Damage) -> dict[str, Any]:
    return {
        "part": damage.part,
        "side": damage.side,
        "kind": damage.kind,
        "severity": damage.severity,
        "severity_certain": damage.severity_certain,
        "confidence": _fixed(damage.confidence, 4),
        "evidence": [_evidence(item) for item in damage.evidence],
        "candidates": [_place(ref) for ref in damage.candidates],
        "area_cm2": None if damage.area_cm2 is None else _fixed(damage.area_cm2, 3),
        "doubtful": damage.doubtful,
        "notes": [note_json(item) for item in damage.notes],
    }


def _evidence(item: Evidence) -> dict[str, Any]:
    return {"photo": item.photo, "box": _box(item.box), "label": item.label, "score": _fixed(item.score, 4)}


def _place(ref: PartRef) -> dict[str, Any]:
    return {"part": ref.part, "side": ref.side}


def _estimate(estimate: Estimate) -> dict[str, Any]:
    amounts = ("total", "low", "high", "tax", "deductible", "salvage", "betterment", "net")
    return {
        "currency": estimate.currency,
        "lines": [_line(line) for line in estimate.lines],
        "unpriced": [index for index, line in enumerate(estimate.lines) if not line.priced],
        "at_least": estimate.at_least,
        "flags": sorted(estimate.flags),
        "notes": [note_json(item) for item in estimate.notes],
        "versions": dict(estimate.versions),
        **{name: f"{getattr(estimate, name):f}" for name in amounts},
    }


def _line(line: EstimateLine) -> dict[str, Any]:
    amounts = ("hours", "body_hours", "refinish_hours", "labour", "paint", "parts", "other", "total", "low", "high")
    return {
        "part": line.part,
        "side": line.side,
        "operation": line.operation,
        "operation_code": line.code,
        "labour_types": list(line.labour_types),
        "priced": line.priced,
        "missing": list(line.missing),
        "basis": [note_json(item) for item in line.basis],
        "flags": sorted(line.flags),
        "rule": line.rule,
        "sources": list(line.sources),
        "price_row": line.price_row,
        "price_tag": line.price_tag,
        "stale": line.stale,
        "damages": list(line.damages),
        **{name: f"{getattr(line, name):f}" for name in amounts},
    }


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "route": decision.route,
        "reasons": [note_json(item) for item in decision.reasons],
        "photos_wanted": [note_json(item) for item in decision.wanted],
        "case_class": decision.case_class,
        "authority": decision.authority,
        "photo_only": decision.photo_only,
        "police_report": decision.police_report,
        "review_within": _span(decision.review_within),
        "payment_within": _span(decision.payment_within) if decision.payment_within else None,
    }


def _span(span: Span) -> dict[str, Any]:
    return {"hours": span.hours, "working_days": span.working_days}


def _box(box: Box) -> list[str]:
    return [_fixed(value, 1) for value in box]


def _fixed(value: float, places: int) -> str:
    """Never ``-0.0``."""
    return f"{round(value, places) + 0.0:.{places}f}"
