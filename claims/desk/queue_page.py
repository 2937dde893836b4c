"""The queue as people read it: narrowed down, a page at a time, with how much there is of each."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from claims.actions import Action
from claims.desk.colleagues import names_of
from claims.desk.desk import Desk
from claims.desk.queue import InLine, in_line
from claims.repository import claims
from claims.repository.claims import Claim
from claims.review_queue import holder, is_overdue
from claims.states import CaseState

MOST: Final = 1000
"""Cases that are looked at, the most urgent ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """Which cases are wanted: in one state, the actor's own, those past their time. All of them by default."""

    state: CaseState | None = None
    mine: bool = False
    overdue: bool = False

    def holds(self, claim: Claim, desk: Desk) -> bool:
        """Whether a case is one of them."""
        return (
            self.state in {None, claim.state}
            and not (self.mine and not _is_mine(claim, desk))
            and not (self.overdue and not _is_overdue(claim, desk))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """``cases`` are those of the page, of ``found`` that were wanted; ``names`` are those of who holds them, by their
    id. Of the whole queue: how many there are, are the actor's, are overdue, are in each state. ``cut``: more wait than
    were looked at."""

    cases: tuple[InLine, ...]
    names: Mapping[UUID, str] = field(repr=False)
    found: int
    waiting: int
    mine: int
    overdue: int
    by_state: Mapping[CaseState, int]
    cut: bool


def queue_page(desk: Desk, wanted: Narrowed, *, skip: int, limit: int) -> QueuePage:
    """All that wait for a person, those in somebody's hands among them, in the order of ``claims.review_queue``.

    Raises ``RightsError`` ``forbidden``.
    """
    desk.check(Action.QUEUE_READ)
    every = claims.to_review(desk.book, desk.actor.id, at=desk.at, limit=MOST, others=True)
    found = [claim for claim in every if wanted.holds(claim, desk)]
    shown = found[skip : skip + limit]
    holders = (holder(claim.lease, desk.at) for claim in shown)
    return QueuePage(
        cases=tuple(in_line(desk, claim) for claim in shown),
        names=names_of(desk, (one for one in holders if one is not None)),
        found=len(found),
        waiting=len(every),
        mine=sum(_is_mine(claim, desk) for claim in every),
        overdue=sum(_is_overdue(claim, desk) for claim in every),
        by_state=Counter(claim.state for claim in every),
        cut=len(every) == MOST,
    )


def _is_mine(claim: Claim, desk: Desk) -> bool:
    return holder(claim.lease, desk.at) == desk.actor.id


def _is_overdue(claim: Claim, desk: Desk) -> bool:
    return is_overdue(claim.due_at, desk.at)
