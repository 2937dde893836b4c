"""Lines of cases that were settled and accepted, the latest first: what was paid for the same work before."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Text, and_, or_, select, type_coerce

from claims.ids import first_id
from claims.repository.book import Book
from claims.tables import assessments, claims, corrections, line_values, offers
from model.vocabulary import Part, Severity, Side
from parts_pricing.calculate import Column
from parts_pricing.money import ZERO
from parts_pricing.operations import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledLine:
    """A line as it was settled, gross with tax, in ``currency``. ``machine``: no person decided the case."""

    claim: UUID
    number: str
    settled_at: datetime
    machine: bool
    side: Side
    severity: Severity | None
    amount: Decimal
    currency: str


def settled_lines_of(
    book: Book, part: Part, operation: Operation, *, but: UUID, currency: str, since: datetime, most: int
) -> Iterator[SettledLine]:
    """Priced lines with this part and operation, of the latest ``most`` offers that customers accepted ``since``."""
    kept = (offers.c.accepted_at.is_not(None), offers.c.ended_at.is_(None), offers.c.currency == currency)
    recent = (offers.c.id >= first_id(since), offers.c.claim != but)
    query = select(offers, claims.c.number).join(claims, claims.c.id == offers.c.claim).where(*kept, *recent)
    for offer in book.connection.execute(query.order_by(offers.c.id.desc()).limit(most)).all():
        for line in _lines(book, offer, part, operation):
            if line["part"] == part and line["operation"] == operation and line["priced"]:
                yield _settled(offer, line)


def _lines(book: Book, offer: Row[Any], part: Part, operation: Operation) -> Iterator[dict[str, Any]]:
    """What holds of each line: the person's word, else the machine's. Of a review only lines that may be meant."""
    if offer.review_version == 0:
        told = select(assessments.c.document).where(assessments.c.id == offer.assessment)
        document = book.connection.execute(told).scalar_one_or_none()
        yield from () if document is None else _machine_lines(json.loads(document))
        return
    here = (corrections.c.assessment == offer.assessment, corrections.c.version == offer.review_version)
    query = select(line_values).join(corrections, corrections.c.id == line_values.c.correction)
    query = query.where(*here, line_values.c.removed.is_(False), _may_be(part, operation))
    for row in book.connection.execute(query.order_by(line_values.c.line)):
        yield row.human or row.machine


def _machine_lines(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for line in told["estimate"]["lines"]:
        seen = [Severity(told["damages"][index]["severity"]) for index in line["damages"]]
        yield {**line, "severity": max(seen, default=None)}


def _may_be(part: Part, operation: Operation) -> Any:
    """Documents are JSON with sorted keys and without blanks, so that a value can be looked for as text."""
    said = [f'"part":"{part}"', f'"operation":"{operation}"']
    columns = (type_coerce(line_values.c.human, Text), type_coerce(line_values.c.machine, Text))
    return or_(*(and_(*(column.contains(word, autoescape=True) for word in said)) for column in columns))


def _settled(offer: Row[Any], line: dict[str, Any]) -> SettledLine:
    return SettledLine(
        claim=offer.claim,
        number=offer.number,
        settled_at=offer.made_at,
        machine=offer.machine,
        side=Side(line["side"]),
        severity=None if line["severity"] is None else Severity(line["severity"]),
        amount=sum((Decimal(line[column]) for column in Column), ZERO),
        currency=offer.currency,
    )
