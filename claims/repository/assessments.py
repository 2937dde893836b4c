"""What the machine said about a case: stored once for the same inputs, so that nothing is ever assessed twice."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CursorResult, Row, bindparam, select

from claims.replay import StoredEstimate
from claims.repository.book import Book
from claims.repository.rows import insert_once, record, rows_of
from claims.tables import assessments
from claims.triage import Authority, CaseClass, Route

_LAST: Final = (
    select(assessments).where(assessments.c.claim == bindparam("claim")).order_by(assessments.c.id.desc()).limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An estimate of a case that can be made again, and what lists need of it; amounts in ``currency``."""

    id: UUID
    claim: UUID
    made_at: datetime
    estimate: StoredEstimate
    route: Route
    case_class: CaseClass
    authority: Authority
    currency: str
    total: Decimal
    low: Decimal
    high: Decimal


def keep(book: Book, made: Made) -> tuple[Made, bool]:
    """The assessment of these inputs, and whether it is this one. An earlier one stays as it is."""
    estimate, inputs = made.estimate, made.estimate.inputs
    names = ("id", "claim", "made_at", "route", "case_class", "authority", "currency", "total", "low", "high")
    row = {
        **{name: getattr(made, name) for name in names},
        "inputs": inputs,
        "day": estimate.on,
        "photos": list(estimate.photos),
        "facts": estimate.facts.decode(),
        "versions": dict(estimate.versions),
        "document": estimate.document.decode(),
    }
    if insert_once(book.connection, assessments, row, on=["claim", "inputs"]):
        return made, True
    kept = with_inputs(book, made.claim, inputs)
    if kept is None:
        raise RuntimeError("an assessment was neither kept nor there before")
    return kept, False


def with_inputs(book: Book, claim: UUID, inputs: str) -> Made | None:
    """The assessment of these inputs (``StoredEstimate.inputs``), where it was made before."""
    return _one(rows_of(book.connection, assessments, claim=claim, inputs=inputs))


def get(book: Book, assessment: UUID) -> Made | None:
    """One by its id."""
    return _one(rows_of(book.connection, assessments, id=assessment))


def last_of(book: Book, claim: UUID) -> Made | None:
    """The one that was made last, None where the machine has not looked."""
    return _one(book.connection.execute(_LAST, {"claim": claim}))


def of_claim(book: Book, claim: UUID) -> tuple[Made, ...]:
    """All of a case, the first made first."""
    return tuple(map(_made, rows_of(book.connection, assessments, "id", claim=claim)))


def _one(found: CursorResult[Any]) -> Made | None:
    row = found.one_or_none()
    return None if row is None else _made(row)


def _made(row: Row[Any]) -> Made:
    estimate = StoredEstimate(
        photos=tuple(row.photos),
        facts=row.facts.encode(),
        on=row.day,
        versions=row.versions,
        document=row.document.encode(),
    )
    return record(Made, row, estimate=estimate)
