"""What an actor may do with a case as it is now."""

from collections.abc import Iterator, Sequence
from typing import Final

from claims.actions import Action
from claims.desk import levels
from claims.desk.desk import Desk
from claims.lifecycle_faults import RESULT_TOLD
from claims.repository import payments
from claims.repository.claims import Claim
from claims.repository.offers import Offer
from claims.rights import Scope
from claims.states import CaseState

_TO_ASSESS: Final = frozenset(
    {CaseState.REPORTED, CaseState.MATERIALS_SUBMITTED, CaseState.MATERIALS_INCOMPLETE, CaseState.MORE_PHOTOS}
)
_ON_TERMS: Final = frozenset({Action.COMPLAIN, Action.CONTEST, Action.REOPEN})
"""Begin clocks, which nobody knows any more once the market has left the policy."""
_ALWAYS: Final = (Action.COMPLAIN, Action.EXPORT_OWN, Action.DELETE_OWN)


def actions_now(desk: Desk, claim: Claim, offered: Sequence[Offer], *, photographed: bool) -> Iterator[Action]:
    """What the actor may do with the case as it is. What else it needs is told where it is tried."""
    if claim.erased_at is not None:
        return
    wanted = dict.fromkeys(_moves(desk, claim))
    if not desk.house.lifecycle.rests(claim.state):
        wanted |= dict.fromkeys((Action.ADD_PHOTOS, Action.SUBMIT_MATERIALS))
    if claim.state in _TO_ASSESS and photographed:
        wanted[Action.ASSESS] = None
    else:
        wanted.pop(Action.ASSESS, None)
    if desk.house.lifecycle.rests(claim.state) or offered:
        wanted[Action.FEEDBACK] = None
    if claim.state is CaseState.ASSESSED:
        open_one = next((one for one in offered if one.ended_at is None), None)
        wanted.pop(Action.ACCEPT if ran_out(desk, open_one) else Action.RENEW_OFFER, None)
        if open_one is None or not open_one.machine:
            wanted.pop(Action.REFUSE_AUTOMATION, None)
    if Action.ESCALATE in wanted and not levels.may_ask(desk, claim):
        wanted.pop(Action.ESCALATE, None)
    if any(offer.accepted_at for offer in offered) and payments.went_out(desk.book, claim.id):
        wanted.pop(Action.WITHDRAW, None)
    if claim.state is CaseState.ESCALATED and claim.came_from not in RESULT_TOLD:
        wanted.pop(Action.CONTEST, None)
    wanted |= dict.fromkeys(_ALWAYS)
    if claim.region not in desk.house.rulebook.policy.markets:
        wanted = {action: None for action in wanted if action not in _ON_TERMS}
    rights, role = desk.house.rights, desk.actor.role
    yield from (one for one in wanted if rights.scope(role, one) is not Scope.NEVER and _reaches(desk, claim, one))


def ran_out(desk: Desk, offer: Offer | None) -> bool:
    """Whether no offer can be accepted any more."""
    return offer is None or offer.runs_out(desk.at)


def _moves(desk: Desk, claim: Claim) -> Iterator[Action]:
    for name in desk.house.lifecycle.possible(claim.state, desk.actor.role):
        yield desk.house.rights.of_move(name)


def _reaches(desk: Desk, claim: Claim, action: Action) -> bool:
    """Whether authority covers the amount is told with the decision."""
    return action in desk.house.rights.within_authority or desk.may(action, claim)
