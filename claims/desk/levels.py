"""Levels that a case is escalated to: which one has it, who may bring a case there, and who decides there (M12)."""

from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.actors import ActorKind
from claims.deadline_rules import Level
from claims.desk.desk import Desk
from claims.repository import deadlines, timeline
from claims.repository.claims import Claim
from claims.repository.deadlines import Escalated
from claims.states import CaseState, Role
from model.errors import RightsError
from model.notes import Note

_LEVEL_OF: Final = {
    Role.FRONT_LINE: Level.FRONT_LINE,
    Role.JUNIOR: Level.FRONT_LINE,
    Role.SENIOR: Level.SENIOR,
    Role.EXPERT: Level.SENIOR,
}
"""Where somebody who asks stands."""


def open_level(desk: Desk, claim: Claim) -> Escalated | None:
    """The level that has the case, None where none does."""
    levels = deadlines.levels_of(desk.book, claim.id)
    return next((level for level in reversed(levels) if level.ended_at is None), None)


def level_below(desk: Desk, claim: Claim) -> Level | None:
    """The level above which the actor asks: that of the case, where none has it their own."""
    here = open_level(desk, claim)
    return here.escalation.level if here else _LEVEL_OF.get(desk.actor.role)


def next_level(desk: Desk, level: Level | None) -> Level | None:
    """The level after one, the first after None; None after the last."""
    chain = desk.house.deadlines.escalation.levels
    return next(iter(chain[0 if level is None else chain.index(level) + 1 :]), None)


def may_ask(desk: Desk, claim: Claim) -> bool:
    """Whether the actor may bring the case to the next level, and there is one."""
    wanted = next_level(desk, level_below(desk, claim))
    return wanted is not None and desk.actor.role in desk.house.deadlines.escalation.asked_by[wanted]


def name_of(level: Level) -> Note:
    """What people call it."""
    return Note(f"name.level.{level}")


def check_asks(desk: Desk, level: Level) -> None:
    """Returns for who may bring a case to ``level``. Raises ``RightsError`` ``not_of_level``."""
    if desk.actor.role not in desk.house.deadlines.escalation.asked_by[level]:
        raise _not_of_level(desk, Action.ESCALATE, level)


def check_decides(desk: Desk, claim: Claim, action: Action) -> None:
    """Returns for who decides at the level that has the case, and did not bring it there.

    Raises ``RightsError``: ``not_of_level``, ``same_person``.
    """
    here = open_level(desk, claim)
    if here is None:
        return
    if desk.actor.role not in desk.house.deadlines.escalation.decided_by[here.escalation.level]:
        raise _not_of_level(desk, action, here.escalation.level)
    if desk.actor.id in who_asked(desk, claim):
        raise RightsError("same_person", f"{action} at the level they asked", action=action, role=desk.actor.role)


def deciders(desk: Desk, claim: Claim) -> frozenset[Role]:
    """The roles that decide where the case is; all where no level has it."""
    here = open_level(desk, claim) if claim.state is CaseState.ESCALATED else None
    return frozenset(Role) if here is None else desk.house.deadlines.escalation.decided_by[here.escalation.level]


def who_asked(desk: Desk, claim: Claim) -> frozenset[UUID]:
    """Who of the staff brought an escalated case to the level that has it; nobody where a clock did."""
    step = timeline.last_of(desk.book, claim.id, "escalate") if claim.state is CaseState.ESCALATED else None
    kind, _, person = ("", "", "") if step is None else step.by.partition(":")
    return frozenset({UUID(person)} if kind == ActorKind.STAFF else ())


def _not_of_level(desk: Desk, action: Action, level: Level) -> RightsError:
    return RightsError("not_of_level", f"{action} at {level}", action=action, role=desk.actor.role, level=level)
