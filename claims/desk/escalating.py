"""Who decides what was not solved in time: the next level, as somebody asks for it and as it decides (M11, M12)."""

from collections.abc import Set
from dataclasses import replace
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.deadline_rules import Level
from claims.deadlines import escalate as above
from claims.desk import assessing, paying
from claims.desk.deciding import reason_of
from claims.desk.desk import Desk
from claims.desk.hands import in_hands
from claims.desk.levels import check_asks, check_decides, level_below, name_of, next_level
from claims.desk.moving import move
from claims.repository import deadlines
from claims.repository.claims import Claim
from claims.states import CaseState, Guard
from model.errors import StorageError
from model.notes import Note, note

_MACHINE: Final = frozenset({CaseState.MATERIALS_SUBMITTED, CaseState.ASSESSING})


def escalate(desk: Desk, claim_id: UUID, words: str) -> Claim:
    """To the level above the one that has the case; where none has it, above whoever asks.

    Raises ``ClaimError``: ``needs_more`` without a reason, ``no_level_above``, ``impossible_move``; ``RightsError``
    ``not_of_level`` for a level that others ask.
    """
    claim = desk.claim(claim_id, Action.ESCALATE)
    level = level_below(desk, claim)
    if (wanted := next_level(desk, level)) is not None:
        check_asks(desk, wanted)
    return one_up(desk, claim, level, note("escalation.asked_for"), words=words, met=reason_of(words))


def give_back(desk: Desk, claim_id: UUID, words: str) -> Claim:
    """The level has decided, on the basis that ``words`` give, and the case goes on from where it was.

    The machine looks anew: what it found meanwhile has moved nothing, and what nobody had it look at would lie there.
    A case whose money has all arrived meanwhile is closed.

    Raises ``ClaimError``: ``needs_more`` without a basis, ``impossible_move``; ``ReviewError`` as ``in_hands``;
    ``RightsError``: ``not_of_level``, ``same_person`` for who brought it to this level.
    """
    claim = in_hands(desk, claim_id, Action.RETURN)
    check_decides(desk, claim, Action.RETURN)
    claim = move(desk, claim, "return", met=reason_of(words), reason=note("moved.return"), words=words)
    if claim.state in _MACHINE:
        return assessing.ask(desk.as_system(), claim.id).claim
    return paying.close_if_paid(desk, claim)


def one_up(
    desk: Desk,
    claim: Claim,
    level: Level | None,
    why: Note,
    *,
    met: Set[Guard],
    words: str | None = None,
    deadline: UUID | None = None,
) -> Claim:
    """The case at the level after ``level``, in nobody's hands yet; ``deadline`` is the clock that was missed.

    The level so far ends. Raises ``ClaimError`` as ``escalate`` does, ``StorageError`` ``moved`` where this clock has
    brought the case to that level before.
    """
    wanted = above(level, desk.at, why, desk.house.terms(claim.region))
    if level is not None:
        deadlines.end_level(desk.book, claim.id, level, at=desk.at)
    if deadlines.escalate(desk.book, claim.id, wanted, at=desk.at, deadline=deadline) is None:
        raise StorageError("moved", "this clock has brought the case to that level before")
    reason = note("moved.escalate", level=name_of(wanted.level), why=why)
    return move(desk, replace(claim, lease=None), "escalate", met=met, reason=reason, words=words, deadline=deadline)
