"""Offers: made by the machine or a person, accepted by the customer, ended when the case steps back."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from claims.actions import Action
from claims.desk import paying
from claims.desk.cover import changed_since
from claims.desk.desk import Desk
from claims.desk.moving import move
from claims.ids import new_id
from claims.repository import offers
from claims.repository.assessments import Made
from claims.repository.claims import Claim
from claims.repository.offers import Offer
from claims.states import Guard
from claims.tables.words import OfferEnd
from model.errors import ClaimError
from model.notes import Note
from parts_pricing.estimate import Estimate


def offer_of_machine(desk: Desk, claim: Claim, made: Made, estimate: Estimate) -> Claim:
    """The machine's own lines as an offer, published at once. The customer has not refused automation."""
    offer = make(desk, claim, made, amount=estimate.net, total=estimate.total)
    met = {Guard.AUTOMATION_ACCEPTED}
    return move(desk, claim, "publish_offer", met=met, changes={"amount": offer.amount}, amount=offer.amount)


def make(
    desk: Desk,
    claim: Claim,
    made: Made,
    *,
    amount: Decimal,
    total: Decimal,
    review_version: int = 0,
    reasons: Sequence[Note] = (),
    terms: str | None = None,
) -> Offer:
    """An offer on lines of ``made`` as they stand after ``review_version``; an open one is superseded.

    ``amount`` is net, ``total`` gross, both in the currency of the estimate.
    """
    machine = desk.actor.kind.value == "system"
    return offers.make(
        desk.book,
        Offer(
            id=new_id(desk.at),
            claim=claim.id,
            assessment=made.id,
            review_version=review_version,
            amount=amount,
            total=total,
            currency=made.currency,
            made_at=desk.at,
            made_by=desk.actor.name,
            role=desk.actor.role,
            machine=machine,
            reasons=tuple(reasons),
            terms=terms,
        ),
    )


def accept(desk: Desk, claim_id: UUID, offer_id: UUID, *, signature: str, signature_sha256: str | None = None) -> Claim:
    """The customer's yes to the offer that they saw. Payment begins at once where every document is there.

    Raises ``ClaimError``: ``offer_over`` for an offer that was superseded or has ended, ``cover_changed`` where the
    policy's register has said something else since, and as ``move`` does.
    """
    claim = desk.claim(claim_id, Action.ACCEPT)
    offer = offers.open_of(desk.book, claim.id)
    if offer is None or offer.id != offer_id or not offer.in_force(desk.at):
        raise ClaimError("offer_over", claim.number)
    if changed_since(desk, claim, offer.made_at):
        raise ClaimError("cover_changed", claim.number)
    offer = offers.accept(desk.book, offer, at=desk.at, signature=signature, signature_sha256=signature_sha256)
    met = {Guard.OFFER_IN_FORCE} | ({Guard.SIGNATURE} if signature.strip() else set())
    claim = move(desk, claim, "accept", met=met, amount=offer.amount, currency=offer.currency)
    return paying.start_if_complete(desk.as_system(), claim, offer)


def end_open(desk: Desk, claim: Claim, why: OfferEnd) -> Claim:
    """No offer is open any more: the case is looked at anew. The amount that was offered stays with the offer."""
    offer = offers.open_of(desk.book, claim.id)
    if offer is None:
        return claim
    offers.end(desk.book, offer, why, at=desk.at)
    return replace(claim, amount=None)
