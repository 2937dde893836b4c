"""What people made of a machine's lines, and what is learned from it.

A review is made again from its estimate and its corrections, in order (``claims.review``); values of lines stand beside
them, the machine's and the person's, for whoever asks the database.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, String, cast, func, insert, select, update

from claims.examples import Example
from claims.ids import new_id
from claims.repository.book import Book
from claims.repository.rows import insert_once, record
from claims.review_changes import Change, changes_of
from claims.review_lines import LineValue, Review, ReviewedPhoto
from claims.states import Role
from claims.tables import assessments, corrections, examples, line_values
from model.errors import StorageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Changes that somebody made at once. ``version`` is the review's after them, from 1 on.

    ``changes`` are None once the words in them were erased.
    """

    id: UUID
    assessment: UUID
    version: int
    by: UUID
    role: Role
    at: datetime
    changes: tuple[Change, ...] | None = field(repr=False)


def add(
    book: Book, assessment: UUID, changes: Sequence[Change], after: Review, *, by: UUID, role: Role, at: datetime
) -> Correction:
    """The changes, and the lines as they are after them.

    Raises ``StorageError`` ``storage.moved`` when somebody else has made another review of this version.
    """
    correction = Correction(
        id=new_id(at),
        assessment=assessment,
        version=after.version,
        by=by,
        role=role,
        at=at,
        changes=tuple(changes),
    )
    told = json.dumps([change.model_dump(mode="json", exclude_unset=True) | {"do": change.do} for change in changes])
    row = {item.name: getattr(correction, item.name) for item in fields(correction) if item.name != "changes"}
    row["changes_sealed"] = book.sealed(told, "corrections", correction.id, "changes")
    if not insert_once(book.connection, corrections, row, on=["assessment", "version"]):
        raise StorageError("moved", "the review was changed by somebody else", row_version=after.version)
    _add_values(book, correction.id, after)
    return correction


def of_assessment(book: Book, assessment: UUID) -> tuple[Correction, ...]:
    """Corrections in the order in which they were made."""
    query = select(corrections).where(corrections.c.assessment == assessment).order_by(corrections.c.version)
    return tuple(_correction(book, row) for row in book.connection.execute(query))


def add_examples(book: Book, claim: UUID, given: Iterable[Example], *, at: datetime) -> None:
    """What a review teaches (``claims.examples``); the group of a stored example is its claim's id."""
    rows = [{**_flat(example), "id": new_id(at), "claim": claim} for example in given]
    if rows:
        book.connection.execute(insert(examples), rows)


def examples_after(book: Book, *, after: UUID | None = None, limit: int = 1000) -> tuple[tuple[UUID, Example], ...]:
    """Examples with their ids in the order in which they were made; ``after`` goes on after a page.

    A case that was decided more than once is there as it was decided last: whoever took its examples before has them
    replaced by these, which have the same group.
    """
    found: list[tuple[UUID, Example]] = []
    while len(found) < limit:
        query = select(examples).order_by(examples.c.id).limit(limit)
        rows = book.connection.execute(query if after is None else query.where(examples.c.id > after)).all()
        if not rows:
            break
        after, last = rows[-1].id, _last_decided(book, {row.claim for row in rows})
        found += [(row.id, _example(row)) for row in rows if _moment(row.id) == last[row.claim]]
    return tuple(found[:limit])


def _last_decided(book: Book, claims: Iterable[UUID]) -> dict[UUID, int]:
    """When each case taught something last. As text, for PostgreSQL has no greatest of ids."""
    latest = func.max(cast(examples.c.id, String))
    query = select(examples.c.claim, latest).where(examples.c.claim.in_(tuple(claims))).group_by(examples.c.claim)
    return {claim: _moment(UUID(text)) for claim, text in book.connection.execute(query)}


def _moment(example: UUID) -> int:
    """The milliseconds of an id: those of one decision have them in common (``claims.ids``)."""
    return example.int >> 80


def erase_words(book: Book, claim: UUID) -> None:
    """What people wrote in their own words about a case. Values and reasons stay with the lines."""
    own = select(assessments.c.id).where(assessments.c.claim == claim)
    book.connection.execute(update(corrections).where(corrections.c.assessment.in_(own)).values(changes_sealed=None))


def _add_values(book: Book, correction: UUID, after: Review) -> None:
    rows = [
        {
            "correction": correction,
            "line": line.number,
            "machine": _document(line.machine),
            "human": _document(line.human),
            "removed": line.removed,
            "why": line.touches[-1].why if line.touches else None,
        }
        for line in after.lines
    ]
    if rows:
        book.connection.execute(insert(line_values), rows)


def _document(value: LineValue | None) -> dict[str, Any] | None:
    if value is None:
        return None
    told = {item.name: getattr(value, item.name) for item in fields(value)}
    return {name: f"{item:f}" if isinstance(item, Decimal) else item for name, item in told.items()}


def _correction(book: Book, row: Row[Any]) -> Correction:
    told = book.opened(row.changes_sealed, "corrections", row.id, "changes")
    return record(Correction, row, changes=None if told is None else changes_of(json.loads(told)))


_BOX = ("left", "top", "right", "bottom")


def _flat(example: Example) -> dict[str, Any]:
    photo, box = example.photo, example.box
    same = {item.name: getattr(example, item.name) for item in fields(example)}
    kept = {name: value for name, value in same.items() if name not in {"group", "photo", "box"}}
    size = {
        "photo_sha256": photo and photo.sha256,
        "photo_width": photo and photo.width,
        "photo_height": photo and photo.height,
    }
    return {**kept, **size, **dict(zip(_BOX, box or (None,) * 4, strict=True))}


def _example(row: Row[Any]) -> Example:
    photo = box = None
    outline = row.outline and tuple((x, y) for x, y in row.outline)
    if row.photo_sha256 is not None:
        photo = ReviewedPhoto(sha256=row.photo_sha256, width=row.photo_width, height=row.photo_height)
        box = (row.left, row.top, row.right, row.bottom)
    return record(Example, row, group=str(row.claim), photo=photo, box=box, outline=outline)
