"""A case beside all others: its photos and those that other cases have too, its car, what was paid for it."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from claims.desk.desk import Desk
from claims.facts import CaseFacts, SeenPhoto
from claims.fraud_case import OtherClaim, OtherPhoto, OwnPhoto, Position
from claims.notice import Notice
from claims.observe import Observation
from claims.repository import fraud, notices, photos, same_car, timeline
from claims.repository.alike_photos import Likely, likely
from claims.repository.claims import Claim
from claims.repository.photos import Photo
from inference.altered_hashes import altered_hashes
from model.labels import LabelPart

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
    likely: tuple[Likely, ...] = ()
    """Pairs that nobody has laid on each other yet (``claims.desk.laying``)."""


def surroundings(desk: Desk, claim: Claim, observations: Sequence[Observation]) -> Surroundings:
    """What is known of the photos of a case and of its car. Without ``observations`` photos say when and where they
    were taken, and nothing of other cases."""
    own, reported = _own_photos(desk, claim, observations), notices.get(desk.book, claim.id)
    notice = None if reported is None else reported.notice
    others = fraud.other_photos(desk.book, claim.id, own) if observations else ()
    return Surroundings(
        photos=own,
        notice=notice,
        other_photos=others,
        other_claims=same_car_cases(desk, claim, notice),
        likely=_likely(desk, claim, observations, others),
    )


def _likely(
    desk: Desk, claim: Claim, observations: Sequence[Observation], known: Sequence[OtherPhoto]
) -> tuple[Likely, ...]:
    hashes = {seen.sha256: altered_hashes(seen.grey) for seen in observations if seen.sha256 and seen.grey is not None}
    rules, but = desk.house.fraud, {other.sha256 for other in known}
    return likely(desk.book, claim.id, hashes, but=but, bits=rules.alike_bits, most=rules.most_laid)


def known_facts(desk: Desk, claim: Claim, around: Surroundings) -> CaseFacts:
    """What was stated, and what other cases tell: photos that they have too, parts that were paid for within a year.

    With it goes the draw of the sample, so that an assessment made again draws the same.
    """
    return claim.facts.model_copy(
        update={
            "seen_photos": tuple(_seen(other, around.photos) for other in around.other_photos),
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


def _seen(other: OtherPhoto, own: Sequence[OwnPhoto]) -> SeenPhoto:
    """A copy of one of ours goes by the hash of ours: it is that picture."""
    copied = next((photo.phashes[0] for photo in own if photo.sha256 == other.copy_of and photo.phashes), other.phash)
    phash = None if copied is None else f"{copied:016x}"
    return SeenPhoto(sha256=other.sha256, phash=phash, claim=other.claim_number)


def _paid_parts(desk: Desk, around: Surroundings) -> tuple[LabelPart, ...]:
    cases = [case.claim for case in around.other_claims]
    paid = same_car.paid_parts(desk.book, cases, since=desk.at - _YEAR)
    return tuple(LabelPart(part=ref.part, side=ref.side) for ref in sorted(paid, key=lambda one: (one.part, one.side)))


def same_car_cases(desk: Desk, claim: Claim, notice: Notice | None) -> tuple[OtherClaim, ...]:
    """Other cases of the car that a notice names."""
    if notice is None:
        return ()
    return same_car.other_claims(desk.book, claim.id, plate=notice.plate, vin=notice.vin)
