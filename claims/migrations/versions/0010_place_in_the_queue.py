"""Where a case stands in people's queue: its deadline less the lead of its risk.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Cases that are there already stand by their deadline, and by their risk from their next change on."""
    op.add_column("claims", sa.Column("queue_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE claims SET queue_at = due_at")
    op.create_index("ix_claims_line", "claims", ["owner", "queue_at"])
