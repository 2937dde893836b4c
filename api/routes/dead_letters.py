"""``/v1/admin/dead-letters``: notifications that could not be told, and another try at them."""

from datetime import datetime
from functools import partial
from typing import Self
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.administered import CHANGES, READS
from api.answers import nothing_told
from api.auth.who import CurrentActor
from api.deps import InService, Now
from api.documents import Document, DocumentRoute, never_kept
from api.idempotent import InOnce, once
from api.paging import Most, page
from api.review_views.places import AfterPlace, place_of, place_text
from api.working import looking
from claims.desk import receivers
from claims.repository.outbox import Delivery
from claims.states import Node

router = APIRouter(
    prefix="/v1/admin", tags=["administration"], route_class=DocumentRoute, dependencies=[Depends(never_kept)]
)


class DeadLetter(Document):
    """A notification that was given up. `error` is the code of the last fault."""

    id: UUID
    message: UUID
    webhook: UUID
    claim: UUID
    node: Node
    made_at: datetime
    attempts: int
    dead_at: datetime | None
    error: str | None

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """Without the body."""
        return cls(**{name: getattr(delivery, name) for name in cls.model_fields})


@router.get("/dead-letters", operation_id="listDeadLetters", responses=READS)
async def list_dead_letters(
    actor: CurrentActor, service: InService, at: Now, response: Response, cursor: AfterPlace = None, limit: Most = 50
) -> list[DeadLetter]:
    """Notifications that were given up, the latest first. `Link` leads to the next page."""
    look = partial(receivers.dead_letters, after=place_of(cursor), limit=limit + 1)
    found = await looking(service.house, actor, at, look)
    return [DeadLetter.of(one) for one in page(found, limit, response, "/v1/admin/dead-letters", _place)]


@router.post("/dead-letters/{delivery}/revive", operation_id="reviveDeadLetter", status_code=204, responses=CHANGES)
async def revive_dead_letter(delivery: UUID, actor: CurrentActor, service: InService, at: Now, key: InOnce) -> Response:
    """Try a notification again from the start."""
    work = nothing_told(partial(receivers.revive, delivery=delivery))
    return (await once(key, service.house, actor, at, work)).response()


def _place(letter: Delivery) -> str:
    return place_text(letter.dead_at or letter.made_at, letter.id)
