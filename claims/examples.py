"""What a correction teaches: each one as a labelled example, and many as one COCO set that training reads.

No personal data: who corrected is a role, and ``group`` is a name that says nothing. A photo holds more than what was
corrected on it, so the set is partly labelled: what lies outside the examples' boxes is not known to be undamaged, and
damage whose kind or part nobody named has no label for it. ``data/formats/corrections.py`` reads it so.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from claims.marks import Mark
from claims.outlines import Outline, area
from claims.review_changes import Why
from claims.review_lines import Review, ReviewedLine, ReviewedPhoto
from claims.states import Role
from claims.utc import as_text
from model.findings import Box
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.operations import Operation


class Lesson(StrEnum):
    """What an example says about its box."""

    CONFIRMED = "confirmed"
    CHANGED = "changed"
    ADDED = "added"
    NOT_COUNTED = "not_counted"
    NOT_DAMAGED = "not_damaged"
    LEFT_OUT = "left_out"


_STILL_DAMAGE = frozenset({Why.OLD_DAMAGE, Why.OTHER_EVENT})
"""Reasons to leave out a line whose damage is there all the same."""
_SEEN = frozenset({Lesson.CONFIRMED, Lesson.CHANGED, Lesson.ADDED, Lesson.NOT_COUNTED})
"""Lessons whose box shows damage. A line that was left out for another reason says neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One box on one photo as a person saw it, with what the line of it came to. ``box`` in px of the upright photo.

    ``outline``: the polygon that the box is around, None where nobody drew one.
    A correction that nobody drew has neither photo nor box: it teaches prices only. Photos of one ``group`` belong to
    one case and stay on one side of a split.
    """

    group: str
    lesson: Lesson
    photo: ReviewedPhoto | None
    box: Box | None
    outline: Outline | None
    part: Part | None
    side: Side
    kind: DamageKind | None
    severity: Severity | None
    operation: Operation
    amount: Decimal
    currency: str
    why: Why
    role: Role
    at: datetime


def examples(review: Review, *, group: str) -> tuple[Example, ...]:
    """One example for each box of each line that a person touched, in the order of the lines."""
    return tuple(example for line in review.lines if line.touches for example in _of_line(line, review, group))


def _of_line(line: ReviewedLine, review: Review, group: str) -> Iterator[Example]:
    value, last = line.value, line.touches[-1]
    for mark in line.marks or (None,):
        photo, box = _seen(mark, review)
        yield Example(
            group=group,
            lesson=_lesson(line),
            photo=photo,
            box=box,
            outline=mark.outline if mark and photo else None,
            part=value.part,
            side=value.side,
            kind=line.kind,
            severity=line.severity,
            operation=value.operation,
            amount=line.amount,
            currency=review.currency,
            why=last.why,
            role=last.role,
            at=last.at,
        )


def _seen(mark: Mark | None, review: Review) -> tuple[ReviewedPhoto | None, Box | None]:
    photo = None if mark is None else review.photos[mark.photo]
    return (None, None) if mark is None or photo is None else (photo, mark.box)


def _lesson(line: ReviewedLine) -> Lesson:
    if line.removed:
        why = line.touches[-1].why
        if why is Why.NOT_DAMAGED:
            return Lesson.NOT_DAMAGED
        return Lesson.NOT_COUNTED if why in _STILL_DAMAGE else Lesson.LEFT_OUT
    if line.machine is None:
        return Lesson.ADDED
    return Lesson.CHANGED if line.overridden else Lesson.CONFIRMED


# --- COCO -----------------------------------------------------------------------------------------------------------


def _categories() -> dict[str, tuple[int, str]]:
    """Name → id and group. The ids follow the vocabulary, not what a set happens to hold."""
    kinds = [kind.value for kind in DamageKind if kind is not DamageKind.UNKNOWN]
    parts = [
        _part_name(part, side)
        for part in Part
        for side in Side
        if side is Side.UNKNOWN or part.sided is not (side is Side.NONE)
    ]
    named = [*((name, "damage") for name in kinds), *((name, "damaged_part") for name in dict.fromkeys(parts))]
    return {name: (number, group) for number, (name, group) in enumerate(named, start=1)}


def _part_name(part: Part, side: Side) -> str:
    """``damaged_left_front_door``; without a side where there is none or nobody could say."""
    return f"damaged_{part}" if side in (Side.NONE, Side.UNKNOWN) else f"damaged_{side}_{part}"


CATEGORIES: Mapping[str, tuple[int, str]] = _categories()


def as_coco(given: Iterable[Example], *, suffixes: Mapping[str, str] | None = None) -> bytes:
    """``annotations.json`` of a COCO set: a box by kind of damage, and the same box by the part that it is on. What was
    outlined has its polygon as ``segmentation`` and the area of it.

    Photos are named by their sha256, with the suffix that ``suffixes`` has for it. A photo on which only undamaged
    places were marked is there without boxes. Under ``examples``, which readers of COCO pass over, stands everything
    else that is known, those without a photo included. The same examples give the same bytes.
    """
    taught = list(given)
    photos = {item.photo.sha256: (item.photo, item.group) for item in taught if item.photo is not None}
    ids = {sha256: number for number, sha256 in enumerate(sorted(photos), start=1)}
    annotations: list[dict[str, Any]] = []
    records: list[dict[str, Any]] = []
    for item in taught:
        found = list(_annotations(item, ids, first=len(annotations) + 1))
        annotations += found
        records.append(_record(item, [entry["id"] for entry in found]))
    images = [
        _image(number, *photos[sha256], suffix=(suffixes or {}).get(sha256, "")) for sha256, number in ids.items()
    ]
    document = {
        "info": {"description": "Corrections of estimates. Partly labelled: only what people corrected has boxes."},
        "categories": [{"id": number, "name": name, "supercategory": of} for name, (number, of) in CATEGORIES.items()],
        "images": images,
        "annotations": annotations,
        "examples": records,
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _image(number: int, photo: ReviewedPhoto, group: str, *, suffix: str) -> dict[str, Any]:
    name = f"{photo.sha256}{suffix}"
    return {"id": number, "file_name": name, "width": photo.width, "height": photo.height, "group": group}


def _annotations(item: Example, ids: Mapping[str, int], *, first: int) -> Iterator[dict[str, Any]]:
    if item.photo is None or item.box is None or item.lesson not in _SEEN:
        return
    x1, y1, x2, y2 = (round(value, 1) for value in item.box)
    width, height = round(x2 - x1, 1), round(y2 - y1, 1)
    names = [item.kind.value] if item.kind is not None and item.kind is not DamageKind.UNKNOWN else []
    names += [_part_name(item.part, item.side)] if item.part is not None else []
    for number, name in enumerate(names, start=first):
        yield {
            "id": number,
            "image_id": ids[item.photo.sha256],
            "category_id": CATEGORIES[name][0],
            "bbox": [x1, y1, width, height],
            "area": round(width * height, 1),
            "iscrowd": 0,
            **_segmentation(item.outline),
        }


def _segmentation(outline: Outline | None) -> dict[str, Any]:
    if outline is None:
        return {}
    return {
        "segmentation": [[round(value, 1) for corner in outline for value in corner]],
        "area": round(area(outline), 1),
    }


def _record(item: Example, annotations: list[int]) -> dict[str, Any]:
    return {
        "annotations": annotations,
        "photo": item.photo.sha256 if item.photo else None,
        "box": [round(value, 1) for value in item.box] if item.box else None,
        "outline": item.outline and [[round(x, 1), round(y, 1)] for x, y in item.outline],
        "lesson": item.lesson,
        "part": item.part,
        "side": item.side,
        "kind": item.kind,
        "severity": item.severity,
        "operation": item.operation,
        "amount": f"{item.amount:f}",
        "currency": item.currency,
        "why": item.why,
        "role": item.role,
        "at": as_text(item.at),
    }
