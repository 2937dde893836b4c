"""Notifications to be sent, stored with what they tell; and where to."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from claims.ids import new_id
from claims.outbox import Notification
from claims.repository.book import Book
from claims.repository.places import Place
from claims.repository.rows import insert_once, record, rows_of, version_of
from claims.states import Node
from claims.tables import outbox, webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where an app wants to be told. ``secrets`` (32 bytes or more) are two while one takes over from the other."""

    id: UUID
    app: UUID
    url: str = field(repr=False)
    secrets: tuple[bytes, ...] = field(repr=False)
    active: bool = True
    made_at: datetime

    @property
    def version(self) -> str:
        """The ETag: another one while what may be changed differs. It tells nothing of secrets, long and random."""
        return version_of(self.url, self.active, [secret.hex() for secret in self.secrets])


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One notification to one webhook. ``body`` is sent as it is; ``error`` is the code of the last fault."""

    id: UUID
    message: UUID
    webhook: UUID
    claim: UUID
    node: Node
    body: str = field(repr=False)
    made_at: datetime
    attempts: int = 0
    next_at: datetime | None
    sent_at: datetime | None = None
    dead_at: datetime | None = None
    error: str | None = None


def add_webhook(book: Book, webhook: Webhook) -> None:
    """One more receiver."""
    row = {"id": webhook.id, "app": webhook.app, "active": webhook.active, "made_at": webhook.made_at}
    book.connection.execute(insert(webhooks).values(**row, **_sealed(book, webhook)))


def save_webhook(book: Book, webhook: Webhook) -> None:
    """Another address, other secrets, or at rest."""
    mine = webhooks.c.id == webhook.id
    book.connection.execute(update(webhooks).where(mine).values(active=webhook.active, **_sealed(book, webhook)))


def webhook(book: Book, one: UUID) -> Webhook | None:
    """A receiver by its id."""
    row = book.connection.execute(select(webhooks).where(webhooks.c.id == one)).one_or_none()
    return None if row is None else _webhook(book, row)


def webhooks_of(book: Book, app: UUID) -> tuple[Webhook, ...]:
    """Receivers of an app, active or not."""
    return tuple(_webhook(book, row) for row in rows_of(book.connection, webhooks, "id", app=app))


def webhooks_page(book: Book, app: UUID, *, after: UUID | None, limit: int) -> tuple[Webhook, ...]:
    """Some of them, the oldest first; ``after`` goes on after a page."""
    query = select(webhooks).where(webhooks.c.app == app).order_by(webhooks.c.id).limit(limit)
    if after is not None:
        query = query.where(webhooks.c.id > after)
    return tuple(_webhook(book, row) for row in book.connection.execute(query))


def put(book: Book, claim: UUID, notification: Notification, to: UUID, *, at: datetime) -> bool:
    """Whether it is new: each receiver is told of one notification once."""
    row = {
        "id": new_id(at),
        "message": notification.id,
        "webhook": to,
        "claim": claim,
        "node": notification.node,
        "body": notification.body().decode(),
        "made_at": at,
        "attempts": 0,
        "next_at": at,
    }
    return insert_once(book.connection, outbox, row, on=["webhook", "message"])


def take(book: Book, *, at: datetime, lease: timedelta, limit: int = 20) -> tuple[Delivery, ...]:
    """Deliveries to attempt now, counted as attempted; a sender that dies leaves them for after ``lease``."""
    due = select(outbox.c.id).where(outbox.c.next_at <= at).order_by(outbox.c.next_at, outbox.c.id).limit(limit)
    ids = book.connection.execute(due.with_for_update(skip_locked=True)).scalars().all()
    if not ids:
        return ()
    taken = {"attempts": outbox.c.attempts + 1, "next_at": at + lease}
    rows = book.connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(**taken).returning(*outbox.c))
    return tuple(sorted((record(Delivery, row) for row in rows), key=lambda delivery: delivery.id))


def sent(book: Book, delivery: Delivery, *, at: datetime) -> None:
    """It arrived."""
    _change(book, delivery, sent_at=at, next_at=None, error=None)


def failed(book: Book, delivery: Delivery, error: str, *, at: datetime, again: datetime | None) -> None:
    """It did not arrive: to be tried ``again``, or a dead letter."""
    _change(book, delivery, next_at=again, dead_at=at if again is None else None, error=error)


def dead_letters(book: Book, *, after: Place | None = None, limit: int = 100) -> tuple[Delivery, ...]:
    """What was given up, the latest first; ``after`` goes on after a page."""
    latest = (outbox.c.dead_at.desc(), outbox.c.id.desc())
    query = select(outbox).where(outbox.c.dead_at.is_not(None)).order_by(*latest).limit(limit)
    if after is not None:
        query = query.where(after.before(outbox.c.dead_at, outbox.c.id))
    return tuple(record(Delivery, row) for row in book.connection.execute(query))


def revive(book: Book, delivery: UUID, *, at: datetime) -> bool:
    """Whether a dead letter was put in line again."""
    mine = (outbox.c.id == delivery, outbox.c.dead_at.is_not(None))
    again = {"dead_at": None, "next_at": at, "attempts": 0}
    return book.connection.execute(update(outbox).where(*mine).values(**again)).rowcount == 1


def _change(book: Book, delivery: Delivery, **values: object) -> None:
    """Only by the sender whose attempt it was: one that comes back late changes nothing."""
    mine = (outbox.c.id == delivery.id, outbox.c.attempts == delivery.attempts, outbox.c.sent_at.is_(None))
    book.connection.execute(update(outbox).where(*mine).values(**values))


def _sealed(book: Book, given: Webhook) -> dict[str, Any]:
    secrets = json.dumps([secret.hex() for secret in given.secrets])
    return {
        "url_sealed": book.sealed(given.url, "webhooks", given.id, "url"),
        "secrets_sealed": book.sealed(secrets, "webhooks", given.id, "secrets"),
    }


def _webhook(book: Book, row: Row[Any]) -> Webhook:
    url = book.opened(row.url_sealed, "webhooks", row.id, "url")
    told: Sequence[str] = json.loads(book.opened(row.secrets_sealed, "webhooks", row.id, "secrets") or "[]")
    return record(Webhook, row, url=url, secrets=tuple(bytes.fromhex(secret) for secret in told))
