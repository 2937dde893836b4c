"""Where an app is told of its cases: addresses that were checked, secrets shown once, and what could not be told."""

import secrets
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from claims.actions import Action
from claims.audit import Thing, ThingKind
from claims.desk.app_access import managed, tell
from claims.desk.console import Place
from claims.ids import new_id
from claims.outbox import LEAST_SECRET_BYTES, Resolve, allowed_target
from claims.repository import outbox, places
from claims.repository.apps import App
from claims.repository.held import held_webhook
from claims.repository.outbox import Delivery, Webhook
from model.errors import RightsError


class ReceiverChange(StrEnum):
    """What was changed."""

    WEBHOOK_ADDED = "webhook_added"
    WEBHOOK_RESUMED = "webhook_resumed"
    WEBHOOK_STOPPED = "webhook_stopped"
    SECRET_REPLACED = "secret_replaced"  # noqa: S105 - a word of the log
    DELIVERY_REVIVED = "delivery_revived"


@dataclass(frozen=True, slots=True)
class Address:
    """A URL that ``checked_address`` has let through."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FreshSecret:
    """A receiver with a secret just made, of 32 bytes. ``secret`` is shown once, in hexadecimal digits."""

    webhook: Webhook
    secret: str = field(repr=False)


def checked_address(url: str, resolve: Resolve, *, plain_loopback: bool = False) -> Address:
    """Asks for the host's addresses: before a transaction, never in it. Raises ``WebhookError``."""
    allowed_target(url, resolve, plain_loopback=plain_loopback)
    return Address(url)


def of_app(desk: Place, app: UUID, *, after: UUID | None = None, limit: int) -> tuple[Webhook, ...]:
    """Active or not, the oldest first; ``after`` goes on after a page. Raises ``RightsError`` ``not_found``."""
    return outbox.webhooks_page(desk.book, managed(desk, app).id, after=after, limit=limit)


def one(desk: Place, app: UUID, webhook: UUID) -> Webhook:
    """A receiver of an app, to be looked at. Raises ``RightsError`` ``not_found``."""
    return _of(managed(desk, app), outbox.webhook(desk.book, webhook))


def held(desk: Place, app: UUID, webhook: UUID) -> Webhook:
    """The same, that nobody else changes until the transaction ends. Raises ``RightsError`` ``not_found``."""
    return _of(managed(desk, app), held_webhook(desk.book, webhook))


def add(desk: Place, app: UUID, address: Address) -> FreshSecret:
    """One more receiver. Raises ``RightsError`` ``not_found``."""
    managed(desk, app)
    secret = _new_secret()
    webhook = Webhook(id=new_id(desk.at), app=app, url=address.url, secrets=(secret,), made_at=desk.at)
    outbox.add_webhook(desk.book, webhook)
    tell(desk, app, ReceiverChange.WEBHOOK_ADDED, webhook=webhook.id)
    return FreshSecret(webhook, secret.hex())


def replace_secret(desk: Place, app: UUID, webhook: UUID, *, keep_old: bool) -> FreshSecret:
    """A fresh secret. With ``keep_old`` notifications are signed with the latest one before as well, until the next."""
    found = held(desk, app, webhook)
    secret = _new_secret()
    after = replace(found, secrets=(secret, *(found.secrets[:1] if keep_old else ())))
    outbox.save_webhook(desk.book, after)
    tell(desk, app, ReceiverChange.SECRET_REPLACED, webhook=webhook)
    return FreshSecret(after, secret.hex())


def set_active(desk: Place, app: UUID, webhook: UUID, *, active: bool) -> Webhook:
    """Told from now on, or not any more. Raises ``RightsError`` ``not_found``."""
    found = held(desk, app, webhook)
    if found.active == active:
        return found
    after = replace(found, active=active)
    outbox.save_webhook(desk.book, after)
    change = ReceiverChange.WEBHOOK_RESUMED if active else ReceiverChange.WEBHOOK_STOPPED
    tell(desk, app, change, webhook=webhook)
    return after


def dead_letters(desk: Place, *, after: places.Place | None = None, limit: int) -> tuple[Delivery, ...]:
    """What was given up, the latest first; ``after`` goes on after a page."""
    desk.check(Action.MANAGE_APPS)
    return outbox.dead_letters(desk.book, after=after, limit=limit)


def revive(desk: Place, delivery: UUID) -> None:
    """Put a dead letter in line again. Raises ``RightsError`` ``not_found`` for anything else."""
    desk.check(Action.MANAGE_APPS)
    if not outbox.revive(desk.book, delivery, at=desk.at):
        raise RightsError("not_found")
    desk.audit(Action.MANAGE_APPS, Thing(ThingKind.SERVICE), kind=ReceiverChange.DELIVERY_REVIVED, message=delivery)


def _of(app: App, webhook: Webhook | None) -> Webhook:
    if webhook is None or webhook.app != app.id:
        raise RightsError("not_found")
    return webhook


def _new_secret() -> bytes:
    return secrets.token_bytes(LEAST_SECRET_BYTES)
