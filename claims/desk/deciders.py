"""Who has decided a case: they do not judge what its customer says about the decision."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from claims.desk.desk import Desk
from claims.repository import timeline

_DECISIONS: Final = frozenset({"settle", "decline", "close_unpaid", "return"})


def decided_among(desk: Desk, cases: Iterable[UUID]) -> frozenset[UUID]:
    """Those of which the actor has named the amount, or that there is none, or that they decided at a higher level."""
    return timeline.moved_by(desk.book, cases, _DECISIONS, by=desk.actor.name)
