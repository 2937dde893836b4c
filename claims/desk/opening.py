"""The first notice of loss becomes a case, with a token for the customer and the list of what is needed."""

from dataclasses import dataclass, field
from uuid import UUID

from claims.actions import Action
from claims.actors import ActorKind
from claims.desk.desk import Desk, thing_of
from claims.desk.letting_in import handed_by
from claims.desk.notifying import notify
from claims.facts import VehicleFacts
from claims.fraud import of_notice
from claims.ids import new_id
from claims.materials import Needs
from claims.notice import Notice, check
from claims.notice_facts import contradictions, facts, open_questions, slips
from claims.repository import apps, claims, fraud, notices, timeline
from claims.repository.apps import ClaimToken
from claims.repository.claims import Claim
from claims.repository.timeline import Step
from claims.states import Node
from claims.tokens import new_token
from model.errors import ClaimError
from model.notes import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A new case. ``token`` opens it for its customer and is shown this once.

    ``missing`` is the whole list of what is still needed, ``questions`` everything that nobody has answered, and
    ``contradictions`` the answers that cannot both be true, or that look mistyped.
    """

    claim: Claim
    token: str = field(repr=False)
    missing: tuple[Note, ...]
    questions: tuple[Note, ...]
    contradictions: tuple[Note, ...]


def open_claim(desk: Desk, notice: Notice, vehicle: VehicleFacts | None = None) -> Opened:
    """Raises ``ClaimError`` ``claim.notice_refused`` with the faults, ``RightsError``, ``UsageError`` for a class,
    shop or market that does not exist."""
    desk.check(Action.OPEN_CLAIM)
    if wrong := check(notice, at=desk.at):
        raise ClaimError("notice_refused", ", ".join(fault.code for fault in wrong), faults=wrong)
    stated = facts(notice, vehicle)
    desk.house.rulebook.check(stated)
    start = desk.house.lifecycle.start
    claim = claims.add(
        desk.book,
        Claim(
            id=new_id(desk.at),
            state=start.state,
            owner=desk.house.lifecycle.states[start.state].owner,
            region=notice.region,
            app=desk.actor.id if desk.actor.kind is ActorKind.APP else None,
            opened_at=desk.at,
            state_since=desk.at,
            facts=stated,
        ),
    )
    notices.add(desk.book, claim.id, notice, at=desk.at)
    fraud.add(desk.book, claim.id, of_notice(notice, desk.house.fraud), at=desk.at)
    token = _token(desk, claim.id)
    timeline.add(desk.book, _first_step(desk, claim, start.node))
    notify(desk, claim, start.node)
    desk.audit(Action.OPEN_CLAIM, thing_of(claim.id), after=start.state, node=start.node)
    return Opened(
        claim=claim,
        token=token,
        missing=desk.house.materials.missing(Needs(facts=stated), frozenset()),
        questions=open_questions(notice, vehicle),
        contradictions=(*contradictions(notice, vehicle), *slips(notice)),
    )


def _token(desk: Desk, claim: UUID) -> str:
    """A way in for the customer; the row holds its digest only."""
    issued = new_token()
    token = ClaimToken(
        id=new_id(desk.at), claim=claim, digest=issued.digest, made_at=desk.at, handed_by=handed_by(desk)
    )
    apps.add_token(desk.book, token)
    return issued.text


def _first_step(desk: Desk, claim: Claim, node: Node) -> Step:
    return Step(
        id=new_id(desk.at),
        claim=claim.id,
        at=desk.at,
        move=Action.OPEN_CLAIM,
        before=None,
        after=claim.state,
        role=desk.actor.role,
        by=desk.actor.name,
        node=node,
    )
