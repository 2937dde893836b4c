"""Who decides? A pure function of a situation and a policy. The machine offers or refers; it never rejects."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from claims.conditions import FOR_A_PERSON, FOR_A_PHOTO, left_out, reasons, wanted_photos
from claims.policy import Deadline, MarketLimits, Span, TriagePolicy
from claims.situation import Situation
from model.notes import Note, note


class Route(StrEnum):
    """What happens next."""

    INSTANT_OFFER = "instant_offer"
    MORE_PHOTOS = "more_photos"
    HUMAN_REVIEW = "human_review"


class CaseClass(StrEnum):
    """Speed class of a case (M2, M3, M4)."""

    SIMPLE = "simple"
    ORDINARY = "ordinary"
    COMPLEX = "complex"


class Authority(StrEnum):
    """Who may decide the amount (M7, M8)."""

    JUNIOR = "junior"
    SENIOR = "senior"
    EXPERT = "expert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """``reasons`` say why the route is not an instant offer, or why it is, and then which photos were left out;
    ``wanted`` which photos would help."""

    route: Route
    reasons: tuple[Note, ...]
    wanted: tuple[Note, ...]
    case_class: CaseClass
    authority: Authority
    photo_only: bool
    police_report: bool
    review_within: Span
    payment_within: Span | None


def decide(situation: Situation, policy: TriagePolicy) -> Decision:
    """Check every condition; one that fails gives its reason. Without any reason the machine may offer."""
    person = _by_place(reasons(situation, policy, FOR_A_PERSON))
    photos = _by_place(reasons(situation, policy, FOR_A_PHOTO))
    route = Route.HUMAN_REVIEW if person else Route.MORE_PHOTOS if photos else Route.INSTANT_OFFER
    if route is Route.INSTANT_OFFER and _drawn(situation, policy):
        route, person = Route.HUMAN_REVIEW, [note("reason.AUDIT_SAMPLE")]
    case_class = _case_class(situation, policy)
    deadline: Deadline = getattr(policy.deadlines, case_class.value)
    return Decision(
        route=route,
        reasons=(*(person + photos or [note("reason.ALL_CLEAR")]), *left_out(situation, policy)),
        wanted=tuple(_by_place(wanted_photos(situation, policy))),
        case_class=case_class,
        authority=authority_of(case_class, situation.upper, policy.market(situation.facts.region)),
        photo_only=_within(situation, policy.market(situation.facts.region).photo_only_below),
        police_report=_police_report(situation, policy),
        review_within=deadline.review,
        payment_within=deadline.payment,
    )


def authority_of(case_class: CaseClass, amount: Decimal, limits: MarketLimits) -> Authority:
    """The least that decides a case of this class and gross ``amount``, in the market's currency (M7, M8)."""
    if case_class is CaseClass.SIMPLE:
        return Authority.JUNIOR
    within = amount <= limits.senior_limit
    return Authority.SENIOR if within and case_class is CaseClass.ORDINARY else Authority.EXPERT


def _by_place(notes: Iterable[Note]) -> list[Note]:
    """Statements that differ only in the place become one that names all places."""
    places: dict[Note, list[object]] = {}
    for item in notes:
        rest = Note(item.code, {key: value for key, value in item.facts.items() if key != "place"})
        named = places.setdefault(rest, [])
        if "place" in item.facts and item.facts["place"] not in named:
            named.append(item.facts["place"])
    return [note(rest.code, **rest.facts, place=tuple(named)) if named else rest for rest, named in places.items()]


def _within(situation: Situation, limit: Decimal) -> bool:
    """True when the whole range stays below; without lines, or with an unpriced one, there is no upper end."""
    estimate = situation.estimate
    return bool(estimate.lines) and situation.upper < limit and not estimate.at_least


def _case_class(situation: Situation, policy: TriagePolicy) -> CaseClass:
    facts = situation.facts
    if facts.injury or facts.disputed:
        return CaseClass.COMPLEX
    small = _within(situation, policy.market(facts.region).simple_below)
    return CaseClass.SIMPLE if facts.single_party and small else CaseClass.ORDINARY


def _police_report(situation: Situation, policy: TriagePolicy) -> bool:
    facts = situation.facts
    large = situation.upper >= policy.market(facts.region).police_report_from
    return large or facts.disputed or facts.single_party is False


def _drawn(situation: Situation, policy: TriagePolicy) -> bool:
    """The random sample: as the service drew it, else drawn from the photos, so that it is drawn the same again."""
    if situation.facts.sample_draw is not None:
        return situation.facts.sample_draw < Decimal(str(policy.audit_sample_share))
    key = "|".join(sorted(photo.view for photo in situation.photos)) + policy.version
    draw = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") / 2**64
    return draw < policy.audit_sample_share
