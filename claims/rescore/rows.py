"""Scored cases as the Parquet tables of a run, column by column."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from operator import attrgetter
from typing import Any, Final

import pyarrow as pa

from claims.assess import Assessment
from claims.note_json import note_json
from claims.observe import Observation
from claims.replay import inputs_hash
from claims.rescore.case import FinalBill, HistoricalCase, Previous, Quarantined
from claims.rescore.tables import CASES, DETECTIONS, LINES, MOVED, QUARANTINE
from model.findings import Damage
from model.vocabulary import Severity
from parts_pricing.estimate import EstimateLine

_HOURS: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A case and what this run says of it. ``previous``: the earlier estimate, wherever it is known from."""

    case: HistoricalCase
    assessment: Assessment
    vehicle_class: str
    priced_on: date
    previous: Previous | None
    moved: tuple["Move", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A row of ``MOVED``. Unlike ``claims.moved.Moved``, nobody may know the source, nor the route before."""

    sources: tuple[str, ...]
    before: Decimal
    after: Decimal
    currency: str
    route_before: str | None
    route_after: str


def cases_table(scored: Sequence[Scored]) -> pa.Table:
    """A row a case."""
    return _table(CASES, _CASE, scored)


def lines_table(scored: Sequence[Scored]) -> pa.Table:
    """A row a line of an estimate."""
    rows = [
        _Line(item.case.id, number, line, [item.assessment.damages[index] for index in line.damages])
        for item in scored
        for number, line in enumerate(item.assessment.estimate.lines)
    ]
    return _table(LINES, _LINE, rows)


def moved_table(scored: Sequence[Scored]) -> pa.Table:
    """A row a step that moved the total or the route."""
    rows = [_Step(item.case.id, step, move) for item in scored for step, move in enumerate(item.moved)]
    return _table(MOVED, _MOVED, rows)


def quarantine_table(refused: Sequence[Quarantined]) -> pa.Table:
    """A row a case, or a row of the manifest, that was not scored."""
    return _table(QUARANTINE, _QUARANTINE, refused)


def detections_table(cases: Iterable[tuple[str, Sequence[Observation]]]) -> pa.Table:
    """A row a box: ``cases`` are case ids and their observations."""
    columns: dict[str, list[Any]] = {name: [] for name in DETECTIONS.names}
    for case_id, observations in cases:
        for seen in observations:
            if seen.detections is not None:
                _add_boxes(columns, case_id, seen)
    return pa.table(columns, schema=DETECTIONS)


def _add_boxes(columns: Mapping[str, list[Any]], case_id: str, seen: Observation) -> None:
    found = seen.detections
    if found is None:
        return
    same = {
        "case_id": case_id,
        "photo": seen.index + 1,
        "sha256": seen.sha256,
        "width": seen.width,
        "height": seen.height,
    }
    for name, value in same.items():
        columns[name].extend([value] * len(found))
    columns["label"].extend(found.labels[number].name for number in found.label_ids.tolist())
    columns["score"].extend(found.scores.tolist())
    for number, side in enumerate(("x1", "y1", "x2", "y2")):
        columns[side].extend(found.boxes[:, number].tolist())


def _table(schema: pa.Schema, columns: Mapping[str, Callable[[Any], Any]], rows: Sequence[Any]) -> pa.Table:
    return pa.table(
        [pa.array([columns[field.name](row) for row in rows], field.type) for field in schema], schema=schema
    )


@dataclass(frozen=True, slots=True)
class _Line:
    case_id: str
    number: int
    line: EstimateLine
    damages: Sequence[Damage]


@dataclass(frozen=True, slots=True)
class _Step:
    case_id: str
    number: int
    move: Move


def _surest_doubt(damages: Iterable[Damage]) -> float | None:
    return min((damage.confidence for damage in damages), default=None)


def _worst(damages: Iterable[Damage]) -> Severity | None:
    return max((damage.severity for damage in damages), key=lambda severity: severity.rank, default=None)


def _priced(scored: Scored) -> list[Damage]:
    found = scored.assessment
    return [found.damages[index] for line in found.estimate.lines for index in line.damages]


def _final_lines(final: FinalBill | None) -> str | None:
    if final is None or final.lines is None:
        return None
    lines = [
        {
            "part": line.ref.part,
            "side": line.ref.side,
            "operation": line.operation,
            "amount": None if line.amount is None else f"{line.amount:f}",
        }
        for line in final.lines
    ]
    return json.dumps(lines, separators=(",", ":"))


def _inputs(scored: Scored) -> str:
    photos = [seen.sha256 or "" for seen in scored.assessment.observations]
    return inputs_hash(photos, scored.case.facts, scored.case.on, scored.assessment.versions)


def _before(name: str) -> Callable[[Scored], Any]:
    return lambda scored: None if scored.previous is None else getattr(scored.previous, name)


_CASE: Final[Mapping[str, Callable[[Scored], Any]]] = {
    "row": lambda one: one.case.row,
    "case_id": lambda one: one.case.id,
    "month": lambda one: one.case.month,
    "on": lambda one: one.case.on,
    "priced_on": attrgetter("priced_on"),
    "region": lambda one: one.case.facts.region,
    "vehicle_class": lambda one: one.vehicle_class,
    "shop": lambda one: one.case.facts.shop,
    "photos": lambda one: [seen.sha256 for seen in one.assessment.observations],
    "usable_photos": lambda one: sum(seen.usable for seen in one.assessment.observations),
    "damages": lambda one: len(one.assessment.damages),
    "confidence": lambda one: _surest_doubt(_priced(one)),
    "currency": lambda one: one.assessment.estimate.currency,
    "total": attrgetter("assessment.estimate.total"),
    "low": attrgetter("assessment.estimate.low"),
    "high": attrgetter("assessment.estimate.high"),
    "at_least": lambda one: one.assessment.estimate.at_least,
    "net": attrgetter("assessment.estimate.net"),
    "route": lambda one: one.assessment.decision.route,
    "reasons": lambda one: [reason.code for reason in one.assessment.decision.reasons],
    "case_class": lambda one: one.assessment.decision.case_class,
    "authority": lambda one: one.assessment.decision.authority,
    "inputs_sha256": _inputs,
    "final_amount": lambda one: one.case.final and one.case.final.amount,
    "final_lines": lambda one: _final_lines(one.case.final),
    "previous_total": _before("total"),
    "previous_low": _before("low"),
    "previous_high": _before("high"),
    "previous_route": _before("route"),
}
_LINE: Final[Mapping[str, Callable[[_Line], Any]]] = {
    "case_id": lambda row: row.case_id,
    "line": lambda row: row.number,
    "part": lambda row: row.line.part,
    "hours": lambda row: row.line.hours.quantize(_HOURS, ROUND_HALF_UP),
    "kinds": lambda row: sorted({damage.kind for damage in row.damages}),
    "severity": lambda row: _worst(row.damages),
    "confidence": lambda row: _surest_doubt(row.damages),
    "flags": lambda row: sorted(row.line.flags),
    **{
        name: attrgetter(f"line.{name}")
        for name in (
            *("side", "operation", "priced", "total", "low", "high"),
            *("labour", "paint", "parts", "other", "price_row", "price_tag", "rule"),
        )
    },
}
_QUARANTINE: Final[Mapping[str, Callable[[Quarantined], Any]]] = {
    "row": lambda one: one.row,
    "case_id": lambda one: one.id,
    "code": lambda one: one.reason.code,
    "photo": lambda one: one.photo,
    "facts": lambda one: json.dumps(note_json(one.reason)["facts"], ensure_ascii=False, separators=(",", ":")),
}
_MOVED: Final[Mapping[str, Callable[[_Step], Any]]] = {
    "case_id": attrgetter("case_id"),
    "step": attrgetter("number"),
    "sources": lambda row: list(row.move.sources),
    **{name: attrgetter(f"move.{name}") for name in ("before", "after", "currency", "route_before", "route_after")},
}
