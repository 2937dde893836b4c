"""Clocks, jobs, notifications, and answers to be repeated.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """In the order in which they refer to each other."""
    _deadlines()
    _escalations()
    _follow_ups()
    _feedback()
    _jobs()
    _webhooks()
    _outbox()
    _idempotency()


def _deadlines() -> None:
    op.create_table(
        "deadlines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("audience", sa.String(40), nullable=False),
        sa.Column("hours", sa.Integer()),
        sa.Column("working_days", sa.Integer()),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("waiting_since", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("dropped_at", MOMENT),
        sa.Column("escalated_at", MOMENT),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_deadlines_claim"),
        sa.PrimaryKeyConstraint("id", name="pk_deadlines"),
    )
    op.create_index("ix_deadlines_claim", "deadlines", ["claim"])
    op.create_index("ix_deadlines_due_at", "deadlines", ["due_at"])


def _escalations() -> None:
    op.create_table(
        "escalations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("deadline", sa.Uuid()),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_escalations_claim"),
        sa.ForeignKeyConstraint(["deadline"], ["deadlines.id"], name="fk_escalations_deadline"),
        sa.PrimaryKeyConstraint("id", name="pk_escalations"),
        sa.UniqueConstraint("deadline", "level", name="uq_escalations_deadline_level"),
    )
    op.create_index("ix_escalations_claim", "escalations", ["claim"])
    op.create_index("ix_escalations_due_at", "escalations", ["due_at"])


def _follow_ups() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("done_at", MOMENT),
        sa.Column("done_by", sa.String(64)),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_follow_ups_claim"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_ups"),
        sa.UniqueConstraint("claim", "kind", "due_at", name="uq_follow_ups_claim_kind_due_at"),
    )
    op.create_index("ix_follow_ups_due_at", "follow_ups", ["due_at"])


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("convenience", sa.SmallInteger(), nullable=False),
        sa.Column("communication", sa.SmallInteger(), nullable=False),
        sa.Column("fairness", sa.SmallInteger(), nullable=False),
        sa.Column("comment_sealed", sa.Text()),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_feedback_claim"),
        sa.PrimaryKeyConstraint("claim", name="pk_feedback"),
    )
    op.create_index("ix_feedback_at", "feedback", ["at"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("claim", sa.Uuid()),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(64)),
        sa.Column("lease_until", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("error", sa.String(40)),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_jobs_claim"),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("key", name="uq_jobs_key"),
    )
    op.create_index("ix_jobs_claim", "jobs", ["claim"])
    op.create_index("ix_jobs_state_not_before", "jobs", ["state", "not_before"])


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("app", sa.Uuid(), nullable=False),
        sa.Column("url_sealed", sa.Text(), nullable=False),
        sa.Column("secrets_sealed", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["app"], ["apps.id"], name="fk_webhooks_app"),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_index("ix_webhooks_app", "webhooks", ["app"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message", sa.Uuid(), nullable=False),
        sa.Column("webhook", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("node", sa.String(40), nullable=False),
        sa.Column("body", sa.String(1024), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT),
        sa.Column("sent_at", MOMENT),
        sa.Column("dead_at", MOMENT),
        sa.Column("error", sa.String(40)),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_outbox_claim"),
        sa.ForeignKeyConstraint(["webhook"], ["webhooks.id"], name="fk_outbox_webhook"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("webhook", "message", name="uq_outbox_webhook_message"),
    )
    op.create_index("ix_outbox_claim", "outbox", ["claim"])
    op.create_index("ix_outbox_dead_at", "outbox", ["dead_at"])
    op.create_index("ix_outbox_next_at", "outbox", ["next_at"])


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("key_sha256", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("headers", sa.Text()),
        sa.Column("answer_sealed", sa.Text()),
        sa.PrimaryKeyConstraint("actor", "key_sha256", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_made_at", "idempotency", ["made_at"])
