"""What a person outlined, beside the box of a labelled example.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Examples that are there already have no outline."""
    op.add_column("examples", sa.Column("outline", sa.Text()))
