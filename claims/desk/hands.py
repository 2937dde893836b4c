"""A case in somebody's hands: that it is in the actor's, and for how long."""

from dataclasses import replace
from uuid import UUID

from claims.actions import Action
from claims.desk.desk import Desk
from claims.repository.claims import Claim
from claims.review_queue import Lease, check_held
from model.errors import RightsError


def in_hands(desk: Desk, claim_id: UUID, action: Action) -> Claim:
    """The case, locked, once the actor may do ``action`` with it and holds it where that is needed.

    Raises ``RightsError`` as ``Desk.claim``; in the place of ``not_held`` ``ReviewError``: ``held_by_other``,
    ``lease_over``, ``not_held``.
    """
    try:
        return desk.claim(claim_id, action)
    except RightsError as refused:
        if refused.code == "rights.not_held":
            check_held(desk.claim(claim_id, Action.READ_CLAIM_MASKED).lease, desk.actor.id, desk.at)
        raise


def at_work(desk: Desk, claim: Claim) -> Claim:
    """The case of somebody who was seen working on it: theirs for a full term from now on."""
    return replace(claim, lease=extended(desk, claim))


def extended(desk: Desk, claim: Claim) -> Lease:
    """A full term from now on. Raises ``ReviewError`` as ``check_held``."""
    check_held(claim.lease, desk.actor.id, desk.at)
    assert claim.lease is not None  # noqa: S101 - somebody holds it
    return claim.lease.extended(desk.actor.id, desk.at, desk.house.review.lease)
