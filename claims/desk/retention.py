"""What is kept long enough is erased by itself, whether or not its customer asked for it (PIPL, art. 19 and 47)."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.desk.desk import SYSTEM, Desk, thing_of
from claims.desk.house import House
from claims.desk.leaving import Leaving, is_over, kept_until
from claims.repository import claims, erasure
from claims.repository.claims import Claim
from model.errors import QuickClaimError

_log = logging.getLogger(__name__)

_AT_A_TIME: Final = 100
_YEAR: Final = timedelta(days=365)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Over:
    """A case that may be erased since ``until``."""

    claim: Claim
    until: date


def over(desk: Desk, *, limit: int = _AT_A_TIME) -> Iterator[Over]:
    """Closed cases that were kept long enough and are not erased, by market, the first closed first; at most ``limit``
    of each market. One that has left the policy is a market still."""
    for region in erasure.regions(desk.book):
        shortest = desk.house.deadlines.retention_years(region) * _YEAR
        for claim in erasure.closed(desk.book, region, before=desk.at - shortest + _DAY, limit=limit):
            until = kept_until(desk, claim)
            if until is not None and is_over(desk, claim):
                yield Over(claim, until)


def erase_over(house: House, at: datetime) -> int:
    """How many cases were erased now, each in a transaction of its own: one that fails is logged and keeps no other
    from being erased. One that somebody works on comes the next time."""
    with house.looking(SYSTEM, at) as desk:
        found = [one.claim.id for one in over(desk)]
    erased = sum(_erased(house, at, claim) for claim in found)
    if erased:
        _log.info("%d cases were kept long enough and are erased", erased)
    return erased


def _erased(house: House, at: datetime, claim_id: UUID) -> bool:
    try:
        with house.desk(SYSTEM, at) as desk:
            claim = claims.locked(desk.book, claim_id, wait=False)
            if claim is None or claim.erased_at is not None or not is_over(desk, claim):
                return False
            erasure.erase(desk.book, claim, at=at)
            desk.audit(Action.DELETE_OWN, thing_of(claim.id), kind=Leaving.RETENTION_OVER)
            return True
    except QuickClaimError as fault:
        _log.error("claim %s could not be erased: %s", claim_id, fault.code)
        return False
