"""What the policy's register says of a case: stated by the insurer's own app or staff, never by the customer."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from claims.actions import Action
from claims.actors import ActorKind
from claims.desk import room
from claims.desk.desk import Desk, thing_of
from claims.desk.ending import end_open
from claims.desk.moving import move
from claims.facts import Amount, Moment
from claims.repository import apps, claims, stated
from claims.repository.claims import Claim
from claims.states import CaseState, Guard
from claims.tables.words import OfferEnd
from model.errors import ClaimError, RightsError
from model.notes import note

_HARMLESS = (("policy_active", True), ("plate_matches_policy", True), ("high_risk_tag", False))
"""What changes nothing where nobody had said anything."""
_OFFERED = frozenset({CaseState.ASSESSED, CaseState.CONFIRMED})
"""Where an offer may stand and no money has gone out."""
_OF_THE_CASE = ("policy_active", "plate_matches_policy", "deductible", "salvage", "high_risk_tag", "claimed_amount")


class Cover(BaseModel):
    """Facts of the policy, each None where nothing is said. ``policy_began`` is aware; amounts are the market's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy_active: bool | None = None
    plate_matches_policy: bool | None = None
    policy_began: Moment | None = None
    deductible: Amount | None = None
    salvage: Amount | None = None
    high_risk_tag: bool | None = None
    claimed_amount: Amount | None = None
    cash_value: Decimal | None = Field(default=None, ge=1, le=Decimal(1_000_000_000))


def state_cover(desk: Desk, claim_id: UUID, cover: Cover) -> Claim:
    """The case with these facts; what was said before and is not said now stays.

    An offer that was made on other ground, and is not paid yet, holds no longer: the case goes to a person.

    Raises ``RightsError`` ``forbidden`` for an app whose word on cover does not count; ``ClaimError``:
    ``nothing_said``, ``too_many``.
    """
    claim = desk.claim(claim_id, Action.STATE_COVER)
    _check_app(desk)
    said = cover.model_dump(exclude_none=True)
    if not said:
        raise ClaimError("nothing_said")
    facts = claim.facts.model_copy(update={name: said[name] for name in _OF_THE_CASE if name in said})
    if cover.cash_value is not None:
        facts = facts.model_copy(update={"vehicle": facts.vehicle.model_copy(update={"cash_value": cover.cash_value})})
    room.for_statement(desk, claim)
    told, before = cover.model_dump(mode="json", exclude_none=True), stated.latest(desk.book, claim.id)
    stated.add(desk.book, claim.id, told, by=desk.actor, at=desk.at)
    desk.audit(Action.STATE_COVER, thing_of(claim.id), items=len(said))
    claim = replace(claim, facts=facts)
    if claim.state in _OFFERED and _otherwise(before, told.items()):
        claim = end_open(desk, claim, OfferEnd.COVER_CHANGED)
        return move(desk, claim, "cover_changed", met={Guard.REASON}, reason=note("moved.cover_changed"))
    return claims.save(desk.book, claim)


def changed_since(desk: Desk, claim: Claim, at: datetime) -> bool:
    """Whether something was stated after ``at`` that is otherwise than before, or speaks against the claim."""
    said = stated.of_claim(desk.book, claim.id)
    before = {name: value for one in said if one.at <= at for name, value in one.facts.items()}
    return _otherwise(before, [item for one in said if one.at > at for item in one.facts.items()])


def _otherwise(before: Mapping[str, object], after: Iterable[tuple[str, object]]) -> bool:
    return any(value != before[name] if name in before else (name, value) not in _HARMLESS for name, value in after)


def _check_app(desk: Desk) -> None:
    """Only an app whose registration says so speaks for the policy's register."""
    if desk.actor.kind is not ActorKind.APP:
        return
    app = apps.get(desk.book, desk.actor.id)
    if app is None or not app.states_cover:
        raise RightsError("forbidden", Action.STATE_COVER, action=Action.STATE_COVER, role=desk.actor.role)
