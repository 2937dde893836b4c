"""The conditions of an instant offer, one function each: it yields the reasons why the condition fails.

Knowledge of the trade behind each: the service documents (M1 to M20), the triage list of the domain notes (A), and the
law on automated decisions (PIPL art. 24). Every number is in the policy.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from claims.facts import Cause
from claims.heavy_damage import heavy_damage
from claims.policy import TriagePolicy
from claims.situation import PhotoFacts, Situation
from model.findings import PartRef, place_of
from model.notes import Note, note
from model.vocabulary import DamageKind, Part, Side
from parts_pricing.estimate import EstimateLine
from parts_pricing.operations import Operation

Check = Callable[[Situation, TriagePolicy], Iterable[Note]]


def reasons(situation: Situation, policy: TriagePolicy, checks: Iterable[Check]) -> Iterable[Note]:
    for check in checks:
        yield from check(situation, policy)


def _when(holds: bool, code: str, **facts: object) -> Iterable[Note]:
    return [note(f"reason.{code}", **facts)] if holds else []


# --- conditions that only a person can settle -----------------------------------------------------------------------


def _stated(situation: Situation, _: TriagePolicy) -> Iterable[Note]:
    unstated = situation.facts.unstated()
    yield from _when(bool(unstated), "FACTS_MISSING", facts=tuple(note(f"fact.{name}") for name in unstated))


def _parties(situation: Situation, _: TriagePolicy) -> Iterable[Note]:
    facts = situation.facts
    yield from _when(facts.single_party is False, "SINGLE_PARTY_NO")
    yield from _when(facts.injury is True, "INJURY")
    yield from _when(facts.third_party_property is True, "THIRD_PARTY")
    yield from _when(facts.disputed, "DISPUTED")


def _rights(situation: Situation, _: TriagePolicy) -> Iterable[Note]:
    facts = situation.facts
    yield from _when(facts.automation_refused, "OPT_OUT")
    yield from _when(facts.policy_active is False, "POLICY")
    yield from _when(facts.plate_matches_policy is False, "PLATE")
    yield from _when(facts.high_risk_tag, "HIGH_RISK")


def _cause(situation: Situation, policy: TriagePolicy) -> Iterable[Note]:
    facts = situation.facts
    yield from _when(facts.cause is Cause.WATER, "WATER")
    beyond = facts.cause is not None and facts.cause is not Cause.WATER and facts.cause not in policy.automatic_causes
    yield from _when(beyond, "CAUSE", cause=facts.cause)
    hurt = facts.airbag_deployed or facts.fluid_leak or facts.misaligned_gaps or facts.drivable is False
    yield from _when(bool(hurt), "UNDRIVABLE")
    yield from _when(facts.vehicle.new_energy is not False and facts.underbody_or_charge_port is True, "EV")
    yield from _when(facts.coverage_red_flag is True, "RED_FLAG")


def _time_of_loss(situation: Situation, policy: TriagePolicy) -> Iterable[Note]:
    lost_at = _local(situation.facts.lost_at, situation, policy)
    if lost_at is not None:
        age = (situation.on - lost_at.date()).days
        yield from _when(age < 0 or age > policy.max_loss_age_days, "LOSS_TIME", limit=policy.max_loss_age_days)


def _local(moment: datetime | None, situation: Situation, policy: TriagePolicy) -> datetime | None:
    """Wall-clock time of the market, which is what a camera stores; a time without zone is taken as such."""
    if moment is None or moment.tzinfo is None:
        return moment
    zone = ZoneInfo(policy.market(situation.facts.region).timezone)
    return moment.astimezone(zone).replace(tzinfo=None)


def _vehicle(situation: Situation, _: TriagePolicy) -> Iterable[Note]:
    unknown = situation.facts.vehicle.vehicle_class is None
    yield from _when(unknown and bool(situation.damages), "UNKNOWN_VEHICLE")
    yield from _when("TOTAL_LOSS" in situation.estimate.flags, "TOTAL_LOSS")


def _amount(situation: Situation, policy: TriagePolicy) -> Iterable[Note]:
    limits, upper, currency = policy.market(situation.facts.region), situation.upper, situation.estimate.currency
    if upper > limits.senior_limit:
        yield note("reason.AMOUNT_5000", limit=limits.senior_limit, currency=currency)
    elif upper >= limits.simple_below:
        yield note("reason.AMOUNT_1000", limit=limits.simple_below, currency=currency)
    estimate = situation.estimate
    wide = estimate.low < policy.min_low_share * estimate.total
    yield from _when(wide, "RANGE_WIDE", currency=currency, low=estimate.low, high=upper)
    nothing_paid = situation.estimate.total > 0 and situation.estimate.net == 0
    yield from _when(nothing_paid, "NOTHING_PAYABLE")
    claimed = situation.facts.claimed_amount
    outlier = claimed is not None and claimed > policy.price_outlier_factor * situation.estimate.total
    yield from _when(outlier and bool(situation.damages), "PRICE_OUTLIER", factor=policy.price_outlier_factor)


def _lines(situation: Situation, policy: TriagePolicy) -> Iterable[Note]:
    for line in situation.estimate.lines:
        counted = _LINE_REASONS - {"UNPRICED"} if line.operation is Operation.INSPECT else _LINE_REASONS
        for flag in sorted(line.flags & counted):
            yield note(f"reason.{flag}", place=_place(line, situation))
        if line.operation is Operation.REPAIR and line.body_hours > policy.max_repair_hours:
            yield note("reason.HEAVY_REPAIR", place=_place(line, situation))
    yield from _dear_lines(situation, policy)


def _place(line: EstimateLine, situation: Situation) -> PartRef | Note:
    """The part of a line; while it is not known, what is known of the damage behind it."""
    if line.part is None and line.damages:
        return situation.damages[line.damages[0]].place
    return place_of(line.part, line.side)


def _dear_lines(situation: Situation, policy: TriagePolicy) -> Iterable[Note]:
    limits, currency = policy.market(situation.facts.region), situation.estimate.currency
    limit_of = {Part.HEADLIGHT: limits.headlight_limit, Part.WINDSHIELD: limits.windshield_limit}
    for line in situation.estimate.lines:
        if line.part in limit_of and line.total > limit_of[line.part]:
            place = place_of(line.part, line.side)
            yield note("reason.DEAR_PART", place=place, limit=limit_of[line.part], currency=currency)


def _extent(situation: Situation, policy: TriagePolicy) -> Iterable[Note]:
    places = {(damage.part, damage.side) for damage in situation.damages}
    yield from _when(len(places) > policy.max_damaged_panels, "PANELS", limit=policy.max_damaged_panels)
    wheels = {Part.WHEEL, Part.TIRE}
    yield from _when(bool(places) and all(part in wheels for part, _ in places), "WHEEL_ONLY")


def _confidence(situation: Situation, policy: TriagePolicy) -> Iterable[Note]:
    for damage in situation.damages:
        if damage.part is None and not damage.candidates:
            continue  # nothing names a part: a wider photo comes first
        if damage.candidates and damage.part is None:
            parts = tuple(dict.fromkeys(ref.part for ref in damage.candidates))
            yield note("reason.PART_AMBIGUOUS", parts=parts)
        elif damage.part is not None and damage.side is Side.UNKNOWN:
            yield note("reason.SIDE_UNKNOWN", part=damage.part)
        if any(item.code == "damage.placed" for item in damage.notes):
            yield note("reason.PART_NOT_SEEN", place=damage.place)
        if damage.kind is DamageKind.UNKNOWN:
            yield note("reason.KIND_UNKNOWN", place=damage.place)
        elif not damage.ambiguous and damage.confidence < policy.min_confidence:
            yield note("reason.LOW_CONF", place=damage.place)


def _contradiction(situation: Situation, _: TriagePolicy) -> Iterable[Note]:
    for damage in situation.damages:
        unsure = any(item.code == "damage.taken_as_one_of" for item in damage.notes)
        if unsure:
            yield note("reason.VIEW_CONFLICT", place=damage.place)


def _fraud_facts(situation: Situation, policy: TriagePolicy) -> Iterable[Note]:
    for photo in situation.photos:
        yield from _when(photo.seen_in_claim is not None, "FRAUD_DUP", photo=photo.index + 1)
        edited = any(word in (photo.software or "").lower() for word in policy.editing_software)
        yield from _when(edited, "FRAUD_EDIT", photo=photo.index + 1)
        yield from _when(_implausible_time(photo, situation, policy), "CAPTURE_TIME", photo=photo.index + 1)


def _implausible_time(photo: PhotoFacts, situation: Situation, policy: TriagePolicy) -> bool:
    """Camera clocks carry no zone: compared as wall-clock time, a day of grace at the far end."""
    if photo.taken_at is None:
        return False
    taken = photo.taken_at.replace(tzinfo=None)
    if taken.date() > situation.on + timedelta(days=1):
        return True
    lost_at = _local(situation.facts.lost_at, situation, policy)
    return lost_at is not None and taken < lost_at - timedelta(hours=policy.capture_before_loss_h)


def _prior(situation: Situation, _: TriagePolicy) -> Iterable[Note]:
    paid = {(item.part, item.side) for item in situation.facts.paid_in_last_year}
    for damage in situation.damages:
        if damage.part is not None and (damage.part, damage.side) in paid:
            yield note("reason.PRIOR_DAMAGE", place=damage.place)


def _unreadable(situation: Situation, _: TriagePolicy) -> Iterable[Note]:
    usable = any(photo.usable for photo in situation.photos)
    for photo in situation.photos:
        yield from _when(usable and not photo.readable, "UNREADABLE_PHOTO", photo=photo.index + 1)


FOR_A_PERSON: tuple[Check, ...] = (
    _rights,
    _parties,
    _cause,
    _time_of_loss,
    heavy_damage,
    _amount,
    _extent,
    _lines,
    _confidence,
    _contradiction,
    _fraud_facts,
    _prior,
    _vehicle,
    _stated,
    _unreadable,
)
_LINE_REASONS = frozenset(
    {"STRUCTURAL", "ADAS", "BORDERLINE_RR", "REVIEW_RULE", "STALE_PRICE", "UNPRICED", "BETTERMENT"}
)


# --- conditions that a photo can settle -----------------------------------------------------------------------------


def _usable_photos(situation: Situation, _: TriagePolicy) -> Iterable[Note]:
    usable = any(photo.usable for photo in situation.photos)
    yield from _when(not usable, "NO_USABLE_PHOTO")
    yield from _when(usable and not situation.damages, "NO_DAMAGE_FOUND")


def _views(situation: Situation, policy: TriagePolicy) -> Iterable[Note]:
    for damage in situation.damages:
        if not damage.candidates and damage.part is None:
            yield note("reason.PART_UNKNOWN", photo=min(damage.photos) + 1)
        elif not damage.ambiguous and situation.views_of(damage) < policy.min_views:
            yield note("reason.ONE_VIEW", place=damage.place)


FOR_A_PHOTO: tuple[Check, ...] = (_usable_photos, _views)


def left_out(situation: Situation, _: TriagePolicy) -> Iterable[Note]:
    """Photos that could be used for nothing beside others that could: told, and waited for by nobody."""
    usable = any(photo.usable for photo in situation.photos)
    for photo in situation.photos:
        yield from _when(usable and photo.readable and not photo.usable, "QUALITY", photo=photo.index + 1)


def wanted_photos(situation: Situation, policy: TriagePolicy) -> Iterable[Note]:
    """Exactly which photos would settle what is open. One that cannot be used is missing where no other shows a damage,
    or where nobody can tell what it shows."""
    for photo in situation.photos:
        if not photo.usable and not (photo.readable and situation.damages):
            yield note("shot.again", photo=photo.index + 1)
    if not situation.damages and any(photo.usable for photo in situation.photos):
        yield note("shot.damage")
    for damage in situation.damages:
        if damage.part is None or damage.side is Side.UNKNOWN:
            yield note("shot.wider", photo=min(damage.photos) + 1)
        elif situation.views_of(damage) < policy.min_views:
            yield note("shot.second_view", place=damage.place)
