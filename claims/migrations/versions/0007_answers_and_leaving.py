"""Who answers a complaint and what was said, when somebody last came in, unknown logins, and what is old enough to go.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Complaints that are there already are in nobody's hands, and on the first level."""
    _complaints()
    _last_use()
    _strangers()
    _leaving()


def _complaints() -> None:
    for name, kind in (
        ("holder", sa.String(64)),
        ("level", sa.String(40)),
        ("reply_sealed", sa.Text()),
        ("result_sealed", sa.Text()),
    ):
        op.add_column("complaints", sa.Column(name, kind))
    op.create_index("ix_complaints_solved_at", "complaints", ["solved_at"])


def _last_use() -> None:
    op.add_column("people", sa.Column("signed_in_at", MOMENT))
    op.add_column("app_keys", sa.Column("used_at", MOMENT))


def _strangers() -> None:
    op.create_table(
        "strangers",
        sa.Column("login_index", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("refused_at", MOMENT, nullable=False),
        sa.Column("locked_until", MOMENT),
        sa.PrimaryKeyConstraint("login_index", name="pk_strangers"),
    )
    op.create_index("ix_strangers_refused_at", "strangers", ["refused_at"])


def _leaving() -> None:
    kept = sa.text("erased_at IS NULL")
    op.create_index("ix_claims_kept", "claims", ["region", "closed_at"], sqlite_where=kept, postgresql_where=kept)
    op.create_index("ix_claims_erased_at", "claims", ["erased_at"])
