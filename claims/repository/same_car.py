"""Other cases of the same car, which parts were damaged in them, and which of those were paid for."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select

from claims.fraud_case import OtherClaim
from claims.repository import notices
from claims.repository.book import Book
from claims.stored_damages import damages_of
from claims.tables import assessments, claims, corrections, line_values, offers, payments
from claims.tables import notices as notice_rows
from model.findings import PartRef
from model.vocabulary import Part, Side

MOST: Final = 50
"""Earlier cases of one car that are looked at, the newest: a wreck that is reported every week stands out by then."""


def other_claims(
    book: Book, claim: UUID, *, plate: str | None, vin: str | None, most: int = MOST
) -> tuple[OtherClaim, ...]:
    """The newest cases whose notice names the same plate or VIN, in their normal forms; the oldest of them first."""
    told = {"plate": plate, "vin": vin}
    same = {other for name, normal in told.items() if normal for other in notices.with_number(book, name, normal)}
    newest = sorted(same - {claim})[-most:]
    if not newest:
        return ()
    query = (
        select(claims.c.id, claims.c.number, notice_rows.c.happened_at)
        .join(notice_rows, notice_rows.c.claim == claims.c.id)
        .where(claims.c.id.in_(newest))
        .order_by(claims.c.id)
    )
    rows = book.connection.execute(query).all()
    parts = damaged_parts(book, [row.id for row in rows])
    return tuple(
        OtherClaim(claim=row.id, claim_number=row.number, happened_at=row.happened_at, parts=parts[row.id])
        for row in rows
    )


def damaged_parts(book: Book, cases: Collection[UUID]) -> dict[UUID, frozenset[PartRef]]:
    """Of each case by its last assessment, as a person corrected it; without what was left open or is in doubt."""
    if not cases:
        return {}
    made = select(assessments.c.claim, assessments.c.id).where(assessments.c.claim.in_(tuple(cases)))
    last = {row.claim: row.id for row in book.connection.execute(made.order_by(assessments.c.made_at))}
    version = select(corrections.c.assessment, func.max(corrections.c.version).label("version"))
    corrected = version.where(corrections.c.assessment.in_(tuple(last.values()))).group_by(corrections.c.assessment)
    versions = {row.assessment: row.version for row in book.connection.execute(corrected)}
    return {
        case: _parts(book, last[case], versions.get(last[case], 0)) if case in last else frozenset() for case in cases
    }


def paid_parts(book: Book, cases: Collection[UUID], *, since: datetime) -> frozenset[PartRef]:
    """Parts of these cases whose repair was paid for at ``since`` or later."""
    if not cases:
        return frozenset()
    query = (
        select(offers.c.assessment, offers.c.review_version)
        .join(payments, payments.c.offer == offers.c.id)
        .where(offers.c.claim.in_(tuple(cases)), payments.c.paid_at >= since, offers.c.assessment.is_not(None))
    )
    paid = book.connection.execute(query).all()
    return frozenset(ref for row in paid for ref in _parts(book, row.assessment, row.review_version))


def _parts(book: Book, assessment: UUID, version: int) -> frozenset[PartRef]:
    return _corrected(book, assessment, version) if version else _seen(book, assessment)


def _seen(book: Book, assessment: UUID) -> frozenset[PartRef]:
    query = select(assessments.c.document).where(assessments.c.id == assessment)
    damages = damages_of(book.connection.execute(query).scalar_one().encode())
    return frozenset(
        PartRef(part=damage.part, side=damage.side)
        for damage in damages
        if damage.part is not None and not damage.doubtful
    )


def _corrected(book: Book, assessment: UUID, version: int) -> frozenset[PartRef]:
    query = (
        select(line_values.c.human, line_values.c.machine)
        .join(corrections, corrections.c.id == line_values.c.correction)
        .where(corrections.c.assessment == assessment, corrections.c.version == version, ~line_values.c.removed)
    )
    values: list[dict[str, Any]] = [row.human or row.machine for row in book.connection.execute(query)]
    return frozenset(
        PartRef(part=Part(value["part"]), side=Side(value["side"]))
        for value in values
        if value["part"] is not None and value["kind"] is not None
    )
