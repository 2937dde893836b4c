"""The seal of the audit log's head, clocks that became void, and calls that are not made any more.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """A log that is there already is sealed once somebody with its key has found it whole (``api.stores``)."""
    op.add_column("audit_head", sa.Column("seal", sa.String(64)))
    op.add_column("deadlines", sa.Column("void", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("follow_ups", sa.Column("dropped_at", sa.DateTime(timezone=True)))
