"""Lines under review as rows of a table, and as what the page's scripts draw and correct."""

from dataclasses import dataclass
from typing import Any

from api.review_views.lines import LineValueOut, ReviewLineOut
from api.review_views.review import ReviewOut
from api.schemas import DamageOut
from claims.outlines import LEAST, MOST
from model.texts import Texts
from model.vocabulary import DamageKind, Severity

_SENT = ("part", "side", "operation", "kind", "severity", "hours", "labour", "paint", "parts", "other")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the machine sees on a photo (by its index), in words, and how sure it is, 0..1."""

    photo: int
    text: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line: what holds now, and ``machine`` where a person sees it otherwise. ``confidence`` of 0..1 that the damage
    behind it is there, None where nothing was detected; ``damage`` in words; ``seen`` is where."""

    line: ReviewLineOut
    place: str
    damage: str
    operation: str
    machine_operation: str
    now: LineValueOut
    confidence: float | None
    seen: tuple[Seen, ...]

    @property
    def touched(self) -> bool:
        """Whether a person changed it."""
        return bool(self.line.touches)


def rows_of(review: ReviewOut, texts: Texts) -> list[Row]:
    """In the order of the review."""
    return [_row(line, review, texts) for line in review.lines]


def for_scripts(review: ReviewOut, *, mine: bool) -> dict[str, Any]:
    """What the page's scripts need to draw marks and to send corrections, as JSON."""
    return {
        "claim": str(review.case.id),
        "version": review.version,
        "currency": review.currency,
        "total": float(review.total),
        "mine": mine,
        "lines": [_sent(line, review) for line in review.lines],
        "photos": [photo and photo.model_dump() for photo in review.photos],
        "received": {"photos": len(review.case.photos), "documents": len(review.case.materials)},
        "others": _others(review),
        "corners": {"least": LEAST, "most": MOST},
    }


def _row(line: ReviewLineOut, review: ReviewOut, texts: Texts) -> Row:
    now, machine = _now(line), line.machine
    place, _, operation = now.text.rpartition(" · ")
    damages = _damages(line, review)
    return Row(
        line=line,
        place=place,
        damage=" · ".join(texts.name(word) for word in (now.kind, now.severity) if word is not None),
        operation=operation,
        machine_operation=machine.text.rpartition(" · ")[2] if machine else "",
        now=now,
        confidence=max((damage.confidence for damage in damages), default=None),
        seen=tuple(one for damage in damages for one in _seen(damage, texts)),
    )


def _damages(line: ReviewLineOut, review: ReviewOut) -> list[DamageOut]:
    """What the machine saw behind a line; nothing behind one that a person added."""
    told = review.assessment.estimate.lines[line.number].damages if line.machine is not None else []
    return [review.assessment.damages[index] for index in told]


def _seen(damage: DamageOut, texts: Texts) -> list[Seen]:
    text = " · ".join((texts.name(DamageKind(damage.kind)), texts.name(Severity(damage.severity))))
    return [Seen(item.photo, text, item.score) for item in damage.evidence]


def _now(line: ReviewLineOut) -> LineValueOut:
    value = line.human or line.machine
    assert value is not None  # noqa: S101 - somebody wrote it
    return value


def _sent(line: ReviewLineOut, review: ReviewOut) -> dict[str, Any]:
    """``own``: amounts that the work alone does not give, as they came from a measured area or from a person."""
    now = _now(line).model_dump(mode="json")
    measured = any(damage.area_cm2 is not None for damage in _damages(line, review))
    return {
        "number": line.number,
        "text": now["text"],
        "removed": line.removed,
        "added": line.machine is None,
        "amount": float(line.amount),
        "priced": line.priced,
        "own": measured or bool(line.touches),
        "marks": [mark.model_dump(mode="json") for mark in line.marks],
        **{name: now[name] for name in _SENT},
    }


def _others(review: ReviewOut) -> list[dict[str, Any]]:
    """Where damage was seen that no line is about."""
    priced = {index for line in review.assessment.estimate.lines for index in line.damages}
    rest = (damage for index, damage in enumerate(review.assessment.damages) if index not in priced)
    return [{"photo": item.photo, "box": item.box} for damage in rest for item in damage.evidence]
