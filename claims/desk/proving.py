"""Whoever bears a token that staff handed out shows that they are the customer: once, by the number of the policy.

Staff who hand out tokens read that number masked. Five wrong ones, with whatever tokens of the case, and none is looked
at for a day after the last: neither a fresh token nor patience makes guessing cheap.
"""

import hmac
import unicodedata
from datetime import timedelta
from enum import StrEnum
from math import ceil
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.desk.desk import Desk, thing_of
from claims.repository import apps, notices
from claims.repository.claims import Claim
from model.errors import ClaimError, RightsError

MOST: Final = 5
"""Wrong numbers for one case."""
LOCKED: Final = timedelta(days=1)


class Proof(StrEnum):
    """What the audit log is told of a token."""

    PROVEN = "token_proven"


def prove(desk: Desk, claim_id: UUID, policy_number: str) -> bool:
    """Whether the bearer of the token is the customer by now. A wrong number is counted: it must be committed.

    Raises ``RightsError``: ``forbidden``, ``not_found``, ``proof_locked`` with ``wait_s``; ``ClaimError`` ``at_rest``
    for a case that was erased.
    """
    desk.ever(claim_id, Action.ACCEPT)
    claim = desk.claim(claim_id, Action.READ_CLAIM_MASKED)
    if desk.actor.proven:
        return True
    failed = _failures(desk, claim)
    if _is_of(desk, claim, policy_number):
        apps.proven(desk.book, desk.actor.id, at=desk.at)
        desk.audit(Action.ISSUE_TOKEN, thing_of(claim.id), kind=Proof.PROVEN, token=desk.actor.id)
        return True
    _count(desk, claim, failed + 1)
    return False


def _failures(desk: Desk, claim: Claim) -> int:
    """Wrong numbers within a day. Raises ``RightsError`` ``proof_locked`` where there were too many."""
    count, last = apps.tries_since(desk.book, claim.id, desk.at - LOCKED)
    if count >= MOST and last is not None:
        wait_s = ceil((last + LOCKED - desk.at).total_seconds())
        raise RightsError("proof_locked", wait_s=wait_s, hours=ceil(wait_s / 3600))
    return count


def _count(desk: Desk, claim: Claim, failed: int) -> None:
    """What is older than a day counts no more."""
    token = apps.token(desk.book, desk.actor.id)
    recent = token is not None and token.tried_at is not None and token.tried_at > desk.at - LOCKED
    tries = token.tries if token is not None and recent else 0
    apps.tried(desk.book, desk.actor.id, tries=tries + 1, at=desk.at)
    if failed >= MOST:
        desk.audit(RightsError("proof_locked"), thing_of(claim.id), attempts=failed, token=desk.actor.id)


def _is_of(desk: Desk, claim: Claim, policy_number: str) -> bool:
    reported = notices.get(desk.book, claim.id)
    if reported is None:
        raise ClaimError("at_rest", claim.state, state=claim.state)
    return hmac.compare_digest(_plain(policy_number), _plain(reported.notice.policy_number))


def _plain(number: str) -> bytes:
    """As it counts, however it was typed."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", number))).casefold().encode()
