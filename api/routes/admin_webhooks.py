"""``/v1/admin/apps/…/webhooks`` and dead letters: where apps are told of their cases, and what could not be told.

A secret stands in the one answer that made it, and nowhere else.
"""

from datetime import datetime
from functools import partial
from typing import Self
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Depends, Response
from pydantic import Field

from api.answers import nothing_told
from api.auth.who import CurrentActor
from api.deps import InService, Now
from api.documents import Document, DocumentRoute, never_kept
from api.idempotent import InOnce, once
from api.paging import AfterRow, Most, page
from api.review_views.places import AfterPlace, place_of, place_text
from api.routes.admin import CHANGES, READS, made
from api.routes.admin_apps import Activity
from api.working import changing, looking
from claims.desk import app_access, receivers
from claims.desk.desk import Desk
from claims.desk.receivers import FreshSecret
from claims.outbox import MAX_URL
from claims.outbox_sender import resolve
from claims.repository.idempotency import Answer
from claims.repository.outbox import Delivery, Webhook
from claims.states import Node

router = APIRouter(
    prefix="/v1/admin", tags=["administration"], route_class=DocumentRoute, dependencies=[Depends(never_kept)]
)


class WebhookIn(Document):
    """Where to tell an app of its cases: https, on a public address."""

    url: str = Field(min_length=1, max_length=MAX_URL, examples=["https://claims.example.com/quickclaim"])


class SecretIn(Document):
    """`keep_old`: sign with the secret so far as well, until it is replaced again. Not when it was stolen."""

    keep_old: bool = True


class WebhookOut(Document):
    """A receiver. `secrets`: with how many each notification is signed."""

    id: UUID
    url: str
    active: bool
    secrets: int
    made_at: datetime

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        """Without the secrets."""
        return cls(
            id=webhook.id,
            url=webhook.url,
            active=webhook.active,
            secrets=len(webhook.secrets),
            made_at=webhook.made_at,
        )


class FreshWebhookOut(WebhookOut):
    """A receiver with a secret just made: the hexadecimal digits of 32 bytes. It is not shown again."""

    secret: str = Field(repr=False)

    @classmethod
    def made(cls, fresh: FreshSecret) -> Self:
        """With the secret."""
        return cls(secret=fresh.secret, **WebhookOut.of(fresh.webhook).model_dump())


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


@router.get("/apps/{app}/webhooks", operation_id="listWebhooks", responses=READS)
async def list_webhooks(
    app: UUID,
    actor: CurrentActor,
    service: InService,
    at: Now,
    response: Response,
    cursor: AfterRow = None,
    limit: Most = 50,
) -> list[WebhookOut]:
    """Receivers of an app, active or not, the oldest first. `Link` leads to the next page."""
    look = partial(receivers.of_app, app=app, after=cursor, limit=limit + 1)
    found = await looking(service.house, actor, at, look)
    rows = page(found, limit, response, f"/v1/admin/apps/{app}/webhooks", lambda last: last.id)
    return [WebhookOut.of(webhook) for webhook in rows]


@router.post(
    "/apps/{app}/webhooks",
    operation_id="addWebhook",
    status_code=201,
    response_model=FreshWebhookOut,
    responses=CHANGES,
)
async def add_webhook(
    app: UUID, asked: WebhookIn, actor: CurrentActor, service: InService, at: Now, key: InOnce
) -> Response:
    """One more receiver. Only https to a host on the public internet."""
    await changing(service.house, actor, at, partial(app_access.managed, app=app))
    check = partial(receivers.checked_address, asked.url, resolve, plain_loopback=service.settings.plain_webhooks)
    address = await to_thread.run_sync(check)

    def work(desk: Desk) -> Answer:
        return made(FreshWebhookOut.made(receivers.add(desk, app, address)))

    return (await once(key, service.house, actor, at, work)).response()


@router.patch("/apps/{app}/webhooks/{webhook}", operation_id="changeWebhook", responses=CHANGES)
async def change_webhook(
    app: UUID, webhook: UUID, asked: Activity, actor: CurrentActor, service: InService, at: Now
) -> WebhookOut:
    """Told from now on, or not any more."""
    change = partial(receivers.set_active, app=app, webhook=webhook, active=asked.active)
    return WebhookOut.of(await changing(service.house, actor, at, change))


@router.post(
    "/apps/{app}/webhooks/{webhook}/secret",
    operation_id="replaceSecret",
    status_code=201,
    response_model=FreshWebhookOut,
    responses=CHANGES,
)
async def replace_secret(
    app: UUID, webhook: UUID, asked: SecretIn, actor: CurrentActor, service: InService, at: Now, key: InOnce
) -> Response:
    """A fresh secret; the one so far goes on beside it if asked to."""

    def work(desk: Desk) -> Answer:
        return made(FreshWebhookOut.made(receivers.replace_secret(desk, app, webhook, keep_old=asked.keep_old)))

    return (await once(key, service.house, actor, at, work)).response()


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
