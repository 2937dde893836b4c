"""Clocks of a case and what followed from them."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, SmallInteger, Table, UniqueConstraint, Uuid, false

from claims.deadline_rules import Audience, ClockKind, Level
from claims.follow_up import FollowUpKind
from claims.tables.kinds import actor, document, metadata, moment, own_id, refers, sealed, word

deadlines = Table(
    "deadlines",
    metadata,
    own_id(),
    refers("claim", "claims"),
    word("kind", ClockKind),
    word("audience", Audience),
    Column("hours", Integer),
    Column("working_days", Integer),
    moment("started_at"),
    moment("due_at"),
    moment("waiting_since", nullable=True),
    moment("ended_at", nullable=True),
    moment("dropped_at", nullable=True),
    Column("void", Boolean, nullable=False, server_default=false()),
    moment("escalated_at", nullable=True),
    document("warnings"),
    Index(None, "due_at"),
)

escalations = Table(
    "escalations",
    metadata,
    own_id(),
    refers("claim", "claims"),
    refers("deadline", "deadlines", nullable=True, index=False),
    word("level", Level),
    document("reason"),
    document("warnings"),
    moment("began_at"),
    moment("due_at", index=True),
    moment("ended_at", nullable=True),
    UniqueConstraint("deadline", "level"),
)
"""An overrun escalates once to each level, however often the clocks are looked at."""

follow_ups = Table(
    "follow_ups",
    metadata,
    own_id(),
    refers("claim", "claims", index=False),
    word("kind", FollowUpKind),
    moment("due_at", index=True),
    document("warnings"),
    moment("done_at", nullable=True),
    moment("dropped_at", nullable=True),
    actor("done_by", nullable=True),
    UniqueConstraint("claim", "kind", "due_at"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("claim", Uuid(), ForeignKey("claims.id"), primary_key=True),
    Column("convenience", SmallInteger, nullable=False),
    Column("communication", SmallInteger, nullable=False),
    Column("fairness", SmallInteger, nullable=False),
    sealed("comment"),
    moment("at", index=True),
)
