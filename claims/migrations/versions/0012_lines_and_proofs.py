"""From whom an account comes, and which of a claim's tokens staff handed out.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Accounts that are there already count as the operator's; tokens as their customers'."""
    op.add_column("people", sa.Column("rights_from", sa.Text()))
    op.add_column("people", sa.Column("sign_in_from", sa.Text()))
    op.add_column("people", sa.Column("password_due", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("proposals", sa.Column("proposer_line", sa.Text()))
    op.add_column("claim_tokens", sa.Column("handed_by", sa.String(64)))
    op.add_column("claim_tokens", sa.Column("proven_at", sa.DateTime(timezone=True)))
    op.add_column("claim_tokens", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("claim_tokens", sa.Column("tried_at", sa.DateTime(timezone=True)))
