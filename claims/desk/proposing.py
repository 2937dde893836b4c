"""Two people for every change of prices or policy: one proposes, another looks and decides."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.audit import Thing, ThingKind
from claims.desk.desk import Desk
from claims.desk.in_force import merged, source_of
from claims.desk.lineage import behind, line_of
from claims.ids import new_id
from claims.repository import claims, proposals
from claims.repository.proposals import Listed, Proposal
from claims.rights_objects import OnProposal
from claims.rulebook import Rulebook
from claims.tables.words import ProposalKind, ProposalState
from model.errors import RightsError, RulesError

_PROPOSE: Final = {ProposalKind.PRICES: Action.PROPOSE_PRICES, ProposalKind.POLICY: Action.PROPOSE_POLICY}
_APPROVE: Final = {ProposalKind.PRICES: Action.APPROVE_PRICES, ProposalKind.POLICY: Action.APPROVE_POLICY}


def propose(desk: Desk, kind: ProposalKind, content: str, name: str) -> Proposal:
    """Checked as it would be used, together with everything in force; ``name`` is that of a table.

    Raises ``RightsError`` ``forbidden``; ``PriceTableError`` or ``RulesError`` for what cannot be taken:
    ``market_in_use`` where a policy leaves out a market that has open cases.
    """
    desk.check(_PROPOSE[kind])
    source = source_of(kind, name, content)
    _require_whole(desk, kind, name, content)
    proposal = Proposal(
        id=new_id(desk.at),
        kind=kind,
        name=source.version,
        content=content,
        proposed_at=desk.at,
        proposer=desk.actor.id,
        proposer_line=behind(desk),
    )
    proposals.add(desk.book, proposal)
    _note(desk, _PROPOSE[kind], proposal)
    return proposal


def listed(
    desk: Desk, states: Iterable[ProposalState], *, after: UUID | None = None, limit: int = 50
) -> tuple[Listed, ...]:
    """Those in some states, the oldest first. Raises ``RightsError`` ``forbidden``."""
    desk.check(Action.PROPOSE_PRICES)
    return proposals.listed(desk.book, states, after=after, limit=limit)


def one(desk: Desk, proposal_id: UUID) -> Proposal:
    """Decided or not. Raises ``RightsError``: ``forbidden``, ``not_found``."""
    desk.check(Action.PROPOSE_PRICES)
    found = proposals.get(desk.book, proposal_id)
    if found is None:
        raise RightsError("not_found", action=Action.PROPOSE_PRICES, role=desk.actor.role)
    return found


def approve(desk: Desk, proposal_id: UUID) -> Proposal:
    """It is in force from the commit on (``in_force.up_to_date``).

    Raises ``RightsError``: ``same_person`` for who proposed it, ``same_line`` where somebody stands behind the account
    of both, by now or when it was proposed, ``not_found``; ``StorageError`` ``moved`` for one that
    was decided; ``PriceTableError`` or ``RulesError`` where it no longer goes with what is in force.
    """
    proposal = _others(desk, proposal_id)
    _require_whole(desk, proposal.kind, proposal.name.rpartition("@")[0], proposal.content)
    return _decided(desk, proposal, ProposalState.APPROVED)


def refuse(desk: Desk, proposal_id: UUID, words: str) -> Proposal:
    """It is not taken, and why. Raises as ``approve``."""
    return _decided(desk, _others(desk, proposal_id), ProposalState.REFUSED, words)


def take_back(desk: Desk, proposal_id: UUID) -> Proposal:
    """By who proposed it. Raises ``RightsError`` ``forbidden`` for anybody else, and as ``approve``."""
    proposal = one(desk, proposal_id)
    desk.check(_PROPOSE[proposal.kind], thing=_thing(proposal))
    if proposal.proposer != desk.actor.id:
        raise RightsError("forbidden", action=_PROPOSE[proposal.kind], role=desk.actor.role)
    return _decided(desk, proposal, ProposalState.TAKEN_BACK)


def _others(desk: Desk, proposal_id: UUID) -> Proposal:
    """A proposal that the actor may decide."""
    proposal = one(desk, proposal_id)
    theirs = proposal.proposer_line | line_of(desk, proposal.proposer)
    on = OnProposal(proposer=proposal.proposer, same_line=bool(theirs & behind(desk)))
    desk.check(_APPROVE[proposal.kind], on, _thing(proposal))
    return proposal


def _decided(desk: Desk, proposal: Proposal, state: ProposalState, words: str | None = None) -> Proposal:
    proposals.decide(desk.book, proposal, state, by=desk.actor.id, at=desk.at, reason=words)
    _note(desk, _APPROVE[proposal.kind], proposal, result=state, proposer=proposal.proposer)
    return one(desk, proposal.id)


def _require_whole(desk: Desk, kind: ProposalKind, name: str, content: str) -> None:
    after = Rulebook.from_sources(merged(desk.house.rulebook, [source_of(kind, name, content)]))
    removed = desk.house.rulebook.policy.markets.keys() - after.policy.markets.keys()
    if left := claims.open_regions(desk.book) & removed:
        markets = tuple(sorted(left))
        raise RulesError("market_in_use", f"open cases in {', '.join(markets)}", markets=markets)


def _note(desk: Desk, action: Action, proposal: Proposal, **facts: object) -> None:
    desk.audit(action, _thing(proposal), kind=proposal.kind, content_sha256=proposal.content_sha256, **facts)


def _thing(proposal: Proposal) -> Thing:
    return Thing(ThingKind.PROPOSAL, proposal.id)
