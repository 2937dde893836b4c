"""A case in other hands: a person instead of the machine, a specialist for what was found, somebody independent."""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from claims.actions import Action
from claims.desk.deciding import reason_of
from claims.desk.desk import Desk, thing_of
from claims.desk.hands import in_hands
from claims.desk.moving import move
from claims.desk.reviewing import reviewed
from claims.repository import fraud, third_party
from claims.repository.claims import Claim
from claims.repository.third_party import Reassessment
from claims.states import Guard
from model.errors import ClaimError
from model.notes import note
from parts_pricing.money import ZERO


def refer(desk: Desk, claim_id: UUID, words: str) -> Claim:
    """A person shall look, whatever the machine is at. Raises ``ClaimError`` ``needs_more`` without a reason."""
    claim = desk.claim(claim_id, Action.REFER)
    return move(desk, claim, "refer", met=reason_of(words), reason=note("moved.refer"), words=words)


def suspect(desk: Desk, claim_id: UUID, evidence: Collection[UUID], words: str | None = None) -> Claim:
    """Facts that were found (``claims.repository.fraud``) go to a specialist; they are no verdict.

    Raises ``ReviewError`` as ``in_hands``, ``ClaimError`` ``needs_more`` for no fact, or for one of another case.
    """
    claim = in_hands(desk, claim_id, Action.SUSPECT)
    named = [found for found in fraud.of_claim(desk.book, claim.id) if found.id in evidence]
    met = {Guard.EVIDENCE} if named and len(named) == len(set(evidence)) else set[Guard]()
    told = tuple(found.fact.note for found in named)
    desk.audit(Action.SUSPECT, thing_of(claim.id), reasons=told, items=len(told))
    return move(desk, claim, "suspect", met=met, reason=note("moved.suspect"), words=words)


def clear(desk: Desk, claim_id: UUID, words: str) -> Claim:
    """What was found has been explained: the case is reviewed as any other. Raises as ``refer`` and ``in_hands``."""
    claim = in_hands(desk, claim_id, Action.CLEAR)
    return move(desk, claim, "clear", met=reason_of(words), reason=note("moved.clear"), words=words)


def send_third_party(desk: Desk, claim_id: UUID, words: str) -> Claim:
    """Somebody independent shall assess it once more. Raises as ``refer`` and ``in_hands``, ``StorageError`` ``moved``
    while somebody does already."""
    claim = in_hands(desk, claim_id, Action.SEND_THIRD_PARTY)
    claim = move(
        desk, claim, "send_third_party", met=reason_of(words), reason=note("moved.send_third_party"), words=words
    )
    third_party.ask(desk.book, claim.id, words.strip(), by=desk.actor, at=desk.at)
    return claim


def third_party_answered(
    desk: Desk, claim_id: UUID, theirs: Decimal, words: str | None = None
) -> tuple[Claim, Reassessment]:
    """Their gross amount beside ours, which is that of the review as it stands; both are kept and shown.

    Raises ``ClaimError``: ``needs_more`` for an amount below zero, ``nothing_asked`` where nobody was asked.
    """
    claim = desk.claim(claim_id, Action.THIRD_PARTY_ANSWERED)
    asked = third_party.open_of(desk.book, claim.id)
    if asked is None:
        raise ClaimError("nothing_asked", claim.number)
    review = reviewed(desk, claim).review
    met = {Guard.BOTH_AMOUNTS} if theirs.is_finite() and theirs >= ZERO else set[Guard]()
    reason = note("moved.third_party_answered", theirs=theirs, ours=review.total, currency=review.currency)
    claim = move(desk, claim, "third_party_answered", met=met, reason=reason, words=words, amount=review.total)
    answer = third_party.answered(
        desk.book, asked, theirs=theirs, ours=review.total, currency=review.currency, by=desk.actor, at=desk.at
    )
    return claim, answer
