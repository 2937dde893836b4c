"""A decision about money, as rights are checked against it."""

from decimal import Decimal
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.actors import ActorKind
from claims.desk.desk import Desk
from claims.policy import MarketLimits
from claims.repository import assessments, timeline
from claims.repository.claims import Claim
from claims.rights_objects import Settlement
from claims.triage import CaseClass
from model.errors import RightsError

_DECIDES: Final = frozenset({"settle", "decline"})


def class_of(claim: Claim) -> CaseClass:
    """What authority is checked against. A case that the machine never looked at counts as complex: nobody has said
    that it is simple. One that the customer has contested is no junior's (M8, M12)."""
    known = claim.case_class or CaseClass.COMPLEX
    return CaseClass.ORDINARY if known is CaseClass.SIMPLE and claim.facts.disputed else known


def settled_class(claim: Claim, amount: Decimal, limits: MarketLimits) -> CaseClass:
    """The class of a case once a person has settled it at the gross ``amount`` (M2, M3). What is complex stays so."""
    if claim.case_class is CaseClass.COMPLEX or claim.facts.injury:
        return CaseClass.COMPLEX
    small = amount < limits.simple_below and not claim.facts.disputed
    return CaseClass.SIMPLE if claim.facts.single_party and small else CaseClass.ORDINARY


def settlement_of(desk: Desk, claim: Claim, amount: Decimal, *, reasoned: bool) -> Settlement:
    """Gross ``amount`` beside what the machine named last for the same case, in the market's currency."""
    made = assessments.of_claim(desk.book, claim.id)
    return Settlement(
        amount=amount,
        machine_amount=made[-1].total if made else None,
        case_class=class_of(claim),
        limits=desk.house.rulebook.policy.market(claim.region),
        reasoned=reasoned,
    )


def decided_before(desk: Desk, claim: Claim) -> frozenset[UUID]:
    """Who of the staff decided what the customer has contested since: others decide anew."""
    if not claim.facts.disputed:
        return frozenset()
    steps = timeline.of_claim(desk.book, claim.id)
    contested = max((step.position for step in steps if step.move == Action.CONTEST), default=-1)
    names = (step.by for step in steps if step.move in _DECIDES and step.position < contested)
    people = (name.partition(":") for name in names)
    return frozenset(UUID(person) for kind, _, person in people if kind == ActorKind.STAFF)


def check_second_person(desk: Desk, claim: Claim, action: Action) -> None:
    """Raises ``RightsError`` ``same_person`` for who decided before what is contested now."""
    if desk.actor.id in decided_before(desk, claim):
        raise RightsError("same_person", f"{action} of their own decision", action=action, role=desk.actor.role)
