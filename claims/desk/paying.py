"""Money: started once a case is accepted and complete, confirmed with a proof, or returned by the bank."""

from uuid import UUID

from claims.actions import Action
from claims.desk.desk import Desk
from claims.desk.moving import move
from claims.desk.settling import settlement_of
from claims.desk.standing import standing
from claims.ids import new_id
from claims.repository import offers, payments
from claims.repository.claims import Claim
from claims.repository.offers import Offer
from claims.repository.payments import Payment
from claims.states import CaseState, Guard
from claims.tables.words import ReturnReason
from model.errors import ClaimError
from model.notes import note
from parts_pricing.money import ZERO


def start_if_complete(desk: Desk, claim: Claim, offer: Offer) -> Claim:
    """Payment begins by rule as soon as it can: accepted, something to pay, every document there."""
    if claim.state is not CaseState.CONFIRMED or offer.accepted_at is None or offer.amount <= ZERO:
        return claim
    return _started(desk, claim, offer) if standing(desk, claim).complete else claim


def start(desk: Desk, claim_id: UUID) -> Claim:
    """Raises ``RightsError`` ``beyond_authority``; ``ClaimError`` ``needs_more`` while documents are missing."""
    claim = desk.claim(claim_id, Action.READ_CLAIM_MASKED)
    offer = _accepted(desk, claim)
    settlement = settlement_of(desk, claim, offer.amount, reasoned=True)
    return _started(desk, desk.claim(claim_id, Action.START_PAYMENT, settlement=settlement), offer)


def confirm(desk: Desk, claim_id: UUID, proof: str) -> Claim:
    """The money is there; ``proof`` is the reference of the transfer. The case is closed."""
    claim = desk.claim(claim_id, Action.CONFIRM_PAYMENT)
    payment = _open_payment(desk, claim)
    if proof.strip():
        payments.paid(desk.book, payment, proof=proof.strip(), at=desk.at)
    met = {Guard.PAYMENT_PROOF} if proof.strip() else set[Guard]()
    return move(desk, claim, "confirm_payment", met=met, amount=payment.amount, currency=payment.currency)


def returned(desk: Desk, claim_id: UUID, why: ReturnReason) -> Claim:
    """The bank sent it back: the customer is asked for another account, and payment is started anew then."""
    claim = desk.claim(claim_id, Action.PAYMENT_RETURNED)
    payment = _open_payment(desk, claim)
    payments.returned(desk.book, payment, why, at=desk.at)
    claim = move(desk, claim, "payment_returned", met={Guard.REASON}, reason=note("moved.payment_returned", why=why))
    _book(desk, claim, _accepted(desk, claim))
    return claim


def close_unpaid(desk: Desk, claim_id: UUID, words: str) -> Claim:
    """Nothing is payable: the deductible takes it all."""
    claim = desk.claim(claim_id, Action.READ_CLAIM_MASKED)
    offer = _accepted(desk, claim)
    settlement = settlement_of(desk, claim, offer.amount, reasoned=True)
    claim = desk.claim(claim_id, Action.CLOSE_UNPAID, settlement=settlement)
    met = {Guard.REASON} if words.strip() else set[Guard]()
    met |= {Guard.NOTHING_PAYABLE} if offer.amount <= ZERO else set()
    return move(desk, claim, "close_unpaid", met=met, reason=note("moved.close_unpaid"), words=words)


def _started(desk: Desk, claim: Claim, offer: Offer) -> Claim:
    met = {Guard.WITHIN_AUTHORITY} | ({Guard.MATERIALS_COMPLETE} if standing(desk, claim).complete else set())
    claim = move(desk, claim, "start_payment", met=met, amount=offer.amount, currency=offer.currency)
    _book(desk, claim, offer)
    return claim


def _book(desk: Desk, claim: Claim, offer: Offer) -> None:
    payment = Payment(
        id=new_id(desk.at),
        claim=claim.id,
        offer=offer.id,
        amount=offer.amount,
        currency=offer.currency,
        started_at=desk.at,
        started_by=desk.actor.name,
    )
    payments.start(desk.book, payment)


def _accepted(desk: Desk, claim: Claim) -> Offer:
    offer = offers.open_of(desk.book, claim.id)
    if offer is None or offer.accepted_at is None:
        raise ClaimError("nothing_accepted", claim.number)
    return offer


def _open_payment(desk: Desk, claim: Claim) -> Payment:
    payment = payments.open_of(desk.book, claim.id)
    if payment is None:
        raise ClaimError("nothing_paid_out", claim.number)
    return payment
