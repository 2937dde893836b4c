"""The audit chain, its last link under a seal, and the links that are kept elsewhere.

Texts of the chain are as they were hashed; triggers of the database refuse to change a row of it.
"""

from sqlalchemy import CheckConstraint, Column, Integer, SmallInteger, String, Table, Text

from claims.tables.kinds import actor, digest, metadata, moment, short

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(27), nullable=False),
    actor("actor"),
    short("role"),
    Column("action", String(80), nullable=False),
    actor("object", index=True),
    Column("facts", Text, nullable=False),
    digest("previous"),
    digest("hash"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    digest("hash"),
    digest("seal", nullable=True),
    CheckConstraint("id = 1", name="one_row"),
)

audit_anchors = Table(
    "audit_anchors",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kept_where", short("kept_where").type, primary_key=True),
    digest("hash"),
    moment("at"),
)
