"""One move of the life of a case: its state, clocks, calls, notifications, timeline row and audit entry, together."""

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Any

from claims.desk import clocks
from claims.desk.desk import Desk, thing_of
from claims.desk.notifying import notify
from claims.ids import new_id
from claims.lifecycle import Move
from claims.repository import claims, timeline
from claims.repository.claims import Claim
from claims.repository.timeline import Step
from claims.states import Guard
from model.errors import ClaimError
from model.notes import Note


def move(
    desk: Desk,
    claim: Claim,
    name: str,
    *,
    met: Set[Guard] = frozenset(),
    reason: Note | None = None,
    words: str | None = None,
    changes: Mapping[str, Any] | None = None,
    **facts: object,
) -> Claim:
    """The case after the move. The caller has locked it and checked the right (``Desk.claim``) and answers for ``met``.

    ``reason`` is a code for everybody; ``words`` are somebody's own, sealed; ``changes`` are further columns of the
    case; ``facts`` are told to the audit log. Raises ``ClaimError``: ``impossible_move``, ``not_yours_to_do``,
    ``needs_more`` with what is missing.
    """
    rules = desk.house.lifecycle
    step = rules.move(claim.state, name, desk.actor.role, came_from=claim.came_from)
    if unmet := step.unmet(met):
        raise ClaimError("needs_more", f"{name}: {', '.join(unmet)}", move=name, needs=unmet, known=unmet)
    moved = _moved(desk, claim, step, changes or {})
    after = claims.save(desk.book, replace(moved, due_at=clocks.after_move(desk, moved, step)))
    timeline.add(desk.book, _told(desk, after, step, reason, words))
    if step.node is not None:
        notify(desk, after, step.node)
    told = {"before": step.before, "after": step.to, "came_from": step.came_from, "node": step.node, **facts}
    told |= {"reasons": (reason,)} if reason is not None else {}
    desk.audit(step, thing_of(claim.id), **{name: value for name, value in told.items() if value is not None})
    return after


def _told(desk: Desk, claim: Claim, step: Move, reason: Note | None, words: str | None) -> Step:
    return Step(
        id=new_id(desk.at),
        claim=claim.id,
        at=desk.at,
        move=step.name,
        before=step.before,
        after=step.to,
        role=desk.actor.role,
        by=desk.actor.name,
        node=step.node,
        reason=reason,
        reason_text=words,
        steps_back=step.steps_back,
    )


def _moved(desk: Desk, claim: Claim, step: Move, changes: Mapping[str, Any]) -> Claim:
    """Whoever held the case does so no longer, unless it stays where it is."""
    rules, elsewhere = desk.house.lifecycle, step.to is not step.before
    return replace(
        claim,
        state=step.to,
        came_from=step.came_from,
        owner=rules.states[step.to].owner,
        state_since=desk.at if elsewhere else claim.state_since,
        lease=None if elsewhere else claim.lease,
        closed_at=(claim.closed_at or desk.at) if rules.rests(step.to) else None,
        **changes,
    )
