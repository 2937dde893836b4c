"""What every decision about a case has in common: a step of whoever says what they saw."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from api.review_views.versions import IfMatchSeen, require_seen
from api.steps import Change, InStep, Step
from claims.actions import Action
from claims.desk.desk import Desk


@dataclass(frozen=True, slots=True)
class Decision:
    """One request to decide about a case. ``seen``: its ``If-Match``."""

    step: Step
    seen: str | None

    async def made(self, right: Action, do: Change) -> Response:
        """The case after ``do``, of who has the ``right`` and saw the case as it is; once for each key."""

        def decide(desk: Desk, claim_id: UUID) -> None:
            require_seen(desk, claim_id, right, self.seen)
            do(desk, claim_id)

        return await self.step.taken(decide)


def _decision(step: InStep, if_match: IfMatchSeen = None) -> Decision:
    return Decision(step, if_match)


InDecision = Annotated[Decision, Depends(_decision)]
