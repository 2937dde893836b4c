"""What was seen on photos, kept, and where a photo says that it was taken.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Photos that are there already are looked at again when they are needed."""
    op.add_column("photos", sa.Column("position_sealed", sa.Text()))
    _observations()


def _observations() -> None:
    op.create_table(
        "observations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("looked_with", sa.String(64), nullable=False),
        sa.Column("blob", sa.String(64), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_observations"),
        sa.UniqueConstraint("sha256", "looked_with", name="uq_observations_sha256_looked_with"),
    )
    op.create_index("ix_observations_blob", "observations", ["blob"])
