"""Work to be done, notifications to be sent, answers to be repeated."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, UniqueConstraint, Uuid

from claims.states import Node
from claims.tables.kinds import actor, digest, document, metadata, moment, own_id, refers, sealed, short, word
from claims.tables.words import JobState

jobs = Table(
    "jobs",
    metadata,
    own_id(),
    Column("key", String(160), nullable=False, unique=True),
    short("kind"),
    refers("claim", "claims", nullable=True),
    document("facts"),
    word("state", JobState),
    moment("made_at"),
    moment("not_before"),
    Column("attempts", Integer, nullable=False),
    actor("worker", nullable=True),
    moment("lease_until", nullable=True),
    moment("ended_at", nullable=True),
    short("error", nullable=True),
    Index(None, "state", "not_before"),
)

webhooks = Table(
    "webhooks",
    metadata,
    own_id(),
    refers("app", "apps"),
    sealed("url", nullable=False),
    sealed("secrets", nullable=False),
    Column("active", Boolean, nullable=False),
    moment("made_at"),
)

outbox = Table(
    "outbox",
    metadata,
    own_id(),
    Column("message", Uuid(), nullable=False),
    refers("webhook", "webhooks", index=False),
    refers("claim", "claims"),
    word("node", Node),
    Column("body", String(1024), nullable=False),
    moment("made_at"),
    Column("attempts", Integer, nullable=False),
    moment("next_at", nullable=True, index=True),
    moment("sent_at", nullable=True),
    moment("dead_at", nullable=True, index=True),
    short("error", nullable=True),
    UniqueConstraint("webhook", "message"),
)
"""``next_at`` is None once it was sent or given up."""

idempotency = Table(
    "idempotency",
    metadata,
    Column("actor", actor("actor").type, primary_key=True),
    Column("key_sha256", digest("key_sha256").type, primary_key=True),
    digest("fingerprint"),
    moment("made_at", index=True),
    Column("status", Integer),
    document("headers", nullable=True),
    sealed("answer"),
)
