"""What machine and people say about money, and by which rules.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """In the order in which they refer to each other."""
    _assessments()
    _corrections()
    _line_values()
    _examples()
    _proposals()
    _rule_texts()


def _assessments() -> None:
    op.create_table(
        "assessments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("inputs", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("photos", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("versions", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("route", sa.String(40), nullable=False),
        sa.Column("case_class", sa.String(40), nullable=False),
        sa.Column("authority", sa.String(40), nullable=False),
        sa.Column("currency", sa.String(40), nullable=False),
        sa.Column("total", sa.String(32), nullable=False),
        sa.Column("low", sa.String(32), nullable=False),
        sa.Column("high", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_assessments_claim"),
        sa.PrimaryKeyConstraint("id", name="pk_assessments"),
        sa.UniqueConstraint("claim", "inputs", name="uq_assessments_claim_inputs"),
    )


def _corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("changes_sealed", sa.Text()),
        sa.ForeignKeyConstraint(["assessment"], ["assessments.id"], name="fk_corrections_assessment"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_corrections_by"),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sa.UniqueConstraint("assessment", "version", name="uq_corrections_assessment_version"),
    )
    op.create_index("ix_corrections_by", "corrections", ["by"])


def _line_values() -> None:
    op.create_table(
        "line_values",
        sa.Column("correction", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("machine", sa.Text()),
        sa.Column("human", sa.Text()),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(40)),
        sa.ForeignKeyConstraint(["correction"], ["corrections.id"], name="fk_line_values_correction"),
        sa.PrimaryKeyConstraint("correction", "line", name="pk_line_values"),
    )


def _examples() -> None:
    op.create_table(
        "examples",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("lesson", sa.String(40), nullable=False),
        sa.Column("photo_sha256", sa.String(64)),
        sa.Column("photo_width", sa.Integer()),
        sa.Column("photo_height", sa.Integer()),
        sa.Column("left", sa.Float()),
        sa.Column("top", sa.Float()),
        sa.Column("right", sa.Float()),
        sa.Column("bottom", sa.Float()),
        sa.Column("part", sa.String(40)),
        sa.Column("side", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40)),
        sa.Column("severity", sa.String(40)),
        sa.Column("operation", sa.String(40), nullable=False),
        sa.Column("amount", sa.String(32), nullable=False),
        sa.Column("currency", sa.String(40), nullable=False),
        sa.Column("why", sa.String(40), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_examples_claim"),
        sa.PrimaryKeyConstraint("id", name="pk_examples"),
    )
    op.create_index("ix_examples_claim", "examples", ["claim"])
    op.create_index("ix_examples_photo_sha256", "examples", ["photo_sha256"])


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("proposer", sa.Uuid(), nullable=False),
        sa.Column("decided_at", MOMENT),
        sa.Column("decider", sa.Uuid()),
        sa.Column("reason_sealed", sa.Text()),
        sa.ForeignKeyConstraint(["decider"], ["people.id"], name="fk_proposals_decider"),
        sa.ForeignKeyConstraint(["proposer"], ["people.id"], name="fk_proposals_proposer"),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
    )
    op.create_index("ix_proposals_decider", "proposals", ["decider"])
    op.create_index("ix_proposals_proposer", "proposals", ["proposer"])


def _rule_texts() -> None:
    op.create_table(
        "rule_texts",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file", sa.String(40), nullable=False),
        sa.Column("version", sa.String(120), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("first_used_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_rule_texts"),
    )
    op.create_index("ix_rule_texts_version", "rule_texts", ["version"])
