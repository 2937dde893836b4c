"""Fraud facts: what an adjuster should look at, with its evidence. Facts, never a verdict.

They raise a case in the queue (``claims.fraud_facts.risk``) and do nothing else: no amount depends on them (M18; PIPL
art. 24), and whether a person has to look at all is for ``claims.triage`` to say.
"""

import calendar
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from math import ceil
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from claims.fraud_case import FraudCase, OtherPhoto, OwnPhoto, distance_km
from claims.fraud_facts import (
    CaptureTime,
    Character,
    Distance,
    Evidence,
    FraudCode,
    FraudFact,
    Outlier,
    Repeat,
    SharedDocument,
    SharedPhoto,
    Tally,
)
from claims.identifiers import VIN_CHECK, check_digit_fits
from claims.materials import Material
from claims.notice import Notice
from inference.fingerprint import NEAR_DUPLICATE_DISTANCE, distance
from model.findings import PartRef
from model.rules_text import read_versioned
from model.vocabulary import Side

_HOUR = timedelta(hours=1)
_FILE = "fraud.yaml"


class FraudRules(BaseModel):
    """The whole file. ``version`` is the declared one with a short hash of the content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    near_bits: int = Field(ge=0, le=NEAR_DUPLICATE_DISTANCE)
    alike_bits: int = Field(ge=0, le=16)
    most_laid: int = Field(ge=0, le=50)
    most_told: int = Field(ge=0, le=1000)
    clock_grace_h: int = Field(ge=0, le=48)
    after_report_h: int = Field(gt=0)
    far_km: int = Field(gt=0)
    repeat_months: int = Field(gt=0, le=120)
    repeat_claims: int = Field(ge=1)
    many_complaints: int = Field(ge=1)
    papers_of_one_case: frozenset[Material]
    weights: Mapping[FraudCode, Annotated[int, Field(ge=0, le=100)]]

    @classmethod
    def load(cls) -> Self:
        """The shipped rules."""
        return cls.from_yaml(files("data").joinpath("rules", _FILE).read_text("utf-8"))

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Raises ``RulesError`` naming the field that is wrong."""
        return read_versioned(cls, text, _FILE)

    @field_validator("weights")
    @classmethod
    def _each_weighs(cls, weights: Mapping[FraudCode, int]) -> Mapping[FraudCode, int]:
        if missing := [code.value for code in FraudCode if code not in weights]:
            raise ValueError(f"no weight for {', '.join(missing)}")
        return weights


@lru_cache(1)
def shipped() -> FraudRules:
    """The shipped rules, read once."""
    return FraudRules.load()


Found = Iterator[tuple[FraudCode, Evidence]]


def fraud_facts(case: FraudCase, rules: FraudRules, *, outlier_factor: Decimal) -> tuple[FraudFact, ...]:
    """Every fact, those of the photos first. ``outlier_factor`` is the triage policy's ``price_outlier_factor``."""
    found = (item for look in _LOOKS for item in look(case, rules))
    return tuple(
        FraudFact(code=code, evidence=evidence, weight=rules.weights[code])
        for code, evidence in (*found, *_outliers(case, outlier_factor))
    )


def of_document(
    material: Material, others: Mapping[UUID, str], same_car: Collection[UUID], rules: FraudRules
) -> tuple[FraudFact, ...]:
    """What a document gives that ``others`` have too, by their numbers. Papers of a car or its driver come again with
    every case of the ``same_car``; those of one case do not."""
    code, again = FraudCode.SAME_DOCUMENT, material not in rules.papers_of_one_case
    return tuple(
        FraudFact(
            code=code,
            evidence=SharedDocument(material=material, claim=claim, claim_number=number),
            weight=rules.weights[code],
        )
        for claim, number in others.items()
        if not (again and claim in same_car)
    )


def of_notice(notice: Notice, rules: FraudRules) -> tuple[FraudFact, ...]:
    """What the report itself gives to look at."""
    if notice.vin is None or check_digit_fits(notice.vin):
        return ()
    code = FraudCode.VIN_CHECK_DIGIT
    return (FraudFact(code=code, evidence=Character(place=VIN_CHECK), weight=rules.weights[code]),)


def told_to_others(case: FraudCase, rules: FraudRules, *, number: str, paid: bool) -> dict[UUID, tuple[FraudFact, ...]]:
    """What each other case is told of a photo that it shares with this one, whose ``number`` that is."""
    told: dict[UUID, list[FraudFact]] = {}
    for photo, other, bits in _pairs(case, rules):
        code = _photo_code(photo, other, paid=paid)
        evidence = SharedPhoto(photo=other.number, claim=case.claim, claim_number=number, bits=bits)
        told.setdefault(other.claim, []).append(FraudFact(code=code, evidence=evidence, weight=rules.weights[code]))
    newest = sorted(told, reverse=True)[: rules.most_told]
    return {claim: tuple(told[claim]) for claim in newest}


