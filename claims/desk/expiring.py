"""Offers run out: the customer is told some days before, and at the end; then they can ask for a new one.

The case stays where it is, for no machine takes a result back: its customer can contest the result as before.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from claims.desk.desk import SYSTEM, Desk, thing_of
from claims.desk.ending import end_open
from claims.desk.house import House
from claims.desk.notifying import notify
from claims.ids import new_id
from claims.repository import claims, offers, timeline
from claims.repository.claims import Claim
from claims.repository.offers import Offer
from claims.repository.timeline import Step
from claims.states import Node
from claims.tables.words import OfferEnd
from model.errors import QuickClaimError

_log = logging.getLogger(__name__)

_AT_A_TIME: Final = 100
"""Offers that are acted on before others get a turn."""


def act_on_offers(house: House, at: datetime) -> bool:
    """End offers whose time is over, and tell of those that soon end. Whether more may be waiting.

    Each in a transaction of its own: one that fails is logged and keeps no other from being acted on.
    """
    until = at + timedelta(days=house.deadlines.offer.remind_days)
    with house.looking(SYSTEM, at) as desk:
        over = offers.run_out(desk.book, at=at, limit=_AT_A_TIME)
        soon = offers.running_out(desk.book, Node.OFFER_ENDS_SOON, at=at, until=until, limit=_AT_A_TIME)
    done = [_in_turn(house, at, offer, _ended) for offer in over]
    done += [_in_turn(house, at, offer, _told) for offer in soon]
    return any(done) and _AT_A_TIME in {len(over), len(soon)}


def _in_turn(house: House, at: datetime, offer: Offer, act: Callable[[Desk, Claim], None]) -> bool:
    """Whether this worker acted. A case that somebody else has locked comes the next time."""
    try:
        with house.desk(SYSTEM, at) as desk:
            claim = claims.locked(desk.book, offer.claim, wait=False)
            if claim is None or offers.open_of(desk.book, offer.claim) != offer:
                return False
            act(desk, claim)
            return True
    except QuickClaimError as fault:
        _log.error("an offer of claim %s was not acted on: %s", offer.claim, fault.code)
        return False


def _ended(desk: Desk, claim: Claim) -> None:
    _note(desk, end_open(desk, claim, OfferEnd.EXPIRED), Node.OFFER_ENDED)


def _told(desk: Desk, claim: Claim) -> None:
    """Unless another worker has told it."""
    offer = offers.open_of(desk.book, claim.id)
    last = timeline.last_of(desk.book, claim.id, Node.OFFER_ENDS_SOON)
    if offer is not None and (last is None or last.at < offer.made_at):
        _note(desk, claim, Node.OFFER_ENDS_SOON)


def _note(desk: Desk, claim: Claim, node: Node) -> None:
    """What happened without a move: a line of the case's history, a notification, an audit entry."""
    claim = claims.save(desk.book, claim)
    step = Step(
        id=new_id(desk.at),
        claim=claim.id,
        at=desk.at,
        move=node,
        before=claim.state,
        after=claim.state,
        role=desk.actor.role,
        by=desk.actor.name,
        node=node,
    )
    timeline.add(desk.book, step)
    notify(desk, claim, node)
    desk.audit(node, thing_of(claim.id), node=node)
