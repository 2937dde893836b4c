"""Cases as they were assessed and as people settled them, a page at a time; no column that holds personal data."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select, tuple_

from claims.facts import CaseFacts
from claims.repository.book import Book
from claims.states import CaseState
from claims.tables import assessments, claims, corrections, line_values, offers, photos
from claims.tables.words import OfferEnd
from claims.triage import Route

_TAKEN_BACK: Final = frozenset(
    {OfferEnd.SUPERSEDED, OfferEnd.RECALLED, OfferEnd.CONTESTED, OfferEnd.COVER_CHANGED, OfferEnd.REFUSED}
)
"""Ends after which an amount is nobody's last word. One that ran out, or whose customer withdrew, still is."""
_AMOUNTS: Final = ("labour", "paint", "parts", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases: reported from ``since`` on and before ``until``, in any of ``states``; all where nothing is said."""

    since: datetime | None = None
    until: datetime | None = None
    states: frozenset[CaseState] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """The machine's last estimate from photos: what it was made from, and what it came to."""

    assessment: UUID
    facts: CaseFacts = field(repr=False)
    photos: tuple[str, ...]
    on: date
    versions: Mapping[str, str]
    route: Route
    total: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledLine:
    """``amount`` None: it has no price. ``part`` None: nobody has said which."""

    part: str | None
    side: str
    operation: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a person decided last, and nobody took back. ``total`` is gross, with tax, before the deductible.

    ``lines`` None: the estimate that they are of is not kept.
    """

    total: Decimal
    lines: tuple[SettledLine, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A case. ``photos`` are the SHA-256 of those that it has by now, in order; none of one that is ``erased``."""

    id: UUID
    number: str
    region: str
    opened_at: datetime
    erased: bool
    facts: CaseFacts = field(repr=False)
    photos: tuple[str, ...]
    estimated: Estimated | None
    settled: Settled | None


def page(book: Book, wanted: Wanted, *, after: UUID | None = None, limit: int = 100) -> tuple[Past, ...]:
    """Cases in the order in which they were reported; ``after`` goes on after a page."""
    names = (claims.c.id, claims.c.number, claims.c.region, claims.c.opened_at, claims.c.erased_at, claims.c.facts)
    query = select(*names).where(*_wanted(wanted)).order_by(claims.c.id).limit(limit)
    rows = book.connection.execute(query if after is None else query.where(claims.c.id > after)).all()
    ids = [row.id for row in rows]
    files, estimates, ended = _photos(book, ids), _estimates(book, ids), _settled(book, ids)
    return tuple(
        Past(
            id=row.id,
            number=row.number,
            region=row.region,
            opened_at=row.opened_at,
            erased=row.erased_at is not None,
            facts=CaseFacts.of(row.facts),
            photos=tuple(files.get(row.id, ())),
            estimated=estimates.get(row.id),
            settled=ended.get(row.id),
        )
        for row in rows
    )


def versions(book: Book) -> Iterator[Mapping[str, str]]:
    """All versions that any estimate cites, each combination once."""
    yield from book.connection.execute(select(assessments.c.versions).distinct()).scalars()


def _wanted(wanted: Wanted) -> Iterator[Any]:
    if wanted.since is not None:
        yield claims.c.opened_at >= wanted.since
    if wanted.until is not None:
        yield claims.c.opened_at < wanted.until
    if wanted.states:
        yield claims.c.state.in_(wanted.states)


def _photos(book: Book, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    query = select(photos.c.claim, photos.c.sha256).where(photos.c.claim.in_(ids)).order_by(photos.c.position)
    found: dict[UUID, list[str]] = {}
    for row in book.connection.execute(query):
        found.setdefault(row.claim, []).append(row.sha256)
    return found


def _estimates(book: Book, ids: Sequence[UUID]) -> dict[UUID, Estimated]:
    """One that a person began without any photo is none of the machine."""
    names = ("id", "claim", "facts", "photos", "day", "versions", "route", "total", "low", "high")
    query = select(*(assessments.c[name] for name in names)).where(assessments.c.claim.in_(ids))
    rows = book.connection.execute(query.order_by(assessments.c.id))
    return {row.claim: _estimated(row) for row in rows if row.photos}


def _estimated(row: Row[Any]) -> Estimated:
    return Estimated(
        assessment=row.id,
        facts=CaseFacts.from_json(row.facts),
        photos=tuple(row.photos),
        on=row.day,
        versions=row.versions,
        route=row.route,
        total=row.total,
        low=row.low,
        high=row.high,
    )


def _settled(book: Book, ids: Sequence[UUID]) -> dict[UUID, Settled]:
    names = ("claim", "assessment", "review_version", "total", "machine", "ended_why")
    query = select(*(offers.c[name] for name in names)).where(offers.c.claim.in_(ids)).order_by(offers.c.position)
    last = {row.claim: row for row in book.connection.execute(query)}
    decided = {claim: row for claim, row in last.items() if not row.machine and row.ended_why not in _TAKEN_BACK}
    lines = _lines(book, decided.values())
    return {
        claim: Settled(total=row.total, lines=lines.get((row.assessment, row.review_version)))
        for claim, row in decided.items()
    }


_Review = tuple[UUID, int]
"""An assessment and the version of its review."""


def _lines(book: Book, decided: Collection[Row[Any]]) -> dict[_Review, tuple[SettledLine, ...]]:
    reviews = {(row.assessment, row.review_version) for row in decided if row.assessment is not None}
    untouched = {assessment for assessment, version in reviews if version == 0}
    return {**_of_machine(book, untouched), **_of_people(book, {review for review in reviews if review[1]})}


def _of_people(book: Book, reviews: Collection[_Review]) -> dict[_Review, tuple[SettledLine, ...]]:
    """As the lines stood after that many corrections."""
    line, of = line_values.c, corrections.c
    same = tuple_(of.assessment, of.version).in_(reviews)
    names = (of.assessment, of.version, line.machine, line.human, line.removed)
    query = select(*names).join(corrections, of.id == line.correction).order_by(of.assessment, line.line)
    found: dict[_Review, list[SettledLine]] = {review: [] for review in reviews}
    for row in book.connection.execute(query.where(same)):
        if not row.removed:
            found[row.assessment, row.version].append(_line(row.human or row.machine, _sum(row.human or row.machine)))
    return {review: tuple(lines) for review, lines in found.items()}


def _of_machine(book: Book, ids: Iterable[UUID]) -> dict[_Review, tuple[SettledLine, ...]]:
    """A person has settled for the machine's own lines."""
    names = (assessments.c.id, assessments.c.document)
    rows = book.connection.execute(select(*names).where(assessments.c.id.in_(tuple(ids))))
    told = ((row.id, json.loads(row.document)["estimate"]["lines"]) for row in rows)
    return {(name, 0): tuple(_line(line, Decimal(line["total"])) for line in lines) for name, lines in told}


def _line(told: Mapping[str, Any], amount: Decimal) -> SettledLine:
    priced = amount if told["priced"] else None
    return SettledLine(part=told["part"], side=told["side"], operation=told["operation"], amount=priced)


def _sum(told: Mapping[str, Any]) -> Decimal:
    return sum((Decimal(told[name]) for name in _AMOUNTS), Decimal(0))
