"""The audit chain and its last link. Texts as they were hashed; triggers of the database refuse to change a row."""

from sqlalchemy import CheckConstraint, Column, Integer, SmallInteger, String, Table, Text

from claims.tables.kinds import actor, digest, metadata, short

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
    CheckConstraint("id = 1", name="one_row"),
)
