"""What every step with a case has in common: who takes it, when, and what they are told."""

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
from claims.actors import Actor
from claims.desk.desk import Desk
from claims.desk.house import House
from claims.repository.idempotency import Answer
from model.texts import Texts

Change = Callable[[Desk, UUID], object]
"""A use case on one case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request to do something with a case."""

    claim: UUID
    house: House
    actor: Actor
    texts: Texts
    at: datetime
    asked: Once

    async def taken(self, do: Change) -> Response:
        """The case after ``do``; once for each key."""

        def work(desk: Desk) -> Answer:
            do(desk, self.claim)
            return told(desk, self.claim, self.texts)

        return (await once(self.asked, self.house, self.actor, self.at, work)).response()


def _step(claim_id: UUID, actor: CurrentActor, service: InService, texts: InTexts, at: Now, key: InOnce) -> Step:
    return Step(claim=claim_id, house=service.house, actor=actor, texts=texts, at=at, asked=key)


InStep = Annotated[Step, Depends(_step)]
