"""A case as it is shown to somebody: all that this actor may see of it, at one moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from claims.actions import Action
from claims.actors import ActorKind
from claims.clock import Clock, Outcome
from claims.deadline_rules import ClockKind
from claims.deadlines import promised
from claims.desk.actions_now import actions_now, ran_out
from claims.desk.desk import Desk
from claims.desk.photos import PhotoFile
from claims.desk.standing import Standing, standing_with
from claims.materials import Material
from claims.repository import (
    assessments,
    claims,
    complaint_queue,
    complaints,
    deadlines,
    materials,
    notices,
    offers,
    photos,
    timeline,
)
from claims.repository.assessments import Made
from claims.repository.claims import Claim
from claims.repository.complaint_queue import Pending
from claims.repository.deadlines import Deadline
from claims.repository.materials import Received
from claims.repository.notices import Reported
from claims.repository.offers import Offer
from claims.repository.photos import Photo
from claims.repository.timeline import Step
from claims.rights import Scope
from claims.states import CaseState, PublicState
from model.errors import RightsError
from model.notes import Note, note

_PAID: Final = frozenset({CaseState.CONFIRMED, CaseState.PENDING_PAYMENT})
_UNKNOWN: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What an actor sees. ``clocks`` are promises that are open, ``complaints`` all that were made; ``made`` is the
    last estimate of the machine.

    Without ``full`` there are no photos and no estimate; without ``personal`` there are no documents, and whoever shows
    it masks the notice and leaves people's own words out. ``staff``: somebody of the insurer looks. ``zone`` is that of
    the market.
    """

    claim: Claim
    public: PublicState
    reported: Reported | None
    steps: tuple[Step, ...]
    standing: Standing
    clocks: tuple[Clock, ...]
    complaints: tuple[Pending, ...]
    photos: tuple[Photo, ...]
    materials: tuple[Received, ...]
    made: Made | None
    offer: Offer | None
    next_step: Note
    can: tuple[Action, ...]
    zone: ZoneInfo
    full: bool
    personal: bool
    staff: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A case in a list."""

    claim: Claim
    public: PublicState


@dataclass(frozen=True, slots=True)
class Page:
    """Cases from the newest on; ``after`` goes on, None where nothing more is there."""

    cases: tuple[Listed, ...]
    after: UUID | None


def show(desk: Desk, claim_id: UUID) -> Shown:
    """Raises ``RightsError``: ``not_found``, ``forbidden``."""
    claim = desk.seen(claim_id)
    full, personal = desk.may(Action.READ_CLAIM, claim), desk.may(Action.SEE_PERSONAL_DATA, claim)
    made, received = assessments.last_of(desk.book, claim.id), materials.of_claim(desk.book, claim.id)
    stands = standing_with(desk, claim, frozenset(one.material for one in received), made)
    offered = offers.of_claim(desk.book, claim.id)
    offer = next((one for one in offered if one.ended_at is None), None)
    zone = desk.house.zone(claim.region)
    every = deadlines.of_claim(desk.book, claim.id)
    clocks = _open_promises(every, desk.at)
    pictures = photos.of_claim(desk.book, claim.id)
    return Shown(
        claim=claim,
        public=desk.house.lifecycle.public(claim.state, claim.came_from),
        reported=notices.get(desk.book, claim.id),
        steps=timeline.of_claim(desk.book, claim.id),
        standing=stands,
        clocks=clocks,
        complaints=_complaints(desk, claim, every),
        photos=pictures if full else (),
        materials=received if personal else (),
        made=made if full else None,
        offer=offer if full else None,
        next_step=_waits(desk, claim, stands, offer) or _next_step(desk, claim, clocks, zone),
        can=tuple(actions_now(desk, claim, offered, photographed=bool(pictures))),
        zone=zone,
        full=full,
        personal=personal,
        staff=desk.actor.kind is ActorKind.STAFF,
    )


def document(desk: Desk, claim_id: UUID, material: Material, sha256: str) -> PhotoFile:
    """A file that was handed in as this material. Raises ``RightsError`` ``not_found``, and ``StorageError``."""
    claim = desk.seen(claim_id, Action.SEE_PERSONAL_DATA)
    kept = materials.of_claim(desk.book, claim.id)
    found = next((one for one in kept if (one.material, one.sha256) == (material, sha256)), None)
    if found is None:
        raise RightsError("not_found", "no such document", action=Action.SEE_PERSONAL_DATA, role=desk.actor.role)
    return PhotoFile(desk.house.photos.open(sha256), found.media_type or _UNKNOWN)


def listed(desk: Desk, *, state: PublicState | None, before: UUID | None, limit: int) -> Page:
    """Cases of the app that asks, the one of the customer, all for staff. Raises ``RightsError`` ``forbidden``."""
    if desk.actor.kind is ActorKind.CUSTOMER:
        return Page(_own(desk, state), None)
    if desk.house.rights.scope(desk.actor.role, Action.READ_CLAIM_MASKED) is Scope.NEVER:
        raise RightsError("forbidden", Action.READ_CLAIM_MASKED)
    app = desk.actor.id if desk.actor.kind is ActorKind.APP else None
    states = [
        one for one, rule in desk.house.lifecycle.states.items() if state in {None, rule.public} or rule.remembers
    ]
    found = claims.listed(desk.book, app=app, states=states, before=before, limit=limit + 1)
    after = found[limit - 1].id if len(found) > limit else None
    return Page(tuple(_of_state(desk, found[:limit], state)), after)


def _own(desk: Desk, state: PublicState | None) -> tuple[Listed, ...]:
    own = None if desk.actor.claim is None else claims.get(desk.book, desk.actor.claim)
    return tuple(_of_state(desk, () if own is None else (own,), state))


def _of_state(desk: Desk, found: tuple[Claim, ...], state: PublicState | None) -> Iterator[Listed]:
    """An escalated case shows what it showed before: only the row tells."""
    for claim in found:
        public = desk.house.lifecycle.public(claim.state, claim.came_from)
        if state in {None, public}:
            yield Listed(claim, public)


def _complaints(desk: Desk, claim: Claim, clocks: tuple[Deadline, ...]) -> tuple[Pending, ...]:
    """Each has clocks: where there are none, nobody asks."""
    if not any(one.clock.kind in complaint_queue.KINDS for one in clocks):
        return ()
    return complaint_queue.pending(complaints.of_claim(desk.book, claim.id), clocks, at=desk.at)


def _open_promises(deadlines: tuple[Deadline, ...], at: datetime) -> tuple[Clock, ...]:
    """Complaints have clocks of the same kinds side by side: each is shown, and once it was missed by its complaint."""
    every = [one.clock for one in deadlines if one.clock.ended_at is None and one.clock.dropped_at is None]
    others = promised([clock for clock in every if clock.kind not in complaint_queue.KINDS])
    runs = (clock for clock in every if clock.kind in complaint_queue.KINDS and clock.outcome(at) is Outcome.RUNNING)
    return (*others, *sorted(dict.fromkeys(runs), key=lambda clock: clock.due_at))


def _waits(desk: Desk, claim: Claim, stands: Standing, offer: Offer | None) -> Note | None:
    """What the customer has to do before payment, or for an offer in the place of one that ran out."""
    if claim.state is CaseState.CONFIRMED and not stands.complete:
        return note("next_step_waits.confirmed")
    if claim.state is CaseState.ASSESSED and ran_out(desk, offer):
        return note("next_step_waits.offer_ended")
    return None


def _next_step(desk: Desk, claim: Claim, clocks: tuple[Clock, ...], zone: ZoneInfo) -> Note:
    """With the time that was promised for it, where the insurer has to act."""
    kind = ClockKind.PAYMENT if claim.state in _PAID else ClockKind.REVIEW
    runs = desk.house.lifecycle.states[claim.state].clock
    due = next((one.due_at for one in clocks if one.kind is kind and one.waiting_since is None), None)
    return desk.house.lifecycle.next_step(claim.state, due_at=due.astimezone(zone) if due and runs else None)
