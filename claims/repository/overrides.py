"""The machine's lines of estimates that people have settled, and which of them they changed."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from claims.repository.book import Book
from claims.tables import assessments, corrections, line_values, offers
from model.vocabulary import Part


def settled_lines(book: Book, begins: datetime, ends: datetime) -> Iterator[tuple[Part | None, bool]]:
    """Part of each line of the machine, and whether a person changed or removed it.

    Of estimates that a person made an offer on, from ``begins`` up to, but without, ``ends``; each as it was settled
    last. Lines that only moved in price with others count as untouched, added ones not at all.
    """
    last = func.max(offers.c.review_version).label("last")
    made = (offers.c.machine.is_(False), offers.c.assessment.is_not(None))
    within = (offers.c.made_at >= begins, offers.c.made_at < ends)
    settled = select(offers.c.assessment, last).where(*made, *within).group_by(offers.c.assessment)
    for assessment, version in book.connection.execute(settled).all():
        yield from _changed(book, assessment, version) if version else _untouched(book, assessment)


def _changed(book: Book, assessment: UUID, version: int) -> Iterator[tuple[Part | None, bool]]:
    here = (corrections.c.assessment == assessment, corrections.c.version == version)
    query = select(line_values).join(corrections, corrections.c.id == line_values.c.correction).where(*here)
    for line in book.connection.execute(query.order_by(line_values.c.line)):
        if line.machine is not None:
            differs = line.removed or line.human not in (None, line.machine)
            yield _part(line.machine), differs and line.why is not None


def _untouched(book: Book, assessment: UUID) -> Iterator[tuple[Part | None, bool]]:
    query = select(assessments.c.document).where(assessments.c.id == assessment)
    told = json.loads(book.connection.execute(query).scalar_one())
    for line in told["estimate"]["lines"]:
        yield _part(line), False


def _part(line: dict[str, Any]) -> Part | None:
    return None if line["part"] is None else Part(line["part"])
