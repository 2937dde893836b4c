"""Fraud facts as they were found, each once, and the photos of other cases that they are looked for in."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Row, bindparam, select

from claims.fraud import shipped
from claims.fraud_case import OtherPhoto, OwnPhoto
from claims.fraud_facts import (
    CaptureTime,
    Character,
    Distance,
    Evidence,
    FraudCode,
    FraudFact,
    Outlier,
    Repeat,
    SharedDocument,
    SharedPhoto,
    Tally,
    as_paid,
)
from claims.ids import new_id
from claims.repository import photos
from claims.repository.alike_photos import Likely
from claims.repository.book import Book
from claims.repository.rows import insert_next, record
from claims.tables import claims, fraud_facts, materials, payments

_EVIDENCE: Final[Mapping[FraudCode, type[Evidence]]] = MappingProxyType(
    {
        **dict.fromkeys((FraudCode.SAME_PHOTO, FraudCode.SAME_PHOTO_PAID), SharedPhoto),
        **dict.fromkeys((FraudCode.NEAR_PHOTO, FraudCode.NEAR_PHOTO_PAID), SharedPhoto),
        **dict.fromkeys((FraudCode.TAKEN_BEFORE_POLICY, FraudCode.TAKEN_AFTER_REPORT), CaptureTime),
        FraudCode.SAME_DOCUMENT: SharedDocument,
        FraudCode.TAKEN_AFTER_ARRIVAL: CaptureTime,
        FraudCode.FAR_FROM_LOSS: Distance,
        FraudCode.PRICE_OUTLIER: Outlier,
        FraudCode.REPEATED_PART: Repeat,
        **dict.fromkeys((FraudCode.MANY_COMPLAINTS, FraudCode.HIGH_RISK_TAG), Tally),
        FraudCode.VIN_CHECK_DIGIT: Character,
    }
)
"""What each code is told with."""


_OF_CLAIM: Final = select(fraud_facts).where(fraud_facts.c.claim == bindparam("claim")).order_by(fraud_facts.c.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A fact of a case, and the assessment that it was found with. ``position`` counts from 0 within the case."""

    id: UUID
    claim: UUID
    position: int
    assessment: UUID | None
    fact: FraudFact
    found_at: datetime


def add(
    book: Book, claim: UUID, facts: Iterable[FraudFact], *, at: datetime, assessment: UUID | None = None
) -> tuple[FraudFact, ...]:
    """Those that are new; one that has the same code and evidence stays as it was found.

    The caller has locked the case. Raises ``TypeError`` for evidence that does not go with its code.
    """
    return tuple(fact for fact in facts if _added(book, claim, fact, at, assessment))


def of_claim(book: Book, claim: UUID) -> tuple[Found, ...]:
    """Every fact of a case, the first found first; what is said of a photo that another case has too holds as of now:
    that case may have been paid since."""
    rows = book.connection.execute(_OF_CLAIM, {"claim": claim}).all()
    facts = [_fact(row) for row in rows]
    paid = paid_claims(book, {one.evidence.claim for one in facts if isinstance(one.evidence, SharedPhoto)})
    told: dict[FraudFact, Found] = {}
    for row, fact in zip(rows, facts, strict=True):
        now = as_paid(fact, paid, shipped().weights)
        told.setdefault(replace(now, weight=0), record(Found, row, fact=now))
    return tuple(told.values())


def other_photos(book: Book, claim: UUID, own: Iterable[OwnPhoto]) -> tuple[OtherPhoto, ...]:
    """Photos of other cases that are the same as, or nearly the same as, one of ``own``; the oldest first."""
    return _others(book, photos.elsewhere(book, claim, {one.sha256: one.phashes for one in own}))


def copies(book: Book, found: Collection[Likely]) -> tuple[OtherPhoto, ...]:
    """Photos of other cases that were laid on one of ours and found to be copies of it."""
    return _others(book, found)


def with_document(book: Book, claim: UUID, sha256: str) -> dict[UUID, str]:
    """The numbers of the other cases that have this file as a document, by their ids."""
    query = select(materials.c.claim).where(materials.c.sha256 == sha256, materials.c.claim != claim).distinct()
    return _numbers(book, frozenset(book.connection.execute(query).scalars()))


def _others(book: Book, found: Collection[photos.Match | Likely]) -> tuple[OtherPhoto, ...]:
    """What was ``found``, told by the numbers of its cases; of a case that is gone nothing is told."""
    cases = {one.claim for one in found}
    numbers, paid = _numbers(book, cases), paid_claims(book, cases)
    return tuple(
        OtherPhoto(
            claim=one.claim,
            claim_number=numbers[one.claim],
            number=one.position + 1,
            sha256=one.sha256,
            phash=one.phash,
            paid=one.claim in paid,
            copy_of=one.photo if isinstance(one, Likely) else None,
        )
        for one in found
        if one.claim in numbers
    )


def paid_claims(book: Book, among: Collection[UUID]) -> frozenset[UUID]:
    """Cases for which money went out and did not come back."""
    if not among:
        return frozenset()
    query = select(payments.c.claim).where(payments.c.claim.in_(tuple(among)), payments.c.paid_at.is_not(None))
    return frozenset(book.connection.execute(query).scalars())


def _numbers(book: Book, cases: Collection[UUID]) -> dict[UUID, str]:
    if not cases:
        return {}
    query = select(claims.c.id, claims.c.number).where(claims.c.id.in_(tuple(cases)))
    return {row.id: row.number for row in book.connection.execute(query)}


def _added(book: Book, claim: UUID, fact: FraudFact, at: datetime, assessment: UUID | None) -> bool:
    evidence = _evidence_json(fact)
    row = {
        "id": new_id(at),
        "claim": claim,
        "assessment": assessment,
        "code": fact.code,
        "evidence": evidence,
        "weight": fact.weight,
        "digest": sha256(json.dumps([fact.code, evidence], sort_keys=True).encode()).hexdigest(),
        "found_at": at,
    }
    return insert_next(book.connection, fraud_facts, row, on=["claim", "digest"]) is not None


def _evidence_json(fact: FraudFact) -> Any:
    kind = _EVIDENCE[fact.code]
    if not isinstance(fact.evidence, kind):
        raise TypeError(f"{fact.code} is not told with a {type(fact.evidence).__name__}")
    return _reader(fact.code).dump_python(fact.evidence, mode="json")


@cache
def _reader(code: FraudCode) -> TypeAdapter[Evidence]:
    return TypeAdapter(_EVIDENCE[code])


def _fact(row: Row[Any]) -> FraudFact:
    evidence = _reader(row.code).validate_python(row.evidence)
    return FraudFact(code=row.code, evidence=evidence, weight=row.weight)
