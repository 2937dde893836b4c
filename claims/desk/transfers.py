"""What the payment system says of one payment: it arrived, or it came back. It names the payment that it means.

A word about a payment that has ended changes nothing, least of all the payment after it. What it says is compared with
what was sent: a difference goes to a person, who may say why it is right all the same.

Money moves whatever becomes of its case: while a case is contested, reviewed or escalated, the word is noted with the
payment, and the case stays where it is. What went out counts when it is decided anew.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.deadline_rules import Level
from claims.deadlines import Event, clocks
from claims.desk import paying
from claims.desk.desk import Desk, thing_of
from claims.desk.escalating import one_up
from claims.desk.moving import move
from claims.desk.settling import class_of
from claims.repository import claims, deadlines, notices, offers, payments
from claims.repository.claims import Claim
from claims.repository.payments import Payment
from claims.states import CaseState, Guard
from claims.tables.words import ReturnReason
from model.errors import ClaimError
from model.notes import Note, note
from parts_pricing.money import ZERO

_REASON: Final = frozenset({Guard.REASON})


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What was told of money that arrived: the transfer's reference, how much, to whom.

    ``words`` are a person's: why it is right although it differs from what was sent.
    """

    proof: str = field(repr=False)
    amount: Decimal
    currency: str
    payee: str = field(repr=False)
    words: str | None = field(default=None, repr=False)


def confirm(desk: Desk, claim_id: UUID, payment_id: UUID, told: Arrived) -> Claim:
    """The money is there. The case is closed once it is all of it, unless it is being looked at anew.

    With a difference that nobody has explained the payment stays open, and the case goes to a person. Raises
    ``ClaimError``: ``no_payment``, ``payment_over``, ``needs_more`` without a proof, ``impossible_move`` for a
    difference where a case is with the customer, or escalated already.
    """
    claim = desk.claim(claim_id, Action.CONFIRM_PAYMENT)
    payment = _named(desk, claim, payment_id)
    differs = tuple(_differences(desk, claim, payment, told))
    if differs and not (told.words and told.words.strip()):
        if claim.state is CaseState.ESCALATED:
            desk.house.lifecycle.move(claim.state, "confirm_payment", desk.actor.role, came_from=claim.came_from)
        return _to_a_person(desk, claim, payment, told, differs)
    if claim.state is not CaseState.PENDING_PAYMENT:
        return _arrived_meanwhile(desk, claim, payment, told)
    if told.proof.strip():
        payments.paid(desk.book, payment, proof=told.proof.strip(), at=desk.at)
        if paying.due(desk, claim, paying.accepted(desk, claim)) > ZERO:
            return paying.rest_started(desk, claim, payment)
    met = {Guard.PAYMENT_PROOF} if told.proof.strip() else set[Guard]()
    return move(
        desk,
        claim,
        "confirm_payment",
        met=met,
        words=told.words,
        payment=payment.id,
        amount=told.amount,
        currency=payment.currency,
    )


def returned(desk: Desk, claim_id: UUID, payment_id: UUID, why: ReturnReason) -> Claim:
    """The bank sent it back: the customer is asked for another account, and a clock runs until somebody has started
    the payment anew (``paying.start``); a case that is being looked at anew stays where it is. Raises ``ClaimError``:
    ``no_payment``, ``payment_over``.
    """
    claim = desk.claim(claim_id, Action.PAYMENT_RETURNED)
    payment = _named(desk, claim, payment_id)
    payments.returned(desk.book, payment, why, at=desk.at)
    if claim.state is not CaseState.PENDING_PAYMENT:
        return _noted(desk, claim, Action.PAYMENT_RETURNED, payment)
    started = clocks(class_of(claim), Event.PAYMENT_RETURNED, desk.at, desk.house.terms(claim.region))
    deadlines.start(desk.book, claim.id, started, at=desk.at)
    reason = note("moved.payment_returned", why=Note(f"name.return_reason.{why}"))
    return move(desk, claim, "payment_returned", met=_REASON, reason=reason, payment=payment.id)


def _arrived_meanwhile(desk: Desk, claim: Claim, payment: Payment, told: Arrived) -> Claim:
    if not told.proof.strip():
        needs = (Guard.PAYMENT_PROOF,)
        raise ClaimError("needs_more", Guard.PAYMENT_PROOF, move="confirm_payment", needs=needs, known=needs)
    payments.paid(desk.book, payment, proof=told.proof.strip(), at=desk.at)
    return _noted(desk, claim, Action.CONFIRM_PAYMENT, payment)


def _noted(desk: Desk, claim: Claim, action: Action, payment: Payment) -> Claim:
    desk.audit(action, thing_of(claim.id), payment=payment.id, amount=payment.amount, currency=payment.currency)
    return claims.save(desk.book, claim)


def _named(desk: Desk, claim: Claim, payment_id: UUID) -> Payment:
    payment = next((one for one in payments.of_claim(desk.book, claim.id) if one.id == payment_id), None)
    if payment is None:
        raise ClaimError("no_payment", claim.number)
    if payment.paid_at is not None or payment.returned_at is not None:
        raise ClaimError("payment_over", claim.number)
    return payment


def _differences(desk: Desk, claim: Claim, payment: Payment, told: Arrived) -> Iterator[Note]:
    """Names are compared without spaces and case. Whoever reported the damage, or signed, is who is paid.

    Who signed is asked of the offer that the payment is for: another may stand in its place by now.
    """
    if (told.amount, told.currency) != (payment.amount, payment.currency):
        yield Note("name.payment_difference.amount")
    reported = notices.get(desk.book, claim.id)
    offer = offers.get(desk.book, payment.offer)
    names = {offer and offer.signature, reported and reported.notice.contact.name} - {None}
    if _plain(told.payee) not in {_plain(name) for name in names if name}:
        yield Note("name.payment_difference.payee")


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _to_a_person(desk: Desk, claim: Claim, payment: Payment, told: Arrived, differs: tuple[Note, ...]) -> Claim:
    """To the level of senior specialists, with what was told, sealed."""
    said = f"{told.payee}\n{told.amount:f} {told.currency}\n{told.proof}"
    desk.audit(
        Action.CONFIRM_PAYMENT,
        thing_of(claim.id),
        payment=payment.id,
        amount=payment.amount,
        currency=payment.currency,
        reasons=differs,
    )
    return one_up(
        desk, claim, Level.FRONT_LINE, note("escalation.payment_differs", what=differs), met=_REASON, words=said
    )
