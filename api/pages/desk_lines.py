"""Lines under review as rows of a table, and as what the page's scripts draw and correct."""

from dataclasses import dataclass
from typing import Any

from api.review_views.lines import LineValueOut, ReviewLineOut
from api.review_views.review import ReviewOut
from model.texts import Texts

_SENT = ("part", "side", "operation", "kind", "severity", "hours", "labour", "paint", "parts", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line: what holds now, and ``machine`` where a person sees it otherwise. ``confidence`` of 0..1 that the damage
    behind it is there, None where nothing was detected; ``damage`` in words."""

    line: ReviewLineOut
    place: str
    damage: str
    operation: str
    machine_operation: str
    now: LineValueOut
    confidence: float | None

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
        "lines": [_sent(line) for line in review.lines],
        "photos": [photo and photo.model_dump() for photo in review.photos],
        "others": _others(review),
    }


def _row(line: ReviewLineOut, review: ReviewOut, texts: Texts) -> Row:
    now, machine = _now(line), line.machine
    place, _, operation = now.text.rpartition(" · ")
    told = review.assessment.estimate.lines[line.number].damages if machine is not None else []
    seen = [review.assessment.damages[index].confidence for index in told]
    return Row(
        line=line,
        place=place,
        damage=" · ".join(texts.name(word) for word in (now.kind, now.severity) if word is not None),
        operation=operation,
        machine_operation=machine.text.rpartition(" · ")[2] if machine else "",
        now=now,
        confidence=max(seen, default=None),
    )


def _now(line: ReviewLineOut) -> LineValueOut:
    value = line.human or line.machine
    assert value is not None  # noqa: S101 - somebody wrote it
    return value


def _sent(line: ReviewLineOut) -> dict[str, Any]:
    now = _now(line).model_dump(mode="json")
    return {
        "number": line.number,
        "text": now["text"],
        "removed": line.removed,
        "added": line.machine is None,
        "amount": float(line.amount),
        "priced": line.priced,
        "marks": [mark.model_dump(mode="json") for mark in line.marks],
        **{name: now[name] for name in _SENT},
    }


def _others(review: ReviewOut) -> list[dict[str, Any]]:
    """Where damage was seen that no line is about."""
    priced = {index for line in review.assessment.estimate.lines for index in line.damages}
    rest = (damage for index, damage in enumerate(review.assessment.damages) if index not in priced)
    return [{"photo": item.photo, "box": item.box, "label": item.label} for damage in rest for item in damage.evidence]
