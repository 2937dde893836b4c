"""What happens to a case, what was offered, settled and paid, and anchors of the log.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """In the order in which they refer to each other."""
    _moves()
    _materials()
    _stated()
    _fraud_facts()
    _complaints()
    _third_party()
    _offers()
    _payments()
    _audit_anchors()


def _one_where(name: str, table: str, columns: list[str], holds: str) -> None:
    where = sa.text(holds)
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


def _moves() -> None:
    op.create_table(
        "moves",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("move", sa.String(40), nullable=False),
        sa.Column("before", sa.String(40)),
        sa.Column("after", sa.String(40), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("node", sa.String(40)),
        sa.Column("reason", sa.Text()),
        sa.Column("reason_text_sealed", sa.Text()),
        sa.Column("steps_back", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_moves_claim"),
        sa.PrimaryKeyConstraint("id", name="pk_moves"),
        sa.UniqueConstraint("claim", "position", name="uq_moves_claim_position"),
    )


def _materials() -> None:
    op.create_table(
        "materials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("material", sa.String(40), nullable=False),
        sa.Column("sha256", sa.String(64)),
        sa.Column("media_type", sa.String(40)),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("added_by", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_materials_claim"),
        sa.PrimaryKeyConstraint("id", name="pk_materials"),
        sa.UniqueConstraint("claim", "material", "sha256", name="uq_materials_claim_material_sha256"),
    )
    op.create_index("ix_materials_sha256", "materials", ["sha256"])
    _one_where("uq_materials_seen", "materials", ["claim", "material"], "sha256 IS NULL")


def _stated() -> None:
    op.create_table(
        "stated",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_stated_claim"),
        sa.PrimaryKeyConstraint("id", name="pk_stated"),
        sa.UniqueConstraint("claim", "position", name="uq_stated_claim_position"),
    )


def _fraud_facts() -> None:
    op.create_table(
        "fraud_facts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("assessment", sa.Uuid()),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_fraud_facts_claim"),
        sa.ForeignKeyConstraint(["assessment"], ["assessments.id"], name="fk_fraud_facts_assessment"),
        sa.PrimaryKeyConstraint("id", name="pk_fraud_facts"),
        sa.UniqueConstraint("claim", "position", name="uq_fraud_facts_claim_position"),
        sa.UniqueConstraint("claim", "digest", name="uq_fraud_facts_claim_digest"),
    )


def _complaints() -> None:
    op.create_table(
        "complaints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("text_sealed", sa.Text()),
        sa.Column("replied_at", MOMENT),
        sa.Column("told_at", MOMENT),
        sa.Column("solved_at", MOMENT),
        sa.Column("solution", sa.Text()),
        sa.Column("answer_sealed", sa.Text()),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_complaints_claim"),
        sa.PrimaryKeyConstraint("id", name="pk_complaints"),
    )
    op.create_index("ix_complaints_claim", "complaints", ["claim"])


def _third_party() -> None:
    op.create_table(
        "third_party",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("reason_sealed", sa.Text()),
        sa.Column("answered_at", MOMENT),
        sa.Column("answered_by", sa.String(64)),
        sa.Column("their_amount", sa.String(32)),
        sa.Column("our_amount", sa.String(32)),
        sa.Column("currency", sa.String(40)),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_third_party_claim"),
        sa.PrimaryKeyConstraint("id", name="pk_third_party"),
    )
    op.create_index("ix_third_party_claim", "third_party", ["claim"])
    _one_where("uq_third_party_open", "third_party", ["claim"], "answered_at IS NULL")


def _offers() -> None:
    op.create_table(
        "offers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("assessment", sa.Uuid()),
        sa.Column("review_version", sa.Integer(), nullable=False),
        sa.Column("amount", sa.String(32), nullable=False),
        sa.Column("total", sa.String(32), nullable=False),
        sa.Column("currency", sa.String(40), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("machine", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("terms_sealed", sa.Text()),
        sa.Column("valid_until", MOMENT),
        sa.Column("accepted_at", MOMENT),
        sa.Column("signature_sealed", sa.Text()),
        sa.Column("signature_sha256", sa.String(64)),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_why", sa.String(40)),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_offers_claim"),
        sa.ForeignKeyConstraint(["assessment"], ["assessments.id"], name="fk_offers_assessment"),
        sa.PrimaryKeyConstraint("id", name="pk_offers"),
        sa.UniqueConstraint("claim", "position", name="uq_offers_claim_position"),
    )
    op.create_index("ix_offers_signature_sha256", "offers", ["signature_sha256"])
    op.create_index("ix_offers_valid_until", "offers", ["valid_until"])
    _one_where("uq_offers_open", "offers", ["claim"], "ended_at IS NULL")


def _payments() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("offer", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.String(32), nullable=False),
        sa.Column("currency", sa.String(40), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("started_by", sa.String(64), nullable=False),
        sa.Column("returned_at", MOMENT),
        sa.Column("return_reason", sa.String(40)),
        sa.Column("paid_at", MOMENT),
        sa.Column("proof_sealed", sa.Text()),
        sa.Column("proof_sha256", sa.String(64)),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_payments_claim"),
        sa.ForeignKeyConstraint(["offer"], ["offers.id"], name="fk_payments_offer"),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("claim", "position", name="uq_payments_claim_position"),
    )
    op.create_index("ix_payments_proof_sha256", "payments", ["proof_sha256"])
    _one_where("uq_payments_open", "payments", ["claim"], "returned_at IS NULL AND paid_at IS NULL")
    _one_where("uq_payments_offer", "payments", ["offer"], "returned_at IS NULL")


def _audit_anchors() -> None:
    op.create_table(
        "audit_anchors",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kept_where", sa.String(40), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("seq", "kept_where", name="pk_audit_anchors"),
    )
