"""A decision about money, as rights are checked against it."""

from decimal import Decimal

from claims.desk.desk import Desk
from claims.repository import assessments
from claims.repository.claims import Claim
from claims.rights_objects import Settlement
from claims.triage import CaseClass


def class_of(claim: Claim) -> CaseClass:
    """What authority is checked against. A case that the machine never looked at counts as complex: nobody has said
    that it is simple. One that the customer has contested is no junior's (M8, M12)."""
    known = claim.case_class or CaseClass.COMPLEX
    return CaseClass.ORDINARY if known is CaseClass.SIMPLE and claim.facts.disputed else known


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
