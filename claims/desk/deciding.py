"""What a person decides: the amount, that nothing is payable by the terms, that an offer is taken back."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.cover_doubt import CoverDoubt, Seen
from claims.desk import clocks, offering
from claims.desk.desk import Desk
from claims.desk.ending import end_open
from claims.desk.hands import in_hands
from claims.desk.moving import move
from claims.desk.review_version import Version
from claims.desk.reviewing import InReview, check_in_review, kept, learn, reviewed
from claims.desk.settling import check_second_person, settled_class, settlement_of
from claims.repository import payments
from claims.repository.claims import Claim
from claims.review_changes import Why
from claims.states import Guard
from claims.tables.words import OfferEnd
from claims.triage import authority_of
from model.errors import ClaimError, ReviewError
from model.notes import Note, note
from parts_pricing.money import ZERO

_SAYS_NOTHING: Final = frozenset({Why.OTHER})
"""A reason that needs words."""


def approve(
    desk: Desk,
    claim_id: UUID,
    version: Version,
    words: str | None = None,
    reasons: Sequence[Why] = (),
    *,
    despite_cover: Seen | None = None,
) -> Claim:
    """The review as it stands is what the customer is offered; what people corrected is kept to learn from.

    Class, authority and the clocks of payment follow the amount.

    Where it is not known that the policy covers the case, only who says by ``despite_cover`` that they know approves.

    Raises ``ReviewError``: ``stale_version``, ``unpriced_lines``, ``cover_in_doubt``, ``not_reproduced``, and as
    ``in_hands``; ``RightsError``: ``beyond_authority``, ``reason_needed``, ``same_person`` for who decided before what
    is contested; ``ClaimError`` ``impossible_move``.
    """
    claim = in_hands(desk, claim_id, Action.CORRECT_LINES)
    check_second_person(desk, claim, Action.APPROVE)
    check_in_review(desk, claim)
    found = reviewed(desk, claim)
    found.check(version)
    review = found.review
    _check_priced(found)
    reasoned = _said(words) or bool(set(reasons) - _SAYS_NOTHING)
    settlement = settlement_of(desk, claim, review.total, reasoned=reasoned)
    claim = desk.claim(claim_id, Action.APPROVE, settlement=settlement)
    doubtful = _cover_doubt(claim, despite_cover)
    offer = offering.make(
        desk,
        claim,
        kept(desk, found),
        amount=review.net,
        total=review.total,
        review_version=review.version,
        reasons=[Note(f"name.why.{why}") for why in dict.fromkeys(reasons)],
    )
    learn(desk, found)
    settled = settled_class(claim, review.total, settlement.limits)
    clocks.settle(desk, claim, settled)
    return move(
        desk,
        claim,
        "settle",
        met={Guard.AMOUNT, Guard.WITHIN_AUTHORITY},
        reason=note("moved.settle"),
        words=words,
        changes={
            "amount": offer.amount,
            "currency": offer.currency,
            "case_class": settled,
            "authority": authority_of(settled, review.total, settlement.limits),
        },
        amount=review.total,
        case_class=settled,
        machine_amount=settlement.machine_amount,
        currency=offer.currency,
        assessment=offer.assessment,
        row_version=review.version,
        reasoned=reasoned,
        **({"fields": [Note(name) for name in doubtful]} if doubtful else {}),
    )


def decline(desk: Desk, claim_id: UUID, words: str, terms: str) -> Claim:
    """A person says no, why, and by which terms; the customer can contest it. What is at stake is within authority.

    Raises ``RightsError``: ``beyond_authority``, ``same_person`` as for ``approve``; ``ClaimError``: ``needs_more``
    without a reason or without terms,
    ``payment_on_its_way`` while money is, which has to arrive or come back first;
    ``ReviewError`` as ``in_hands``.
    """
    desk.ever(claim_id, Action.DECLINE)
    claim = in_hands(desk, claim_id, Action.CORRECT_LINES)
    check_second_person(desk, claim, Action.DECLINE)
    found = reviewed(desk, claim)
    settlement = settlement_of(desk, claim, _at_stake(found), reasoned=_said(words))
    claim = desk.claim(claim_id, Action.DECLINE, settlement=settlement)
    if payments.open_of(desk.book, claim.id) is not None:
        raise ClaimError("payment_on_its_way", claim.number)
    learn(desk, found)
    met = {Guard.WITHIN_AUTHORITY} | ({Guard.REASON} if _said(words) else set())
    met |= {Guard.TERMS_CITED} if _said(terms) else set()
    return move(
        desk,
        claim,
        "decline",
        met=met,
        reason=note("moved.decline"),
        words=f"{words.strip()}\n{terms.strip()}",
        amount=settlement.amount,
        currency=found.review.currency,
    )


def recall(desk: Desk, claim_id: UUID, words: str) -> Claim:
    """Something was found before the money went out: the offer holds no longer, and a person looks again.

    Raises ``ClaimError``: ``needs_more`` without a reason, ``impossible_move``.
    """
    claim = desk.claim(claim_id, Action.RECALL)
    claim = end_open(desk, claim, OfferEnd.RECALLED)
    return move(desk, claim, "recall", met=reason_of(words), reason=note("moved.recall"), words=words)


def reason_of(words: str | None) -> set[Guard]:
    """That somebody said why."""
    return {Guard.REASON} if _said(words) else set()


def _said(words: str | None) -> bool:
    return bool(words and words.strip())


def _at_stake(found: InReview) -> Decimal:
    """The most that the case may come to, by the machine's range and by what people made of it."""
    return max(found.claim.upper or ZERO, found.review.total)


def _check_priced(found: InReview) -> None:
    lines = [line.number for line in found.review.lines if not line.removed and not line.value.priced]
    if lines:
        raise ReviewError("unpriced_lines", f"lines {lines}", lines=tuple(number + 1 for number in lines))


def _cover_doubt(claim: Claim, despite: Seen | None) -> tuple[str, ...]:
    """What is in doubt about the cover and approved all the same, by name."""
    doubt = CoverDoubt.of(claim.facts)
    if doubt is None:
        return ()
    named = (*doubt.unknown, *doubt.against)
    if not doubt.seen_by(despite):
        raise ReviewError("cover_in_doubt", ", ".join(named))
    return named
