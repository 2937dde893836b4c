"""Offers that hold no longer: the case is looked at anew, or their time is over."""

from dataclasses import replace

from claims.desk.desk import Desk
from claims.repository import offers
from claims.repository.claims import Claim
from claims.tables.words import OfferEnd


def end_open(desk: Desk, claim: Claim, why: OfferEnd) -> Claim:
    """No offer is open any more. The amount that was offered stays with the offer."""
    offer = offers.open_of(desk.book, claim.id)
    if offer is None:
        return claim
    offers.end(desk.book, offer, why, at=desk.at)
    return replace(claim, amount=None)
