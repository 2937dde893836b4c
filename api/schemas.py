"""The assessment as a document: the same on the command line (``--json``) and over HTTP.

Money is a JSON number with at most the minor unit's decimals; boxes are pixels of the upright photo. The keys promised
to integrators are never renamed or removed; further keys may be added.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from claims.assess import Assessment
from claims.observe import Observation
from claims.policy import Span
from claims.triage import Decision
from model.detections import Detection
from model.findings import Damage, Evidence, PartRef
from model.notes import Note
from model.texts import Texts
from parts_pricing.estimate import Estimate, EstimateLine

Money = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
BoxPx = tuple[float, float, float, float]
UNKNOWN = "unknown"
NOTHING_FOUND = "pricing.estimate.nothing"


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Statement(_Document):
    """A stable code and its sentence in the language asked for."""

    code: str
    text: str

    @classmethod
    def of(cls, note: Note, texts: Texts) -> Self:
        """``code`` without the topic that the texts file it under."""
        return cls(code=note.code.partition(".")[2], text=texts.say(note))


class QualityOut(_Document):
    """``ok`` false: the photo could not be assessed. ``reasons`` are codes; ``advice`` says them in words."""

    ok: bool
    reasons: list[str]
    advice: list[str] = Field(default_factory=list)


class DetectionOut(_Document):
    """One box of the network with a score of 0.05 or more."""

    label: str
    group: str
    score: float
    box: BoxPx

    @classmethod
    def of(cls, item: Detection) -> Self:
        """Scores to four decimals, pixels to one."""
        return cls(label=item.label.name, group=item.label.group, score=round(item.score, 4), box=_box(item.box))


class PhotoOut(_Document):
    """One photo as it was sent. Sizes are those of the upright photo, null when it could not be read."""

    file: str
    sha256: str | None
    width: int | None
    height: int | None
    quality: QualityOut
    detections: list[DetectionOut]

    @classmethod
    def of(cls, seen: Observation, texts: Texts) -> Self:
        """A photo that was rejected has no detections and says why."""
        notes = (seen.rejection,) if seen.rejection else seen.quality.reasons if seen.quality else ()
        return cls(
            file=seen.name,
            sha256=seen.sha256,
            width=seen.width,
            height=seen.height,
            quality=QualityOut(
                ok=seen.usable, reasons=[item.code for item in notes], advice=[texts.say(item) for item in notes]
            ),
            detections=[DetectionOut.of(item) for item in seen.detections or ()],
        )


class EvidenceOut(_Document):
    """Where a damage is seen: index of the photo in ``photos``, and the box on it."""

    photo: int
    box: BoxPx
    label: str
    score: float

    @classmethod
    def of(cls, item: Evidence) -> Self:
        """Scores to four decimals, pixels to one."""
        return cls(photo=item.photo, box=_box(item.box), label=item.label, score=round(item.score, 4))


class CandidateOut(_Document):
    """A part that a damage may be on."""

    part: str
    side: str

    @classmethod
    def of(cls, ref: PartRef) -> Self:
        """Part and side as in the vocabulary."""
        return cls(part=ref.part, side=ref.side)


class DamageOut(_Document):
    """One damage. ``part`` is ``unknown`` while ``candidates`` (which may be empty) leave it open.

    ``doubtful``: seen only where there may be no car; a wider photo is asked for, and no line is about it.
    """

    part: str
    side: str
    kind: str
    severity: str
    confidence: float
    evidence: list[EvidenceOut]
    candidates: list[CandidateOut]
    area_cm2: float | None
    doubtful: bool
    notes: list[str]

    @classmethod
    def of(cls, damage: Damage, texts: Texts) -> Self:
        """Confidence to four decimals, area to whole cm²."""
        return cls(
            part=damage.part or UNKNOWN,
            side=damage.side,
            kind=damage.kind,
            severity=damage.severity,
            confidence=round(damage.confidence, 4),
            evidence=[EvidenceOut.of(item) for item in damage.evidence],
            candidates=[CandidateOut.of(ref) for ref in damage.candidates],
            area_cm2=None if damage.area_cm2 is None else float(round(damage.area_cm2)),
            doubtful=damage.doubtful,
            notes=[texts.say(item) for item in damage.notes],
        )


class LineOut(_Document):
    """One line; ``basis`` says what was seen, which rule chose the work and which row gave the price.

    ``total``, ``low`` and ``high`` are null while nothing at all is known of the amount; the totals of the other lines
    sum to that of the estimate. A line that is not ``priced`` but has a ``high`` is to be verified within these limits.
    ``operation_code`` and ``labour_types`` are those of the trade's interchange formats (EMS, BMS).
    """

    part: str
    side: str
    operation: str
    operation_code: str
    labour_types: list[str]
    hours: Money
    labour: Money
    paint: Money
    parts: Money
    other: Money
    total: Money | None
    low: Money | None
    high: Money | None
    priced: bool
    basis: list[str]
    flags: list[str]
    rule: str | None
    price_row: str | None
    damages: list[int]

    @classmethod
    def of(cls, line: EstimateLine, texts: Texts) -> Self:
        """Amounts as in the estimate; ``damages`` are indices into the document's ``damages``."""
        known = line.priced or line.high > 0
        return cls(
            part=line.part or UNKNOWN,
            side=line.side,
            operation=line.operation,
            operation_code=line.code,
            labour_types=list(line.labour_types),
            hours=line.hours,
            labour=line.labour,
            paint=line.paint,
            parts=line.parts,
            other=line.other,
            total=line.total if known else None,
            low=line.low if known else None,
            high=line.high if known else None,
            priced=line.priced,
            basis=[texts.say(item) for item in line.basis],
            flags=sorted(line.flags),
            rule=line.rule,
            price_row=line.price_row,
            damages=list(line.damages),
        )


