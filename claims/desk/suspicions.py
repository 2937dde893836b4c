"""What other cases tell about this one: facts that the decision may know, and fraud facts for whoever looks.

Fraud facts raise a case in the queue and change neither an amount nor a route (M18).
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from claims.assess import Assessment
from claims.desk.desk import Desk
from claims.facts import CaseFacts, SeenPhoto
from claims.fraud import fraud_facts
from claims.fraud_case import FraudCase, OtherClaim, OtherPhoto, OwnPhoto, Position, PricedLine
from claims.fraud_facts import risk
from claims.notice import LossPlace, Notice
from claims.observe import Observation
from claims.repository import complaints, fraud, notices, photos, same_car, stated, timeline
from claims.repository.assessments import Made
from claims.repository.claims import Claim
from claims.repository.photos import Photo
from claims.review import shop_of
from model.findings import PartRef
from model.labels import LabelPart
from parts_pricing.chosen import typical
from parts_pricing.decide import Shop
from parts_pricing.estimate import EstimateLine

_YEAR: Final = timedelta(days=365)
_DRAW_ABOUT: Final = b"quickclaim/sample/1\0"
_PLACES: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """A case beside all others, as they were while the machine looked: read once, outside the lock of any writer."""

    photos: tuple[OwnPhoto, ...]
    notice: Notice | None = field(repr=False)
    other_photos: tuple[OtherPhoto, ...]
    other_claims: tuple[OtherClaim, ...]


def surroundings(desk: Desk, claim: Claim, observations: Sequence[Observation]) -> Surroundings:
    """What is known of the photos of a case and of its car."""
    own, reported = _own_photos(desk, claim, observations), notices.get(desk.book, claim.id)
    notice = None if reported is None else reported.notice
    return Surroundings(
        photos=own,
        notice=notice,
        other_photos=fraud.other_photos(desk.book, claim.id, own),
        other_claims=_other_claims(desk, claim, notice),
    )


def known_facts(desk: Desk, claim: Claim, around: Surroundings) -> CaseFacts:
    """What was stated, and what other cases tell: photos that they have too, parts that were paid for within a year.

    With it goes the draw of the sample, so that an assessment made again draws the same.
    """
    return claim.facts.model_copy(
        update={
            "seen_photos": tuple(_seen(other) for other in around.other_photos),
            "paid_in_last_year": _paid_parts(desk, around),
            "sample_draw": draw(desk.house.sample, claim, [photo.sha256 for photo in around.photos]),
        }
    )


def draw(key: bytes, claim: Claim, digests: Sequence[str]) -> Decimal:
    """From 0 up to, but without, 1: below the share of the sample a person looks all the same.

    The same for the same photos of the same case, and not to be foretold without the key.
    """
    message = _DRAW_ABOUT + "|".join([str(claim.id), *sorted(digests)]).encode()
    number = int.from_bytes(hmac.digest(key, message, "sha256")[:8], "big")
    return Decimal(number * 10**_PLACES >> 64).scaleb(-_PLACES)


def note_down(desk: Desk, claim: Claim, made: Made, assessment: Assessment, around: Surroundings) -> int:
    """The fraud facts of the case, each kept once; how far they raise it in the queue."""
    case = _fraud_case(desk, claim, assessment, around)
    factor = desk.house.rulebook.policy.price_outlier_factor
    found = fraud_facts(case, desk.house.fraud, outlier_factor=factor)
    fraud.add(desk.book, claim.id, found, at=desk.at, assessment=made.id)
    return risk(found)


def _fraud_case(desk: Desk, claim: Claim, assessment: Assessment, around: Surroundings) -> FraudCase:
    notice, others = around.notice, around.other_claims
    return FraudCase(
        claim=claim.id,
        zone=ZoneInfo(desk.house.rulebook.policy.market(claim.region).timezone),
        currency=assessment.estimate.currency,
        reported_at=claim.opened_at,
        happened_at=notice.happened_at if notice is not None else claim.opened_at,
        policy_began=_policy_began(desk, claim),
        place=_place(notice),
        photos=around.photos,
        parts=frozenset(_parts(assessment)),
        lines=tuple(_priced_lines(desk, claim, assessment)),
        other_photos=around.other_photos,
        other_claims=others,
        complaints=complaints.count(desk.book, [claim.id, *(other.claim for other in others)]),
        high_risk_tag=claim.facts.high_risk_tag,
    )


def _own_photos(desk: Desk, claim: Claim, observations: Sequence[Observation]) -> tuple[OwnPhoto, ...]:
    stored = photos.of_claim(desk.book, claim.id)
    hashes = {seen.sha256: seen.phashes for seen in observations}
    places = photos.places(desk.book, claim.id)
    wanted = timeline.last_of(desk.book, claim.id, "ask_photos")
    wanted_at = None if wanted is None else wanted.at
    return tuple(_own(photo, hashes.get(photo.sha256, ()), places, wanted_at) for photo in stored)


def _own(
    photo: Photo, phashes: tuple[int, ...], places: Mapping[str, Position], wanted_at: datetime | None
) -> OwnPhoto:
    return OwnPhoto(
        number=photo.position + 1,
        sha256=photo.sha256,
        phashes=phashes,
        taken_at=photo.taken_at,
        arrived_at=photo.added_at,
        asked_for=wanted_at is not None and photo.added_at >= wanted_at,
        position=places.get(photo.sha256),
    )


def _seen(other: OtherPhoto) -> SeenPhoto:
    return SeenPhoto(
        sha256=other.sha256,
        phash=None if other.phash is None else f"{other.phash:016x}",
        claim=other.claim_number,
    )


def _paid_parts(desk: Desk, around: Surroundings) -> tuple[LabelPart, ...]:
    cases = [case.claim for case in around.other_claims]
    paid = same_car.paid_parts(desk.book, cases, since=desk.at - _YEAR)
    return tuple(LabelPart(part=ref.part, side=ref.side) for ref in sorted(paid, key=lambda one: (one.part, one.side)))


def _other_claims(desk: Desk, claim: Claim, notice: Notice | None) -> tuple[OtherClaim, ...]:
    if notice is None:
        return ()
    return same_car.other_claims(desk.book, claim.id, plate=notice.plate, vin=notice.vin)


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
