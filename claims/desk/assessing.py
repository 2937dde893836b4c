"""The machine looks at a case: asked for, carried out by a worker outside any transaction, taken down in one.

A case and its job are committed together. A worker that dies before ``take_down`` commits has changed nothing; the one
after it makes the same assessment, which is stored once (``claims.repository.assessments``).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from claims.actions import Action
from claims.actors import Actor, ActorKind
from claims.assess import Assessment, conclude
from claims.desk import clocks, suspicions
from claims.desk.desk import Desk, thing_of
from claims.desk.handed_in import submitted
from claims.desk.house import ASSESS, House
from claims.desk.laying import laid
from claims.desk.looking import observations_of
from claims.desk.moving import move
from claims.desk.offering import offer_of_machine
from claims.desk.remembering import keep_sources
from claims.desk.suspicions import Surroundings
from claims.facts import CaseFacts
from claims.ids import new_id
from claims.replay import StoredEstimate
from claims.repository import assessments, claims, jobs, photos
from claims.repository.assessments import Made
from claims.repository.claims import Claim
from claims.repository.jobs import Job
from claims.states import CaseState, Guard, Role
from claims.triage import Route
from model.errors import ClaimError, StorageError
from model.notes import note


@dataclass(frozen=True, slots=True)
class Asked:
    """The case, which waits for the machine, and the job that will look at it."""

    claim: Claim
    job: Job


@dataclass(frozen=True, slots=True)
class Concluded:
    """What the machine found, all that can be made of it outside the lock of any writer."""

    assessment: Assessment
    facts: CaseFacts
    around: Surroundings
    estimate: StoredEstimate


def ask(desk: Desk, claim_id: UUID) -> Asked:
    """The machine shall look: after a first report, or after more photos, which are taken to be all there.

    A case that the machine is looking at gives the job that is at work. Raises ``ClaimError``: ``no_photos``,
    ``no_new_photos`` where more were asked for, ``impossible_move`` where nothing can be assessed.
    """
    claim = desk.claim(claim_id, Action.ASSESS)
    if claim.state is CaseState.MORE_PHOTOS:
        return _put(desk, _with_new_photos(desk, claim))
    if claim.state in {CaseState.REPORTED, CaseState.MATERIALS_INCOMPLETE}:
        claim = submitted(desk, claim)
    return _put(desk, claim if claim.state is CaseState.ASSESSING else started(desk, claim))


def started(desk: Desk, claim: Claim) -> Claim:
    """The case that the machine looks at from now on."""
    met = {Guard.PHOTOS} if photos.of_claim(desk.book, claim.id) else set[Guard]()
    return move(desk, claim, "start_assessment", met=met)


def _with_new_photos(desk: Desk, claim: Claim) -> Claim:
    """Back to where the photos were asked for: to the machine, or to the person who asked."""
    new = [one for one in photos.of_claim(desk.book, claim.id) if one.usable and one.added_at >= claim.state_since]
    if not new:
        raise ClaimError("no_new_photos", claim.number)
    return move(desk, claim, "add_photos", met={Guard.PHOTOS})


def _put(desk: Desk, claim: Claim) -> Asked:
    """One job for one stay of the case in front of the machine."""
    key = f"{ASSESS}/{claim.id}/{claim.state_since.isoformat()}"
    job = Job(id=new_id(desk.at), key=key, kind=ASSESS, claim=claim.id, facts={}, made_at=desk.at, not_before=desk.at)
    kept, fresh = desk.house.queue.put(desk.book, job)
    if fresh:
        desk.audit(Action.ASSESS, thing_of(claim.id), job=kept.id)
    return Asked(claim, kept)


def carry_out(house: House, job: Job, clock: Callable[[], datetime]) -> Assessment:
    """The job: look, conclude, take down. Raises what the photo store and the database raise; then nothing is kept."""
    system = system_of(job)
    claim_id = _claim_of(job)
    with house.looking(system, clock()) as desk:
        claim = desk.seen(claim_id, Action.READ_CLAIM)
        digests = tuple(photo.sha256 for photo in photos.of_claim(desk.book, claim_id))
    observations = observations_of(house, digests, at=clock())
    with house.looking(system, clock()) as desk:
        around = suspicions.surroundings(desk, claim, observations)
    around = laid(house, around, observations)
    with house.looking(system, clock()) as desk:
        facts = suspicions.known_facts(desk, claim, around)
    on = _day(house, claim.region, clock())
    assessment = conclude(observations, facts, house.rulebook, model_version=house.eyes.version, on=on)
    concluded = Concluded(assessment, facts, around, StoredEstimate.of(assessment, facts, on=on))
    with house.desk(system, clock()) as desk:
        take_down(desk, claim_id, concluded)
        jobs.done(desk.book, job, at=desk.at)
    return assessment


def take_down(desk: Desk, claim_id: UUID, concluded: Concluded) -> Claim:
    """The assessment is kept, once for its inputs, and the case goes where the decision says.

    A case that has left the machine meanwhile, because its customer wants a person or has withdrawn, stays where it is.
    Raises ``StorageError`` ``moved`` where photos or facts came that the machine has not seen: it looks once more.
    """
    suspicions.lock(desk, claim_id, concluded.around)
    claim, assessment = desk.claim(claim_id, Action.ASSESS), concluded.assessment
    if claim.state is CaseState.ASSESSING and not _of_today(desk, claim, assessment, concluded.facts):
        raise StorageError("moved", "photos or facts came while the machine looked", row_version=claim.version)
    decision, estimate = assessment.decision, assessment.estimate
    made, fresh = assessments.keep(desk.book, _made(desk, claim, concluded))
    if fresh:
        keep_sources(desk)
        desk.audit(
            Action.ASSESS,
            thing_of(claim.id),
            assessment=made.id,
            inputs_sha256=made.estimate.inputs,
            route=decision.route,
            amount=estimate.total,
            currency=estimate.currency,
        )
    noted = suspicions.note_down(desk, claim, made, assessment, concluded.around)
    if claim.state is not CaseState.ASSESSING:
        return noted if noted == claim else claims.save(desk.book, noted)
    clocks.reclassify(desk, claim, decision.case_class)
    claim = replace(
        noted,
        case_class=decision.case_class,
        authority=decision.authority,
        upper=estimate.high,
        currency=estimate.currency,
    )
    return _decided(desk, claim, made, assessment)


def _made(desk: Desk, claim: Claim, concluded: Concluded) -> Made:
    decision, estimate = concluded.assessment.decision, concluded.assessment.estimate
    return Made(
        id=new_id(desk.at),
        claim=claim.id,
        made_at=desk.at,
        estimate=concluded.estimate,
        route=decision.route,
        case_class=decision.case_class,
        authority=decision.authority,
        currency=estimate.currency,
        total=estimate.total,
        low=estimate.low,
        high=estimate.high,
    )


def _of_today(desk: Desk, claim: Claim, assessment: Assessment, facts: CaseFacts) -> bool:
    """Whether all that is there by now was looked at. What other cases tell is as it was then."""
    seen = [observation.sha256 for observation in assessment.observations]
    found = {name: getattr(facts, name) for name in ("seen_photos", "paid_in_last_year", "sample_draw")}
    there = [photo.sha256 for photo in photos.of_claim(desk.book, claim.id)]
    return seen == there and claim.facts.model_copy(update=found) == facts


def _decided(desk: Desk, claim: Claim, made: Made, assessment: Assessment) -> Claim:
    decision = assessment.decision
    first = next(iter(decision.reasons), None)
    match decision.route:
        case Route.INSTANT_OFFER if not claim.facts.automation_refused:
            claim = move(desk, claim, "offer", met={Guard.TRIAGE_OFFERS}, assessment=made.id)
            return offer_of_machine(desk, claim, made, assessment.estimate)
        case Route.MORE_PHOTOS:
            wanted = next(iter(decision.wanted), first)
            return move(desk, claim, "ask_photos", met={Guard.PHOTOS_NAMED}, reason=wanted, assessment=made.id)
        case _:
            reason = first or note("moved.person_looks")
            return move(desk, claim, "refer", met={Guard.REASON}, reason=reason, assessment=made.id)


def given_up(desk: Desk, job: Job) -> Claim | None:
    """A machine that cannot look, after every attempt, hands the case to a person: no case waits for a dead job."""
    claim = claims.locked(desk.book, _claim_of(job))
    if claim is None or claim.state is not CaseState.ASSESSING:
        return None
    return move(desk, claim, "refer", met={Guard.REASON}, reason=note("moved.machine_failed"), job=job.id)


def system_of(job: Job) -> Actor:
    """The job acts for the service."""
    return Actor(kind=ActorKind.SYSTEM, id=job.id, role=Role.SYSTEM)


def _claim_of(job: Job) -> UUID:
    if job.claim is None:
        raise RuntimeError("a job to assess nothing")
    return job.claim


def _day(house: House, region: str, at: datetime) -> date:
    """The market's day: prices change at its midnight."""
    return at.astimezone(ZoneInfo(house.rulebook.policy.market(region).timezone)).date()
