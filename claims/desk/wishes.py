"""What a customer may always do: contest, ask for a person, withdraw, open the case again, complain, judge us."""

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from claims.actions import Action
from claims.deadlines import Event
from claims.deadlines import clocks as clocks_of
from claims.desk import clocks, paying, room
from claims.desk.desk import Desk, thing_of
from claims.desk.ending import end_open
from claims.desk.moving import move
from claims.desk.notifying import notify
from claims.follow_up import Feedback
from claims.lifecycle_faults import RESULT_TOLD
from claims.repository import claims, complaints, deadlines, follow_ups, offers, payments
from claims.repository.claims import Claim
from claims.states import CaseState, Guard, Node
from claims.tables.words import OfferEnd
from claims.triage import CaseClass
from model.errors import ClaimError
from model.notes import note

_REMEMBERED: Final = frozenset({CaseState.REPORTED, CaseState.MATERIALS_SUBMITTED, CaseState.MATERIALS_INCOMPLETE})
"""Where the machine has not begun: the wish is noted, and the case stays."""


def contest(desk: Desk, claim_id: UUID, words: str) -> Claim:
    """The customer sees it otherwise, in their own words: somebody with more authority looks. Money that was started
    stays where it is until they decide."""
    claim = desk.claim(claim_id, Action.CONTEST)
    room.for_contest(desk, claim)
    paying.end_return_clock(desk, claim)
    told = desk.house.lifecycle.place(claim.state, claim.came_from).origin in RESULT_TOLD
    met = {Guard.RESULT_TOLD} if told else set[Guard]()
    return _back(desk, claim, "contest", words, OfferEnd.CONTESTED, met=met, facts={"disputed": True})


def refuse_automation(desk: Desk, claim_id: UUID) -> Claim:
    """A person decides, whatever the machine has said or will say (PIPL, art. 24). To say so twice changes nothing."""
    claim = desk.claim(claim_id, Action.REFUSE_AUTOMATION)
    if claim.facts.automation_refused and claim.state in _REMEMBERED:
        return claim
    offer = offers.open_of(desk.book, claim.id)
    met = {Guard.MACHINE_OFFER} if offer is not None and offer.machine else set[Guard]()
    return _back(desk, claim, "refuse_automation", None, OfferEnd.REFUSED, met=met, facts={"automation_refused": True})


def withdraw(desk: Desk, claim_id: UUID, words: str | None = None) -> Claim:
    """The customer wants nothing any more. Not once money is on its way, or arrived: the case would tell of none."""
    claim = desk.claim(claim_id, Action.WITHDRAW)
    met = set[Guard]() if payments.went_out(desk.book, claim.id) else {Guard.PAYMENT_NOT_STARTED}
    return _back(desk, claim, "withdraw", words, OfferEnd.WITHDRAWN, met=met)


def reopen(desk: Desk, claim_id: UUID, words: str) -> Claim:
    """Something that nobody could see before: a closed case is looked at again."""
    claim = desk.claim(claim_id, Action.REOPEN)
    room.for_reopening(desk, claim)
    return _back(desk, claim, "reopen", words, OfferEnd.SUPERSEDED)


def complain(desk: Desk, claim_id: UUID, words: str) -> Claim:
    """A complaint is heard, told about and solved by clocks of its own; the case stays where it is."""
    claim = _remembered(desk.claim(claim_id, Action.COMPLAIN))
    if not words.strip():
        raise ClaimError("needs_more", "complain", needs=(Guard.REASON,), known=(Guard.REASON,))
    room.for_complaint(desk, claim)
    complaints.add(desk.book, claim.id, words, by=desk.actor, at=desk.at)
    started = clocks_of(CaseClass.SIMPLE, Event.COMPLAINT_RECEIVED, desk.at, desk.house.terms(claim.region))
    deadlines.start(desk.book, claim.id, started, at=desk.at)
    claim = claims.save(desk.book, replace(claim, due_at=clocks.next_due(desk, claim)))
    notify(desk, claim, Node.COMPLAINT_RECEIVED)
    desk.audit(Action.COMPLAIN, thing_of(claim.id), due_at=claim.due_at)
    return claim


def judge(desk: Desk, claim_id: UUID, said: Feedback) -> None:
    """What the customer says of us, once: 1 to 5 on convenience, communication and the fairness of the amount.

    Raises ``ClaimError``: ``too_early`` before there is a result, ``judged_already``.
    """
    claim = _remembered(desk.claim(claim_id, Action.FEEDBACK))
    if not offers.of_claim(desk.book, claim.id) and not desk.house.lifecycle.rests(claim.state):
        raise ClaimError("too_early", claim.state)
    if not follow_ups.add_feedback(desk.book, claim.id, said, at=desk.at):
        raise ClaimError("judged_already")
    desk.audit(Action.FEEDBACK, thing_of(claim.id), score=said.fairness)


def _back(
    desk: Desk,
    claim: Claim,
    name: str,
    words: str | None,
    why: OfferEnd,
    *,
    met: Set[Guard] = frozenset(),
    facts: Mapping[str, Any] | None = None,
) -> Claim:
    """The move, and what it takes back. The offer ends after the move was found possible: all or nothing anyway."""
    said = words is not None and bool(words.strip())
    reason = note(f"moved.{name}")
    known = _remembered(claim).facts.model_copy(update=dict(facts or {}))
    claim = replace(end_open(desk, claim, why), facts=known)
    return move(desk, claim, name, met=met | ({Guard.REASON} if said else set()), reason=reason, words=words)


def _remembered(claim: Claim) -> Claim:
    """Nothing personal is taken for a case that was erased: nobody would delete it any more."""
    if claim.erased_at is not None:
        raise ClaimError("at_rest", claim.state, state=claim.state)
    return claim
