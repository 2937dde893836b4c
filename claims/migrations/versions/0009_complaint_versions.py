"""Which version of a complaint somebody has seen.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Complaints that are there already are in their first version."""
    op.add_column("complaints", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
