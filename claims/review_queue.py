"""Who works on which case now: the adjusters' queue and its leases. Pure: whoever stores them does so in one step."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from claims.actions import Action
from claims.actors import Actor
from claims.policy import MarketLimits
from claims.review_rules import LeadRule, LeaseRule, ReviewRules
from claims.rights import Rights
from claims.rights_objects import Settlement
from claims.states import CaseState, Role
from claims.triage import CaseClass
from claims.utc import utc
from model.errors import ReviewError

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A case in somebody's hands, up to but without ``until``; times in UTC."""

    holder: UUID
    taken_at: datetime
    until: datetime

    def in_force(self, at: datetime) -> bool:
        """Whether nobody else may act at ``at``."""
        return at < self.until

    def extended(self, person: UUID, at: datetime, rule: LeaseRule) -> Self:
        """A full term from ``at``, for its holder while in force. Raises ``ReviewError`` like ``check_held``."""
        check_held(self, person, at)
        return replace(self, until=max(self.until, utc(at) + rule.term))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A case that waits for a person. ``upper`` is the upper bound of the machine's range; ``since``: in this state.

    ``closed_to`` are people who decided before what is contested now, or brought it to the level that has it;
    ``deciders`` the roles that decide there.
    """

    claim: UUID
    state: CaseState
    case_class: CaseClass
    upper: Decimal
    limits: MarketLimits
    since: datetime
    due_at: datetime | None = None
    risk: int = 0
    lease: Lease | None = None
    closed_to: frozenset[UUID] = frozenset()
    deciders: frozenset[Role] = frozenset(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a case stands in the queue: what the order is made of."""

    due_at: datetime | None
    risk: int
    since: datetime
    claim: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What somebody works on next, and the lease to store with it."""

    claim: UUID
    lease: Lease


def queue_at(due_at: datetime | None, risk: int, lead: LeadRule) -> datetime | None:
    """The deadline less the lead of the risk: what the queue goes by. None without a deadline."""
    return None if due_at is None else due_at - lead.of(risk)


def ordered(queue: Iterable[Waiting], at: datetime, lead: LeadRule) -> list[Waiting]:
    """What is overdue at ``at`` first, then by ``queue_at`` (without one last), the higher risk, who waits longest."""

    def key(case: Waiting) -> tuple[bool, datetime, int, datetime, UUID]:
        stands = queue_at(case.due_at, case.risk, lead) or _NEVER
        return not is_overdue(case.due_at, at), stands, -case.risk, case.since, case.claim

    return sorted(queue, key=key)


def is_overdue(due_at: datetime | None, at: datetime) -> bool:
    """Whether a case is past its deadline."""
    return due_at is not None and due_at < at


def claim_next(
    queue: Iterable[Waiting], adjuster: Actor, at: datetime, *, rules: ReviewRules, rights: Rights
) -> Taken | None:
    """The first case in order that nobody holds and that the role may decide; None when there is none.

    Raises ``RightsError`` for a role that takes no cases, ``ReviewError`` ``review.holds_enough`` for who has as many
    as one person may hold.
    """
    rights.check(adjuster, Action.CLAIM_NEXT)
    cases = list(queue)
    held = [case for case in cases if holder(case.lease, at) == adjuster.id]
    if len(held) >= rules.lease.most_held:
        raise ReviewError("holds_enough", f"{len(held)} cases", limit=rules.lease.most_held)
    free = (case for case in cases if holder(case.lease, at) is None and _may_take(case, adjuster, rules, rights))
    return next((_taken(case, adjuster, at, rules.lease) for case in ordered(free, at, rules.lead)), None)


def holder(lease: Lease | None, at: datetime) -> UUID | None:
    """Who works on a case at ``at``, None for nobody."""
    return lease.holder if lease is not None and lease.in_force(at) else None


def check_held(lease: Lease | None, person: UUID, at: datetime) -> None:
    """Returns while ``person`` holds the case.

    Raises ``ReviewError``: ``review.held_by_other``; ``review.lease_over`` for a lease of theirs that expired;
    ``review.not_held`` when nobody holds it.
    """
    if holder(lease, at) == person:
        return
    if holder(lease, at) is not None:
        raise ReviewError("held_by_other")
    raise ReviewError("lease_over" if lease is not None and lease.holder == person else "not_held")


def _may_take(case: Waiting, adjuster: Actor, rules: ReviewRules, rights: Rights) -> bool:
    whole = Settlement(
        amount=case.upper, machine_amount=None, case_class=case.case_class, limits=case.limits, reasoned=True
    )
    takes = adjuster.role in rules.queue.get(case.state, frozenset()) and adjuster.id not in case.closed_to
    takes = takes and adjuster.role in case.deciders
    return takes and rights.authority[adjuster.role].covers(whole)


def _taken(case: Waiting, adjuster: Actor, at: datetime, rule: LeaseRule) -> Taken:
    now = utc(at)
    return Taken(claim=case.claim, lease=Lease(holder=adjuster.id, taken_at=now, until=now + rule.term))
