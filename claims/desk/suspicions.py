"""Fraud facts of a case, for whoever looks: noted with their evidence, each once, and told to other cases.

They raise a case in the queue and change neither an amount nor a route (M18). They are looked for when the machine
looks, when photos or documents come later, and when a person names an amount; a case is told when another brings its
photo again.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from claims.actions import Action
from claims.assess import Assessment
from claims.desk.around import Surroundings, draw, known_facts, same_car_cases, surroundings
from claims.desk.desk import Desk, thing_of
from claims.fraud import fraud_facts, of_document, told_to_others
from claims.fraud_case import FraudCase, Position, PricedLine
from claims.fraud_facts import FraudFact, risk
from claims.materials import Material
from claims.notice import LossPlace, Notice
from claims.repository import claims, complaints, fraud, notices, stated
from claims.repository.assessments import Made
from claims.repository.claims import Claim
from claims.review import shop_of
from claims.review_lines import Review, ReviewedLine
from model.findings import PartRef
from parts_pricing.chosen import typical
from parts_pricing.decide import Shop
from parts_pricing.estimate import EstimateLine

__all__ = [
    "Surroundings",
    "add_document",
    "draw",
    "judge",
    "known_facts",
    "lock",
    "look_around",
    "note_down",
    "surroundings",
]


def lock(desk: Desk, claim: UUID, around: Surroundings) -> None:
    """Lock the case and those that are told of it, in one order: two that share a photo never wait for each other."""
    for one in sorted({claim, *(other.claim for other in around.other_photos)}):
        claims.locked(desk.book, one)


def note_down(desk: Desk, claim: Claim, made: Made, assessment: Assessment, around: Surroundings) -> Claim:
    """The case with the fraud facts of an assessment, each kept once, and how far they raise it in the queue. Other
    cases are told of photos that they share; the caller has locked them (``lock``)."""
    lines = tuple(_priced_lines(desk, claim, assessment))
    case = _fraud_case(desk, claim, around, frozenset(_parts(assessment)), lines, made.currency)
    return _noted(desk, claim, case, made.id)


def look_around(desk: Desk, claim: Claim, around: Surroundings) -> Claim:
    """The same for photos that came while nobody asked the machine to assess them: without parts and amounts."""
    return _noted(desk, claim, _fraud_case(desk, claim, around))


def judge(desk: Desk, claim: Claim, review: Review) -> Claim:
    """The same for what a person made of the estimate: their parts and amounts beside the table's and other cases'."""
    there = [line for line in review.lines if line.ref is not None and not line.removed]
    parts = frozenset(line.ref for line in there if line.ref is not None and line.value.kind is not None)
    lines = tuple(_reviewed_line(line, review.shop) for line in there)
    return _noted(desk, claim, _fraud_case(desk, claim, surroundings(desk, claim, ()), parts, lines, review.currency))


def add_document(desk: Desk, claim: Claim, material: Material, sha256: str) -> Claim:
    """The same for a document that came in."""
    others = fraud.with_document(desk.book, claim.id, sha256)
    if not others:
        return claim
    reported = notices.get(desk.book, claim.id)
    same_car = same_car_cases(desk, claim, None if reported is None else reported.notice)
    found = of_document(material, others, {other.claim for other in same_car}, desk.house.fraud)
    return _kept(desk, claim, found)


def _noted(desk: Desk, claim: Claim, case: FraudCase, assessment: UUID | None = None) -> Claim:
    rules, factor = desk.house.fraud, desk.house.rulebook.policy.price_outlier_factor
    claim = _kept(desk, claim, fraud_facts(case, rules, outlier_factor=factor), assessment)
    paid = bool(fraud.paid_claims(desk.book, {claim.id})) if case.other_photos else False
    for other, told in told_to_others(case, rules, number=claim.number, paid=paid).items():
        found = claims.locked(desk.book, other)
        if found is not None and (after := _kept(desk, found, told)) != found:
            claims.save(desk.book, after)
    return claim


def _kept(desk: Desk, claim: Claim, found: Sequence[FraudFact], assessment: UUID | None = None) -> Claim:
    """The case at its risk, which is that of all that was ever found; what is new is in the audit log."""
    if fresh := fraud.add(desk.book, claim.id, found, at=desk.at, assessment=assessment):
        codes = {fact.code for fact in fresh}
        desk.as_system().audit(Action.ASSESS, thing_of(claim.id), reasons=codes, items=len(fresh))
    return replace(claim, risk=risk(one.fact for one in fraud.of_claim(desk.book, claim.id))) if found else claim


def _fraud_case(
    desk: Desk,
    claim: Claim,
    around: Surroundings,
    parts: frozenset[PartRef] = frozenset(),
    lines: tuple[PricedLine, ...] = (),
    currency: str = "",
) -> FraudCase:
    notice, others = around.notice, around.other_claims
    return FraudCase(
        claim=claim.id,
        zone=ZoneInfo(desk.house.rulebook.policy.market(claim.region).timezone),
        currency=currency,
        reported_at=claim.opened_at,
        happened_at=notice.happened_at if notice is not None else claim.opened_at,
        policy_began=_policy_began(desk, claim),
        place=_place(notice),
        photos=around.photos,
        parts=parts,
        lines=lines,
        other_photos=around.other_photos,
        other_claims=others,
        complaints=complaints.count(desk.book, [claim.id, *(other.claim for other in others)]),
        high_risk_tag=claim.facts.high_risk_tag,
    )


def _policy_began(desk: Desk, claim: Claim) -> datetime | None:
    told = stated.latest(desk.book, claim.id).get("policy_began")
    return None if told is None else datetime.fromisoformat(told)


def _place(notice: Notice | None) -> Position | None:
    place: LossPlace | None = notice.place if notice is not None else None
    if place is None or place.latitude is None or place.longitude is None:
        return None
    return Position(latitude=place.latitude, longitude=place.longitude)


def _parts(assessment: Assessment) -> Sequence[PartRef]:
    certain = [damage for damage in assessment.damages if damage.part is not None and not damage.doubtful]
    return [PartRef(part=damage.part, side=damage.side) for damage in certain if damage.part is not None]


def _priced_lines(desk: Desk, claim: Claim, assessment: Assessment) -> Sequence[PricedLine]:
    shop = shop_of(desk.house.rulebook, claim.facts, desk.at.date())
    return [_priced(line, shop) for line in assessment.estimate.lines if line.part is not None and line.priced]


def _priced(line: EstimateLine, shop: Shop) -> PricedLine:
    assert line.part is not None  # noqa: S101 - chosen above
    ref = PartRef(part=line.part, side=line.side)
    return PricedLine(ref=ref, operation=line.operation, amount=line.total, typical=typical(ref, line.operation, shop))


def _reviewed_line(line: ReviewedLine, shop: Shop) -> PricedLine:
    assert line.ref is not None  # noqa: S101 - chosen above
    value = line.value
    usual = typical(line.ref, value.operation, shop)
    return PricedLine(ref=line.ref, operation=value.operation, amount=value.total, typical=usual)
