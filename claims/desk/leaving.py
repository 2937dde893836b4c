"""What a customer takes along, and what is forgotten: export and deletion (PIPL, art. 45 and 47)."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from claims.actions import Action
from claims.desk.desk import Desk, thing_of
from claims.follow_up import Feedback
from claims.repository import (
    assessments,
    claims,
    complaints,
    erasure,
    follow_ups,
    materials,
    notices,
    offers,
    payments,
    photos,
    timeline,
)
from claims.repository.assessments import Made
from claims.repository.claims import Claim
from claims.repository.complaints import Complaint
from claims.repository.materials import Received
from claims.repository.notices import Reported
from claims.repository.offers import Offer
from claims.repository.payments import Payment
from claims.repository.photos import Photo
from claims.repository.timeline import Step


class Leaving(StrEnum):
    """What the audit log is told of a wish to be forgotten."""

    DELETION_ASKED = "deletion_asked"
    ERASED = "erased"
    RETENTION_OVER = "retention_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """Everything that is kept about a case and its customer; photos and documents by their SHA-256."""

    claim: Claim
    reported: Reported | None = field(repr=False)
    photos: tuple[Photo, ...]
    materials: tuple[Received, ...]
    steps: tuple[Step, ...]
    made: tuple[Made, ...]
    offers: tuple[Offer, ...]
    payments: tuple[Payment, ...]
    complaints: tuple[Complaint, ...]
    feedback: Feedback | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What became of the wish. ``kept_until``: the day before which nothing may be deleted, None while the case is
    open; ``erased``: it was done."""

    asked_at: datetime
    kept_until: date | None
    erased: bool


def export(desk: Desk, claim_id: UUID) -> Exported:
    """Raises ``RightsError`` as ``Desk.claim``: it is the customer's alone."""
    claim = desk.claim(claim_id, Action.EXPORT_OWN)
    book = desk.book
    desk.audit(Action.EXPORT_OWN, thing_of(claim.id))
    return Exported(
        claim=claim,
        reported=notices.get(book, claim.id),
        photos=photos.of_claim(book, claim.id),
        materials=materials.of_claim(book, claim.id),
        steps=timeline.of_claim(book, claim.id),
        made=assessments.of_claim(book, claim.id),
        offers=offers.of_claim(book, claim.id),
        payments=payments.of_claim(book, claim.id),
        complaints=complaints.of_claim(book, claim.id),
        feedback=follow_ups.feedback_of(book, claim.id),
    )


def ask_deletion(desk: Desk, claim_id: UUID) -> Deletion:
    """The wish is kept, the first time it is made; what may be forgotten by now is.

    A case is kept while it is open and for years after it was closed, as the market's law says; then it is erased by
    itself (``claims.desk.retention``).
    """
    claim = desk.claim(claim_id, Action.DELETE_OWN)
    asked_at = claim.deletion_asked_at or desk.at
    if claim.deletion_asked_at is None:
        claim = claims.save(desk.book, replace(claim, deletion_asked_at=asked_at))
        desk.audit(Action.DELETE_OWN, thing_of(claim.id), kind=Leaving.DELETION_ASKED)
    until = kept_until(desk, claim)
    if not is_over(desk, claim):
        return Deletion(asked_at=asked_at, kept_until=until, erased=False)
    if claim.erased_at is None:
        erasure.erase(desk.book, claim, at=desk.at)
        desk.audit(Action.DELETE_OWN, thing_of(claim.id), kind=Leaving.ERASED)
    return Deletion(asked_at=asked_at, kept_until=until, erased=True)


def kept_until(desk: Desk, claim: Claim) -> date | None:
    """The first day, in the market, on which the case may be forgotten; None while it is open."""
    if claim.closed_at is None:
        return None
    closed = claim.closed_at.astimezone(desk.house.zone(claim.region)).date() + _margin(desk, claim)
    year = closed.year + desk.house.deadlines.retention_years(claim.region)
    try:
        return closed.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 3, 1)


def is_over(desk: Desk, claim: Claim) -> bool:
    """Whether the case was kept long enough."""
    until = kept_until(desk, claim)
    return until is not None and _today(desk, claim) >= until


def _margin(desk: Desk, claim: Claim) -> timedelta:
    """In UTC, a day more: wherever the market was that has left the policy, its own day is over by then."""
    return timedelta(days=0 if claim.region in desk.house.rulebook.policy.markets else 1)


def _today(desk: Desk, claim: Claim) -> date:
    return desk.at.astimezone(desk.house.zone(claim.region)).date()