class EstimateOut(_Document):
    """``total`` is gross with tax and is the sum of the lines; ``at_least`` when lines have no price yet."""

    currency: str
    lines: list[LineOut]
    total: Money
    low: Money
    high: Money
    unpriced: list[int]
    at_least: bool
    tax: Money
    deductible: Money
    salvage: Money
    betterment: Money
    net: Money
    notes: list[str]

    @classmethod
    def of(cls, estimate: Estimate, texts: Texts, *, looked: bool = True) -> Self:
        """``unpriced`` are indices into ``lines``. Unless a photo was ``looked`` at, nothing is said of no damage."""
        return cls(
            currency=estimate.currency,
            lines=[LineOut.of(line, texts) for line in estimate.lines],
            total=estimate.total,
            low=estimate.low,
            high=estimate.high,
            unpriced=[index for index, line in enumerate(estimate.lines) if not line.priced],
            at_least=estimate.at_least,
            tax=estimate.tax,
            deductible=estimate.deductible,
            salvage=estimate.salvage,
            betterment=estimate.betterment,
            net=estimate.net,
            notes=[texts.say(item) for item in estimate.notes if looked or item.code != NOTHING_FOUND],
        )


class SpanOut(_Document):
    """A time limit, in hours or in working days, from the moment that all materials are there."""

    hours: int | None
    working_days: int | None

    @classmethod
    def of(cls, span: Span) -> Self:
        """One of the two is set."""
        return cls(hours=span.hours, working_days=span.working_days)


class DecisionOut(_Document):
    """What happens next and why. A machine offers or refers; ``contact`` says how to reach a person."""

    route: str
    reasons: list[Statement]
    photos_wanted: list[Statement]
    case_class: str
    authority: str
    photo_only: bool
    police_report: bool
    review_within: SpanOut
    payment_within: SpanOut | None
    contact: str

    @classmethod
    def of(cls, decision: Decision, texts: Texts) -> Self:
        """Codes without their topic: ``reason.ONE_VIEW`` becomes ``ONE_VIEW``."""
        return cls(
            route=decision.route,
            reasons=[Statement.of(item, texts) for item in decision.reasons],
            photos_wanted=[Statement.of(item, texts) for item in decision.wanted],
            case_class=decision.case_class,
            authority=decision.authority,
            photo_only=decision.photo_only,
            police_report=decision.police_report,
            review_within=SpanOut.of(decision.review_within),
            payment_within=SpanOut.of(decision.payment_within) if decision.payment_within else None,
            contact=texts.say(Note("decision.contact")),
        )


class VersionsOut(_Document):
    """What produced the numbers; the same photos, facts, day and versions give the same document."""

    model: str
    prices: str
    rules: str
    policy: str


class AssessmentDocument(_Document):
    """One case, assessed ``on`` a day: photos, damages, estimate, decision, versions."""

    on: date
    photos: list[PhotoOut]
    damages: list[DamageOut]
    estimate: EstimateOut
    decision: DecisionOut
    versions: VersionsOut
    left_out: list[str] = Field(default_factory=list, description="detections that were not counted, and why")

    @classmethod
    def of(cls, assessment: Assessment, texts: Texts, *, on: date) -> Self:
        """Everything that an assessment of the day ``on`` says, in one language."""
        return cls(
            on=on,
            photos=[PhotoOut.of(seen, texts) for seen in assessment.observations],
            damages=[DamageOut.of(damage, texts) for damage in assessment.damages],
            estimate=EstimateOut.of(assessment.estimate, texts, looked=assessment.usable),
            decision=DecisionOut.of(assessment.decision, texts),
            versions=VersionsOut.model_validate(assessment.versions),
            left_out=[texts.say(item) for item in assessment.dropped],
        )


def _box(box: tuple[float, float, float, float]) -> BoxPx:
    x1, y1, x2, y2 = (round(value, 1) for value in box)
    return (x1, y1, x2, y2)
