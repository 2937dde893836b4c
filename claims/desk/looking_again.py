"""Photos came while nobody asked the machine to assess them: other cases are asked whether they have them too."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from claims.actions import Action
from claims.desk import suspicions
from claims.desk.assessing import system_of
from claims.desk.desk import Desk, thing_of
from claims.desk.house import House
from claims.desk.laying import laid
from claims.desk.looking import observations_of
from claims.ids import new_id
from claims.repository import claims, jobs, photos
from claims.repository.claims import Claim
from claims.repository.jobs import Job
from claims.states import CaseState

LOOK_AGAIN: Final = "look_again"
"""The kind of the job."""
_LOOKED_AT_LATER: Final = frozenset(
    {
        *(CaseState.REPORTED, CaseState.MATERIALS_SUBMITTED, CaseState.MATERIALS_INCOMPLETE),
        *(CaseState.ASSESSING, CaseState.MORE_PHOTOS),
    }
)
"""The machine will look at the photos of such a case, or look once more."""


def ask(desk: Desk, claim: Claim) -> None:
    """After photos were added; the job is committed with them."""
    if claim.state in _LOOKED_AT_LATER:
        return
    key = f"{LOOK_AGAIN}/{claim.id}/{desk.at.isoformat()}"
    job = Job(
        id=new_id(desk.at), key=key, kind=LOOK_AGAIN, claim=claim.id, facts={}, made_at=desk.at, not_before=desk.at
    )
    kept, fresh = desk.house.queue.put(desk.book, job)
    if fresh:
        desk.as_system().audit(Action.ASSESS, thing_of(claim.id), job=kept.id)


def carry_out(house: House, job: Job, clock: Callable[[], datetime]) -> None:
    """The job: facts are noted, here and in the other cases, and nothing else of the case changes."""
    if job.claim is None:
        raise RuntimeError("a job to look at nothing")
    system = system_of(job)
    with house.looking(system, clock()) as desk:
        claim = desk.seen(job.claim, Action.READ_CLAIM)
        digests = tuple(photo.sha256 for photo in photos.of_claim(desk.book, claim.id))
    seen = observations_of(house, digests, at=clock())
    with house.looking(system, clock()) as desk:
        around = suspicions.surroundings(desk, claim, seen)
    around = laid(house, around, seen)
    with house.desk(system, clock()) as desk:
        suspicions.lock(desk, claim.id, around)
        claim = desk.claim(claim.id, Action.ASSESS)
        if (noted := suspicions.look_around(desk, claim, around)) != claim:
            claims.save(desk.book, noted)
        jobs.done(desk.book, job, at=desk.at)
