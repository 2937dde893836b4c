"""Payments that wait for somebody: under way, or sent back by the bank and not sent again; and those of one case."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from claims.actions import Action
from claims.deadline_rules import ClockKind
from claims.desk.desk import Desk
from claims.repository import claims, deadlines, payments
from claims.repository.claims import Claim
from claims.repository.payments import Payment
from claims.rights import Scope
from model.errors import RightsError


class PaymentState(StrEnum):
    """Where a payment is."""

    UNDER_WAY = "under_way"
    RETURNED = "returned"
    PAID = "paid"

    @classmethod
    def of(cls, payment: Payment) -> "PaymentState":
        """Of a record."""
        if payment.paid_at is not None:
            return cls.PAID
        return cls.UNDER_WAY if payment.returned_at is None else cls.RETURNED


@dataclass(frozen=True, slots=True)
class Listed:
    """A payment and its case. ``due_at``: until when somebody has to have acted, None where no clock runs."""

    payment: Payment
    claim: Claim
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """The first started first; ``after`` goes on, None where nothing more is there."""

    payments: tuple[Listed, ...]
    after: UUID | None


def waiting(desk: Desk, *, came_back: bool, after: UUID | None, limit: int) -> Page:
    """For whoever starts payments. Raises ``RightsError`` ``forbidden``."""
    if desk.house.rights.scope(desk.actor.role, Action.START_PAYMENT) is not Scope.ANY:
        raise RightsError("forbidden", Action.START_PAYMENT, action=Action.START_PAYMENT, role=desk.actor.role)
    found = payments.waiting(desk.book, came_back=came_back, after=after, limit=limit + 1)
    cases = ((payment, claims.get(desk.book, payment.claim)) for payment in found[:limit])
    listed = tuple(_listed(desk, payment, claim) for payment, claim in cases if claim is not None)
    return Page(listed, found[limit - 1].id if len(found) > limit else None)


def of_case(desk: Desk, claim_id: UUID, *, after: UUID | None = None, limit: int) -> Page:
    """Payments of a case, for whoever sees the case. Raises ``RightsError``."""
    claim = desk.seen(claim_id)
    found = payments.of_claim(desk.book, claim.id, after=after, limit=limit + 1)
    listed = tuple(_listed(desk, payment, claim) for payment in found[:limit])
    return Page(listed, found[limit - 1].id if len(found) > limit else None)


def _listed(desk: Desk, payment: Payment, claim: Claim) -> Listed:
    kind = ClockKind.PAYMENT if payment.returned_at is None else ClockKind.PAYMENT_RETURNED
    clocks = (one.clock for one in deadlines.of_claim(desk.book, claim.id) if one.clock.kind is kind)
    due = (clock.due_at for clock in clocks if clock.ended_at is None and clock.dropped_at is None)
    return Listed(payment, claim, None if payment.paid_at else min(due, default=None))
