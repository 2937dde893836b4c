"""What somebody may do with a case as it is now, and what keeps them from it: whose it is, and how far they decide."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.desk.desk import Desk
from claims.desk.settling import class_of, settlement_of
from claims.desk.table import OnTable
from claims.repository.claims import Claim
from claims.review_queue import holder
from claims.rights import Reach, Scope
from claims.rights_objects import Settlement
from claims.states import CaseState
from claims.triage import CaseClass
from parts_pricing.money import ZERO

_HELD: Final = frozenset({Action.APPROVE, Action.DECLINE})
"""Told as possible to everybody with authority; done only by who holds the case."""
_FIRST: Final = {
    CaseState.CONTESTED: Action.TAKE_UP,
    CaseState.FRAUD_REVIEW: Action.CLEAR,
    CaseState.ESCALATED: Action.RETURN,
    CaseState.THIRD_PARTY_REASSESSMENT: Action.THIRD_PARTY_ANSWERED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """How far the actor's role decides: ``limit`` is an amount of the market, ``below`` or up to it; None: any.

    ``covers``: the review as it stands is within; where it is not shown, the most that the machine thinks it may be.
    ``share``: by how much it differs from the machine, 0..1; beyond ``reason_from`` whoever approves says why.
    """

    covers: bool
    classes: frozenset[CaseClass]
    case_class: CaseClass
    limit: Decimal | None
    below: bool
    share: Decimal
    reason_from: Decimal

    @property
    def reason_needed(self) -> bool:
        """Whether an approval needs a reason."""
        return self.share > self.reason_from

    @property
    def of_class(self) -> bool:
        """Whether the class of the case is within."""
        return self.case_class in self.classes


@dataclass(frozen=True, slots=True, kw_only=True)
class May:
    """``mine``: the actor holds the case; ``other`` holds it up to ``until``. ``does`` are the actions that are open,
    ``first`` the one that the page puts forward. ``authority`` is None for roles without any, and of a case at rest."""

    mine: bool
    other: UUID | None
    until: datetime | None
    waits: bool
    does: frozenset[Action]
    first: Action | None
    authority: Authority | None


def may_of(desk: Desk, claim: Claim, can: frozenset[Action], table: OnTable | None, *, takes: bool) -> May:
    """Of ``can``, what is open to the actor now. ``takes``: authority would let them take the case."""
    held = holder(claim.lease, desk.at)
    mine = held == desk.actor.id
    waits = claim.state in desk.house.review.queue
    authority = _authority(desk, claim, table)
    does = {action for action in can if mine or action not in _HELD}
    does |= {Action.RELEASE} if mine else set()
    does |= {Action.CORRECT_LINES} if mine and Action.APPROVE in can else set()
    free = waits and held is None and Action.TAKE_UP not in does
    if free and takes and _ever(desk, Action.CLAIM_NEXT):
        does |= {Action.CLAIM_NEXT}
    if authority and not authority.covers:
        does -= {Action.APPROVE}
    return May(
        mine=mine,
        other=None if mine else held,
        until=claim.lease.until if claim.lease and held else None,
        waits=waits,
        does=frozenset(does),
        first=_first(claim, does),
        authority=authority,
    )


def _first(claim: Claim, does: set[Action]) -> Action | None:
    escalates = Action.ESCALATE if Action.RELEASE in does else None
    order = (_FIRST.get(claim.state), Action.CLAIM_NEXT, Action.APPROVE, escalates)
    return next((action for action in order if action in does), None)


def _ever(desk: Desk, action: Action) -> bool:
    return desk.house.rights.scope(desk.actor.role, action) is not Scope.NEVER


def _authority(desk: Desk, claim: Claim, table: OnTable | None) -> Authority | None:
    reach = desk.house.rights.authority.get(desk.actor.role)
    if reach is None or desk.house.lifecycle.rests(claim.state):
        return None
    amount = table.found.review.total if table else claim.upper or ZERO
    settlement = settlement_of(desk, claim, amount, reasoned=True)
    return Authority(
        covers=reach.covers(settlement),
        classes=reach.classes,
        case_class=class_of(claim),
        limit=_limit(reach, settlement),
        below=reach.below is not None,
        share=settlement.differs_from(),
        reason_from=desk.house.rights.override.reason_from_share,
    )


def _limit(reach: Reach, settlement: Settlement) -> Decimal | None:
    name = reach.below or reach.up_to
    return None if name is None else getattr(settlement.limits, name)
