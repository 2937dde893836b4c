"""``/v1/admin/apps/…/webhooks``: where apps are told of their cases.

A secret stands in the one answer that made it, and nowhere else.
"""

from datetime import datetime
from functools import partial
from typing import Final, Self
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from api.administered import CHANGES, CHANGES_SEEN, READS, READS_ONE, IfMatchVersion, Versioned, changed, made
from api.answers import plain
from api.auth.who import CurrentActor
from api.deps import InService, Now
from api.documents import Document, DocumentRoute, never_kept
from api.idempotent import InOnce, once
from api.paging import AfterRow, Most, page
from api.routes.admin_apps import Activity
from api.versions import require_match
from api.working import changing, looking
from claims.desk import app_access, receivers
from claims.desk.desk import Desk
from claims.desk.receivers import FreshSecret
from claims.outbox import MAX_URL
from claims.outbox_sender import resolve
from claims.repository.idempotency import Answer
from claims.repository.outbox import Webhook

router = APIRouter(
    prefix="/v1/admin", tags=["administration"], route_class=DocumentRoute, dependencies=[Depends(never_kept)]
)

_ONE: Final = "/apps/{app}/webhooks/{webhook}"


class WebhookIn(Document):
    """Where to tell an app of its cases: https, on a public address."""

    url: str = Field(min_length=1, max_length=MAX_URL, examples=["https://claims.example.com/quickclaim"])


class SecretIn(Document):
    """`keep_old`: sign with the secret so far as well, until it is replaced again. Not when it was stolen."""

    keep_old: bool = True


class WebhookOut(Versioned):
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
            version=webhook.version,
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


@router.get(_ONE, operation_id="getWebhook", response_model=WebhookOut, responses=READS_ONE)
async def get_webhook(
    app: UUID, webhook: UUID, request: Request, actor: CurrentActor, service: InService, at: Now
) -> Response:
    """One of them, with the `ETag` that whoever changes it sends."""
    look = partial(receivers.one, app=app, webhook=webhook)
    return WebhookOut.of(await looking(service.house, actor, at, look)).read(request)


@router.patch(_ONE, operation_id="changeWebhook", response_model=WebhookOut, responses=CHANGES_SEEN)
async def change_webhook(
    app: UUID,
    webhook: UUID,
    asked: Activity,
    actor: CurrentActor,
    service: InService,
    at: Now,
    if_match: IfMatchVersion = None,
) -> Response:
    """Told from now on, or not any more."""

    def work(desk: Desk) -> Answer:
        require_match(actor, receivers.held(desk, app, webhook).version, if_match)
        return changed(WebhookOut.of(receivers.set_active(desk, app, webhook, active=asked.active)))

    return await plain(service.house, actor, at, work)


@router.post(
    f"{_ONE}/secret",
    operation_id="replaceSecret",
    status_code=201,
    response_model=FreshWebhookOut,
    responses=CHANGES_SEEN,
)
async def replace_secret(
    app: UUID,
    webhook: UUID,
    asked: SecretIn,
    actor: CurrentActor,
    service: InService,
    at: Now,
    key: InOnce,
    if_match: IfMatchVersion = None,
) -> Response:
    """A fresh secret; the one so far goes on beside it if asked to."""

    def work(desk: Desk) -> Answer:
        require_match(actor, receivers.held(desk, app, webhook).version, if_match)
        return made(FreshWebhookOut.made(receivers.replace_secret(desk, app, webhook, keep_old=asked.keep_old)))

    return (await once(key, service.house, actor, at, work)).response()
