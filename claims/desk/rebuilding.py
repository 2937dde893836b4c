"""A stored estimate opened for review: its damages priced again by its own tables, or refused.

What a person does not touch keeps its amount to the cent, so an estimate that comes out otherwise is not opened.
"""

from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from claims.assess import conclude
from claims.desk.desk import Desk
from claims.desk.remembering import rulebook_of
from claims.facts import CaseFacts
from claims.ids import new_id
from claims.replay import StoredEstimate
from claims.repository import photos
from claims.repository.assessments import Made
from claims.repository.claims import Claim
from claims.repository.photos import Photo
from claims.review import open_review, shop_of
from claims.review_lines import Review, ReviewedPhoto
from claims.rulebook import Rulebook
from claims.stored_damages import damages_of
from model.errors import ClaimError, PriceTableError, ReviewError, RulesError
from parts_pricing.estimate import Estimate, estimate
from parts_pricing.money import round_money

_AMOUNTS: Final = ("total", "tax", "net", "deductible", "salvage", "betterment")


def opened(desk: Desk, claim: Claim, made: Made) -> Review:
    """The machine's estimate before anybody touched it, less what is deducted by now.

    Photos that came after it can be drawn on too. Raises ``ReviewError`` ``not_reproduced``.
    """
    rulebook = _rulebook_of(desk, made)
    facts, stored = CaseFacts.from_json(made.estimate.facts), damages_of(made.estimate.document)
    machine = _priced(made, facts, rulebook)
    _check_same(made, machine)
    shop = shop_of(rulebook, facts, made.estimate.on)
    review = open_review(machine, stored, _photos(desk, claim, made), shop)
    return replace(
        review,
        deductible=round_money(claim.facts.deductible, shop.profile.minor),
        salvage=round_money(claim.facts.salvage, shop.profile.minor),
    )


def blank(desk: Desk, claim: Claim) -> Made:
    """The estimate of a case that the machine never looked at: no photos, no lines. It is not stored yet."""
    zone = ZoneInfo(desk.house.rulebook.policy.market(claim.region).timezone)
    on = desk.at.astimezone(zone).date()
    nothing = conclude((), claim.facts, desk.house.rulebook, model_version=desk.house.eyes.version, on=on)
    return Made(
        id=new_id(desk.at),
        claim=claim.id,
        made_at=desk.at,
        estimate=StoredEstimate.of(nothing, claim.facts, on=on),
        route=nothing.decision.route,
        case_class=nothing.decision.case_class,
        authority=nothing.decision.authority,
        currency=nothing.estimate.currency,
        total=nothing.estimate.total,
        low=nothing.estimate.low,
        high=nothing.estimate.high,
    )


def _rulebook_of(desk: Desk, made: Made) -> Rulebook:
    """That of the estimate's versions."""
    try:
        return rulebook_of(desk, made.estimate.versions)
    except (ClaimError, PriceTableError, RulesError) as lost:
        raise ReviewError("not_reproduced", lost.code) from lost


def _priced(made: Made, facts: CaseFacts, rulebook: Rulebook) -> Estimate:
    return estimate(
        [damage for damage in damages_of(made.estimate.document) if not damage.doubtful],
        vehicle=rulebook.vehicle(facts),
        catalogue=rulebook.catalogue,
        rates=rulebook.rates,
        rules=rulebook.repair,
        profile=rulebook.profile(facts),
        on=made.estimate.on,
        deductible=facts.deductible,
        salvage=facts.salvage,
    )


def _check_same(made: Made, machine: Estimate) -> None:
    told = made.estimate.told["estimate"]
    now = {name: f"{getattr(machine, name):f}" for name in _AMOUNTS}
    lines = [f"{line.total:f}" for line in machine.lines]
    if now != {name: told[name] for name in _AMOUNTS} or lines != [line["total"] for line in told["lines"]]:
        raise ReviewError("not_reproduced", f"{len(lines)} lines", total=machine.total)


def _photos(desk: Desk, claim: Claim, made: Made) -> tuple[ReviewedPhoto | None, ...]:
    """Those of the estimate in its order, then those that came later."""
    there = {photo.sha256: photo for photo in photos.of_claim(desk.book, claim.id)}
    return tuple(_drawn_on(there.get(digest)) for digest in dict.fromkeys((*made.estimate.photos, *there)))


def _drawn_on(photo: Photo | None) -> ReviewedPhoto | None:
    if photo is None or photo.width is None or photo.height is None:
        return None
    return ReviewedPhoto(sha256=photo.sha256, width=photo.width, height=photo.height)
