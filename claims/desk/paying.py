"""Money: started once a case is accepted and complete, and again where it came back (``claims.desk.transfers``).

A case that was paid, or is being paid, and is decided anew is paid the rest: what went out and stayed out counts.
"""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from claims.actions import Action
from claims.deadline_rules import ClockKind
from claims.desk import clocks, suspicions
from claims.desk.cover import changed_since
from claims.desk.desk import Desk, thing_of
from claims.desk.moving import move
from claims.desk.reviewing import reviewed
from claims.desk.settling import settlement_of
from claims.desk.standing import standing
from claims.ids import new_id
from claims.repository import claims, deadlines, offers, payments
from claims.repository.claims import Claim
from claims.repository.offers import Offer
from claims.repository.payments import Payment
from claims.states import CaseState, Guard
from model.errors import ClaimError
from model.notes import note
from parts_pricing.money import ZERO


def start_if_complete(desk: Desk, claim: Claim, offer: Offer) -> Claim:
    """Payment begins by rule as soon as it can: accepted, something to pay, every document there, cover as it was."""
    waits = claim.state is CaseState.CONFIRMED and offer.accepted_at is not None
    if not waits or not _to_do(desk, claim, offer) or changed_since(desk, claim, offer.made_at):
        return claim
    return _started(desk, claim, offer) if standing(desk, claim).complete else claim


def start(desk: Desk, claim_id: UUID, again: UUID | None = None) -> Claim:
    """The money goes out. ``again`` names the payment that came back and is sent anew: the last one of the case.

    Raises ``RightsError`` ``beyond_authority``; ``ClaimError``: ``needs_more`` while documents are missing,
    ``nothing_due``, ``payment_unnamed`` where one came back and none is named, ``payment_over`` where another is.
    """
    desk.ever(claim_id, Action.START_PAYMENT)
    claim = desk.claim(claim_id, Action.READ_CLAIM_MASKED)
    offer = accepted(desk, claim)
    settlement = settlement_of(desk, claim, offer.amount, reasoned=True)
    claim = desk.claim(claim_id, Action.START_PAYMENT, settlement=settlement)
    _check_named(desk, claim, again)
    if not _to_do(desk, claim, offer):
        raise ClaimError("nothing_due", claim.number)
    return _started_again(desk, claim, offer) if _came_back(desk, claim) else _started(desk, claim, offer)


def close_if_paid(desk: Desk, claim: Claim) -> Claim:
    """In payment, with every payment arrived and nothing left to send: it arrived while the case was elsewhere."""
    sent = payments.of_claim(desk.book, claim.id)
    if claim.state is not CaseState.PENDING_PAYMENT or not sent or sent[-1].paid_at is None:
        return claim
    if _to_do(desk, claim, accepted(desk, claim)):
        return claim
    return move(desk, claim, "confirm_payment", met={Guard.PAYMENT_PROOF}, payment=sent[-1].id)


def close_unpaid(desk: Desk, claim_id: UUID, words: str) -> Claim:
    """Nothing is payable: the deductible takes it all."""
    desk.ever(claim_id, Action.CLOSE_UNPAID)
    claim = desk.claim(claim_id, Action.READ_CLAIM_MASKED)
    offer = accepted(desk, claim)
    settlement = settlement_of(desk, claim, offer.amount, reasoned=True)
    claim = desk.claim(claim_id, Action.CLOSE_UNPAID, settlement=settlement)
    met = {Guard.REASON} if words.strip() else set[Guard]()
    met |= set() if _to_do(desk, claim, offer) else {Guard.NOTHING_PAYABLE}
    return move(desk, claim, "close_unpaid", met=met, reason=note("moved.close_unpaid"), words=words)


def _check_named(desk: Desk, claim: Claim, again: UUID | None) -> None:
    """A late or repeated word about one payment starts no other."""
    if again is None and not _came_back(desk, claim):
        return
    if again is None:
        raise ClaimError("payment_unnamed", claim.number)
    last = payments.of_claim(desk.book, claim.id)[-1:]
    if not _came_back(desk, claim) or [payment.id for payment in last] != [again]:
        raise ClaimError("payment_over", claim.number)


def _came_back(desk: Desk, claim: Claim) -> bool:
    """Whether the case is in payment, and nothing is on its way."""
    return claim.state is CaseState.PENDING_PAYMENT and payments.open_of(desk.book, claim.id) is None


def _started_again(desk: Desk, claim: Claim, offer: Offer) -> Claim:
    """To another account; the case stays in payment."""
    desk.audit(Action.START_PAYMENT, thing_of(claim.id), amount=due(desk, claim, offer), currency=offer.currency)
    _book(desk, claim, offer)
    end_return_clock(desk, claim)
    return claims.save(desk.book, replace(claim, due_at=clocks.next_due(desk, claim)))


def end_return_clock(desk: Desk, claim: Claim) -> None:
    """Nobody waits any more for money that came back to go out again."""
    for deadline in deadlines.of_claim(desk.book, claim.id):
        if deadline.clock.kind is ClockKind.PAYMENT_RETURNED:
            deadlines.save(desk.book, replace(deadline, clock=deadline.clock.ended(desk.at)))


def _started(desk: Desk, claim: Claim, offer: Offer) -> Claim:
    met = {Guard.WITHIN_AUTHORITY} | ({Guard.MATERIALS_COMPLETE} if standing(desk, claim).complete else set())
    claim = suspicions.judge(desk, claim, reviewed(desk, claim).review)
    claim = move(desk, claim, "start_payment", met=met, amount=offer.amount, currency=offer.currency)
    _book(desk, claim, offer)
    return claim


def due(desk: Desk, claim: Claim, offer: Offer) -> Decimal:
    """What the offer comes to beyond what went out and did not come back; below zero where more went out."""
    sent = (payment.amount for payment in payments.of_claim(desk.book, claim.id) if payment.returned_at is None)
    return offer.amount - sum(sent, ZERO)


def _to_do(desk: Desk, claim: Claim, offer: Offer) -> bool:
    return due(desk, claim, offer) > ZERO or payments.open_of(desk.book, claim.id) is not None


def rest_started(desk: Desk, claim: Claim, paid: Payment) -> Claim:
    """What was under way has arrived; the case stays in payment for what was settled beyond it."""
    offer = accepted(desk, claim)
    told = {"payment": paid.id, "amount": paid.amount, "currency": paid.currency}
    desk.audit(Action.CONFIRM_PAYMENT, thing_of(claim.id), **told)
    desk.audit(Action.START_PAYMENT, thing_of(claim.id), amount=due(desk, claim, offer), currency=offer.currency)
    _book(desk, claim, offer)
    return claims.save(desk.book, claim)


def _book(desk: Desk, claim: Claim, offer: Offer) -> None:
    """The rest goes out; not beside another payment, which has to arrive first."""
    rest = due(desk, claim, offer)
    if rest <= ZERO or payments.open_of(desk.book, claim.id) is not None:
        return
    payment = Payment(
        id=new_id(desk.at),
        claim=claim.id,
        offer=offer.id,
        amount=rest,
        currency=offer.currency,
        started_at=desk.at,
        started_by=desk.actor.name,
    )
    payments.start(desk.book, payment)


def accepted(desk: Desk, claim: Claim) -> Offer:
    """The offer that holds. Raises ``ClaimError`` ``nothing_accepted``."""
    offer = offers.open_of(desk.book, claim.id)
    if offer is None or offer.accepted_at is None:
        raise ClaimError("nothing_accepted", claim.number)
    return offer