def _shared_photos(case: FraudCase, rules: FraudRules) -> Found:
    for photo, other, bits in _pairs(case, rules):
        evidence = SharedPhoto(photo=photo.number, claim=other.claim, claim_number=other.claim_number, bits=bits)
        yield _photo_code(photo, other, paid=other.paid), evidence


def _pairs(case: FraudCase, rules: FraudRules) -> Iterator[tuple[OwnPhoto, OtherPhoto, int]]:
    """The closest pair of each photo and other case, and in how many bits it differs."""
    others = [other for other in case.other_photos if other.claim != case.claim]
    for photo in case.photos:
        closest: dict[UUID, tuple[int, OtherPhoto]] = {}
        for other in others:
            bits = _bits(photo, other)
            same = bits <= rules.near_bits or other.copy_of == photo.sha256
            if same and bits < closest.get(other.claim, (66, other))[0]:
                closest[other.claim] = (bits, other)
        for bits, other in closest.values():
            yield photo, other, bits


def _bits(photo: OwnPhoto, other: OtherPhoto) -> int:
    """How far the pictures are apart; turned and mirrored copies are the same picture. 65: nobody can say."""
    if photo.sha256 == other.sha256:
        return 0
    if other.phash is None:
        return 65
    return min((distance(own, other.phash) for own in photo.phashes), default=65)


def _photo_code(photo: OwnPhoto, other: OtherPhoto, *, paid: bool) -> FraudCode:
    if photo.sha256 == other.sha256:
        return FraudCode.SAME_PHOTO_PAID if paid else FraudCode.SAME_PHOTO
    return FraudCode.NEAR_PHOTO_PAID if paid else FraudCode.NEAR_PHOTO


def _capture_times(case: FraudCase, rules: FraudRules) -> Found:
    """A camera's clock may be off by the grace. Photos are usual after a report; long after it they are asked for."""
    grace = timedelta(hours=rules.clock_grace_h)
    for photo in case.photos:
        if photo.taken_at is None:
            continue
        taken = photo.taken_at if photo.taken_at.tzinfo else photo.taken_at.replace(tzinfo=case.zone)
        if case.policy_began is not None and taken + grace < case.policy_began:
            yield FraudCode.TAKEN_BEFORE_POLICY, _apart(photo, case.policy_began - taken)
        if taken - grace > photo.arrived_at:
            yield FraudCode.TAKEN_AFTER_ARRIVAL, _apart(photo, taken - photo.arrived_at)
        elif taken > case.reported_at + timedelta(hours=rules.after_report_h) and not photo.asked_for:
            yield FraudCode.TAKEN_AFTER_REPORT, _apart(photo, taken - case.reported_at)


def _apart(photo: OwnPhoto, time: timedelta) -> CaptureTime:
    return CaptureTime(photo=photo.number, hours=ceil(time / _HOUR))


def _distances(case: FraudCase, rules: FraudRules) -> Found:
    for photo in case.photos:
        if case.place is not None and photo.position is not None:
            km = distance_km(case.place, photo.position)
            if km > rules.far_km:
                yield FraudCode.FAR_FROM_LOSS, Distance(photo=photo.number, km=round(km))


def _repeats(case: FraudCase, rules: FraudRules) -> Found:
    since = _months_before(case.happened_at, rules.repeat_months)
    earlier = [
        other
        for other in case.other_claims
        if other.claim != case.claim and since <= other.happened_at <= case.happened_at
    ]
    for place in sorted(case.parts, key=lambda ref: (ref.part, ref.side)):
        same = [other for other in earlier if any(_same_part(place, ref) for ref in other.parts)]
        if len(same) >= rules.repeat_claims:
            claims, numbers = tuple(item.claim for item in same), tuple(item.claim_number for item in same)
            yield FraudCode.REPEATED_PART, Repeat(place=place, claims=claims, numbers=numbers)


def _same_part(one: PartRef, other: PartRef) -> bool:
    """A side that nobody could say may be either."""
    return one.part is other.part and (one.side is other.side or Side.UNKNOWN in (one.side, other.side))


def _months_before(moment: datetime, months: int) -> datetime:
    """The same day of an earlier month, or its last day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _reputation(case: FraudCase, rules: FraudRules) -> Found:
    if case.complaints >= rules.many_complaints:
        yield FraudCode.MANY_COMPLAINTS, Tally(count=case.complaints)
    if case.high_risk_tag:
        yield FraudCode.HIGH_RISK_TAG, Tally(count=case.complaints)


def _outliers(case: FraudCase, factor: Decimal) -> Found:
    for line in case.lines:
        if line.typical is not None and line.amount > factor * line.typical:
            evidence = Outlier(
                place=line.ref,
                operation=line.operation,
                amount=line.amount,
                median=line.typical,
                currency=case.currency,
            )
            yield FraudCode.PRICE_OUTLIER, evidence


_LOOKS: tuple[Callable[[FraudCase, FraudRules], Found], ...] = (
    _shared_photos,
    _capture_times,
    _distances,
    _repeats,
    _reputation,
)
