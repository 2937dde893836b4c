"""Offers: made by the machine or a person for some days, accepted by the customer, renewed once they ran out."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from claims.actions import Action
from claims.desk import paying
from claims.desk.desk import Desk
from claims.desk.ending import end_open
from claims.desk.moving import move
from claims.ids import new_id
from claims.repository import offers
from claims.repository.assessments import Made
from claims.repository.claims import Claim
from claims.repository.offers import Offer
from claims.states import Guard
from claims.tables.words import OfferEnd
from model.errors import ClaimError
from model.notes import Note, note
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
            valid_until=_until(desk, claim),
        ),
    )


def accept(desk: Desk, claim_id: UUID, offer_id: UUID, *, signature: str, signature_sha256: str | None = None) -> Claim:
    """The customer's yes to the offer that they saw. Payment begins at once where every document is there.

    Saying yes twice changes nothing. Raises ``ClaimError``: ``offer_expired`` for an offer whose time is over,
    ``cover_changed`` for one that a person looks at again as the policy's register says something else since,
    ``offer_over`` for one that has ended otherwise, and as ``move`` does.
    """
    claim = desk.claim(claim_id, Action.ACCEPT)
    offer = offers.open_of(desk.book, claim.id)
    if offer is not None and offer.id == offer_id and offer.accepted_at is not None:
        return claim
    if offer is None or offer.id != offer_id or not offer.in_force(desk.at):
        raise _over(desk, claim, offer_id)
    offer = offers.accept(desk.book, offer, at=desk.at, signature=signature, signature_sha256=signature_sha256)
    met = {Guard.OFFER_IN_FORCE} | ({Guard.SIGNATURE} if signature.strip() else set())
    claim = move(desk, claim, "accept", met=met, amount=offer.amount, currency=offer.currency)
    return paying.start_if_complete(desk.as_system(), claim, offer)


def renew(desk: Desk, claim_id: UUID) -> Claim:
    """The customer asks for a new offer after the last one ran out: a person looks whether the amount still holds.

    Raises ``ClaimError``: ``needs_more`` while an offer is open, ``impossible_move``.
    """
    claim = desk.claim(claim_id, Action.RENEW_OFFER)
    offer = offers.open_of(desk.book, claim.id)
    if offer is not None and offer.runs_out(desk.at):
        claim = end_open(desk, claim, OfferEnd.EXPIRED)
        offer = None
    met = {Guard.REASON} | ({Guard.OFFER_ENDED} if offer is None else set())
    return move(desk, claim, "renew_offer", met=met, reason=note("moved.renew_offer"))


def _over(desk: Desk, claim: Claim, offer_id: UUID) -> ClaimError:
    """Why this offer cannot be accepted."""
    meant = offers.get(desk.book, offer_id)
    if meant is None or meant.claim != claim.id:
        return ClaimError("offer_over", claim.number)
    if meant.ended_why is OfferEnd.COVER_CHANGED:
        return ClaimError("cover_changed", claim.number)
    expired = meant.ended_why is OfferEnd.EXPIRED or meant.runs_out(desk.at)
    return ClaimError("offer_expired" if expired else "offer_over", claim.number)


def _until(desk: Desk, claim: Claim) -> datetime:
    """The midnight of the market after the last day on which the offer stands."""
    zone = ZoneInfo(desk.house.rulebook.policy.market(claim.region).timezone)
    last = desk.at.astimezone(zone).date() + timedelta(days=desk.house.deadlines.offer.days_of(claim.region))
    return datetime.combine(last + timedelta(days=1), time(), zone)
