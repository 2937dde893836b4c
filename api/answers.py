"""Answers that tell a case as it is after what was done, made in the transaction that did it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fastapi import Response

from api.claim_views.parts import claim_address
from api.claim_views.shown import ClaimOut
from api.given import Given
from api.staff_texts import for_reader
from api.versions import etag
from api.working import changing
from claims.actors import Actor, ActorKind
from claims.desk import noting, showing
from claims.desk.desk import Desk
from claims.desk.house import House
from claims.repository.idempotency import Answer
from claims.states import Role
from model.texts import Texts


def claim_document(desk: Desk, claim_id: UUID, texts: Texts) -> ClaimOut:
    """The case as the actor may see it. Raises as ``showing.show``."""
    return ClaimOut.of(showing.show(desk, claim_id), desk.house.lifecycle, for_reader(desk.actor, texts))


def as_its_customer(desk: Desk, claim_id: UUID) -> Desk:
    """The same transaction, for a customer who has reported a moment ago; others stay who they are."""
    if desk.actor.kind is not ActorKind.CUSTOMER:
        return desk
    own = Actor(kind=ActorKind.CUSTOMER, id=desk.actor.id, role=Role.CUSTOMER, claim=claim_id)
    return replace(desk, actor=own)


def told(desk: Desk, claim_id: UUID, texts: Texts, status: int = 200, **headers: str) -> Answer:
    """The case as it is now, with its ``ETag`` and where it is."""
    document = claim_document(desk, claim_id, texts)
    if noting.unnoted(desk, claim_id):
        noting.note_seen(desk, claim_id)
    body = document.model_dump_json()
    told_of = {"ETag": etag(document.version, body.encode()), "Content-Location": claim_address(claim_id)}
    return Answer(status=status, headers={**told_of, "Content-Language": texts.language, **headers}, body=body)


def nothing_told(change: Callable[[Desk], object]) -> Callable[[Desk], Answer]:
    """``change``, and 204 for it."""

    def work(desk: Desk) -> Answer:
        change(desk)
        return Answer(status=204, body="")

    return work


async def plain(house: House, actor: Actor, at: datetime, work: Callable[[Desk], Answer]) -> Response:
    """For requests that may be repeated as they are."""
    return Given(await changing(house, actor, at, work), replayed=False).response()
