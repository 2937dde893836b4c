"""A stored estimate as a document of the quick estimate's shape, in the language of whoever asks."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import (
    UNKNOWN,
    CandidateOut,
    DamageOut,
    DecisionOut,
    EstimateOut,
    EvidenceOut,
    LineOut,
    SpanOut,
    Statement,
    VersionsOut,
)
from claims.discretion import discreet
from claims.note_json import note_of
from claims.repository.assessments import Made
from model.notes import Note
from model.texts import Texts

_AMOUNTS = ("hours", "labour", "paint", "parts", "other")
_TOTALS = ("total", "low", "high", "tax", "deductible", "salvage", "betterment", "net")


class AssessedOut(BaseModel):
    """What the machine saw and computed on a day. ``photos`` are the SHA-256 that ``damages`` count from 0."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: date
    photos: list[str]
    damages: list[DamageOut]
    estimate: EstimateOut
    decision: DecisionOut
    versions: VersionsOut
    left_out: list[str] = Field(default_factory=list, description="detections that were not counted, and why")

    @classmethod
    def of(cls, made: Made, texts: Texts, *, staff: bool) -> Self:
        """All of it, as it was stored: nothing is computed anew. ``staff`` read every reason, others what is theirs."""
        told = made.estimate.told
        return cls(
            on=made.estimate.on,
            photos=list(made.estimate.photos),
            damages=[_damage(item, texts) for item in told["damages"]],
            estimate=_estimate(told["estimate"], texts),
            decision=_decision(told["decision"], texts, staff=staff),
            versions=VersionsOut.model_validate(told["versions"]),
            left_out=_said(told["left_out"], texts),
        )


def _said(notes: Iterable[Mapping[str, Any]], texts: Texts) -> list[str]:
    return [texts.say(note_of(item)) for item in notes]


def _statements(notes: Iterable[Mapping[str, Any]], texts: Texts, *, staff: bool) -> list[Statement]:
    told = tuple(map(note_of, notes))
    return [Statement.of(item, texts) for item in (told if staff else discreet(told))]


def _damage(item: Mapping[str, Any], texts: Texts) -> DamageOut:
    area = item["area_cm2"]
    return DamageOut(
        part=item["part"] or UNKNOWN,
        side=item["side"],
        kind=item["kind"],
        severity=item["severity"],
        confidence=float(item["confidence"]),
        evidence=[_evidence(one) for one in item["evidence"]],
        candidates=[CandidateOut(**one) for one in item["candidates"]],
        area_cm2=None if area is None else float(round(Decimal(area))),
        doubtful=item["doubtful"],
        notes=_said(item["notes"], texts),
    )


def _evidence(item: Mapping[str, Any]) -> EvidenceOut:
    x1, y1, x2, y2 = map(float, item["box"])
    return EvidenceOut(photo=item["photo"], box=(x1, y1, x2, y2), label=item["label"], score=float(item["score"]))


def _estimate(item: Mapping[str, Any], texts: Texts) -> EstimateOut:
    return EstimateOut(
        currency=item["currency"],
        lines=[_line(one, texts) for one in item["lines"]],
        unpriced=item["unpriced"],
        at_least=item["at_least"],
        notes=_said(item["notes"], texts),
        **{name: Decimal(item[name]) for name in _TOTALS},
    )


def _line(item: Mapping[str, Any], texts: Texts) -> LineOut:
    known = item["priced"] or Decimal(item["high"]) > 0
    return LineOut(
        part=item["part"] or UNKNOWN,
        side=item["side"],
        operation=item["operation"],
        operation_code=item["operation_code"],
        labour_types=item["labour_types"],
        priced=item["priced"],
        basis=_said(item["basis"], texts),
        flags=item["flags"],
        rule=item["rule"],
        price_row=item["price_row"],
        damages=item["damages"],
        **{name: Decimal(item[name]) for name in _AMOUNTS},
        **{name: Decimal(item[name]) if known else None for name in ("total", "low", "high")},
    )


def _decision(item: Mapping[str, Any], texts: Texts, *, staff: bool) -> DecisionOut:
    payment = item["payment_within"]
    return DecisionOut(
        route=item["route"],
        reasons=_statements(item["reasons"], texts, staff=staff),
        photos_wanted=_statements(item["photos_wanted"], texts, staff=staff),
        case_class=item["case_class"],
        authority=item["authority"],
        photo_only=item["photo_only"],
        police_report=item["police_report"],
        review_within=SpanOut(**item["review_within"]),
        payment_within=None if payment is None else SpanOut(**payment),
        contact=texts.say(Note("decision.contact")),
    )
