"""What every decision about a case has in common: who makes it, when, what they saw, and what they are told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from api.answers import told
from api.auth.who import CurrentActor
from api.deps import InService, InTexts, Now
from api.idempotent import InOnce, Once, once
from api.review_views.versions import IfMatchSeen, require_seen
from claims.actions import Action
from claims.actors import Actor
from claims.desk.desk import Desk
from claims.desk.house import House
from claims.repository.idempotency import Answer
from model.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One request to decide about a case. ``seen``: its ``If-Match``."""

    claim: UUID
    house: House
    actor: Actor
    texts: Texts
    at: datetime
    asked: Once
    seen: str | None

    async def made(self, right: Action, do: Callable[[Desk, UUID], object]) -> Response:
        """The case after ``do``, of who has the ``right`` and saw the case as it is; once for each key."""

        def work(desk: Desk) -> Answer:
            require_seen(desk, self.claim, right, self.seen)
            do(desk, self.claim)
            return told(desk, self.claim, self.texts)

        return (await once(self.asked, self.house, self.actor, self.at, work)).response()


def _decision(
    claim_id: UUID,
    actor: CurrentActor,
    service: InService,
    texts: InTexts,
    at: Now,
    key: InOnce,
    if_match: IfMatchSeen = None,
) -> Decision:
    return Decision(claim=claim_id, house=service.house, actor=actor, texts=texts, at=at, asked=key, seen=if_match)


InDecision = Annotated[Decision, Depends(_decision)]
