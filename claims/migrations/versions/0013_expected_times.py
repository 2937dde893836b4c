"""By when a customer has the result of a complaint that takes longer.

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Complaints that are there already count as told their result, where anything was told."""
    op.add_column("complaints", sa.Column("expected_at", sa.DateTime(timezone=True)))
