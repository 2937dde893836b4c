"""What a report needs of a run's tables beside its figures: boxes of a few cases, and who is in quarantine."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from claims.note_json import note_of
from claims.rescore.figures.run_tables import RunTables
from model.findings import Box
from model.notes import Note

MOST_QUARANTINED: Final = 200
"""Cases in quarantine that the page lists; the table of the run has all."""
_SIDES: Final = ("x1", "y1", "x2", "y2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One box of the network, px of the upright photo."""

    label: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSeen:
    """One photo with its size in px and its boxes."""

    width: int
    height: int
    boxes: tuple[Seen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A case or row in quarantine. ``reason`` may have facts of another form than today's sentence."""

    row: int
    case_id: str | None
    photo: int | None
    reason: Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """``seen`` by case and number of the photo, from 1."""

    seen: Mapping[tuple[str, int], PhotoSeen]
    held: tuple[Held, ...]


def evidence_of(out: Path, cases: Collection[str], thresholds: Mapping[str, float]) -> Evidence:
    """Boxes of these ``cases`` that reach the threshold of their label; labels without one are not drawn.

    Raises ``RescoreError`` ``rescore.unreadable_table``.
    """
    tables = RunTables(out)
    return Evidence(seen=_seen(tables, cases, thresholds), held=_held(tables))


def _seen(
    tables: RunTables, cases: Collection[str], thresholds: Mapping[str, float]
) -> dict[tuple[str, int], PhotoSeen]:
    found: dict[tuple[str, int], PhotoSeen] = {}
    wanted = pa.array(sorted(cases), pa.string())
    names = ["case_id", "photo", "width", "height", "label", "score", *_SIDES]
    for (piece,) in tables.pieces(("detections", names)):
        for row in piece.filter(pc.is_in(piece["case_id"], value_set=wanted)).to_pylist():
            place = row["case_id"], row["photo"]
            photo = found.setdefault(place, PhotoSeen(width=row["width"], height=row["height"], boxes=()))
            if row["score"] >= thresholds.get(row["label"], 2.0):
                x1, y1, x2, y2 = (row[side] for side in _SIDES)
                seen = Seen(label=row["label"], score=row["score"], box=(x1, y1, x2, y2))
                found[place] = PhotoSeen(width=photo.width, height=photo.height, boxes=(*photo.boxes, seen))
    return found


def _held(tables: RunTables) -> tuple[Held, ...]:
    held: list[Held] = []
    for (piece,) in tables.pieces(("quarantine", ["row", "case_id", "code", "photo", "facts"])):
        held += [_one(row) for row in piece.slice(0, MOST_QUARANTINED - len(held)).to_pylist()]
        if len(held) >= MOST_QUARANTINED:
            break
    return tuple(held)


def _one(row: Mapping[str, object]) -> Held:
    reason = note_of({"code": row["code"], "facts": json.loads(str(row["facts"]))})
    number, photo = row["row"], row["photo"]
    return Held(
        row=number if isinstance(number, int) else 0,
        case_id=None if row["case_id"] is None else str(row["case_id"]),
        photo=photo if isinstance(photo, int) else None,
        reason=reason,
    )
