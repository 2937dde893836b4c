"""What happens to a case: its moves, what comes in and is stated, what is found, complained of and asked of others."""

from sqlalchemy import Boolean, Column, Integer, Table, UniqueConstraint

from claims.deadline_rules import Level
from claims.fraud_facts import FraudCode
from claims.materials import Material
from claims.states import CaseState, Node, Role
from claims.tables.kinds import (
    actor,
    amount,
    digest,
    document,
    metadata,
    moment,
    one_where,
    own_id,
    position,
    refers,
    sealed,
    short,
    word,
)

moves = Table(
    "moves",
    metadata,
    own_id(),
    refers("claim", "claims", index=False),
    position(),
    moment("at"),
    short("move"),
    word("before", CaseState, nullable=True),
    word("after", CaseState),
    word("role", Role),
    actor("by"),
    word("node", Node, nullable=True),
    document("reason", nullable=True),
    sealed("reason_text"),
    Column("steps_back", Boolean, nullable=False),
    UniqueConstraint("claim", "position"),
)

materials = Table(
    "materials",
    metadata,
    own_id(),
    refers("claim", "claims", index=False),
    word("material", Material),
    digest("sha256", nullable=True, index=True),
    short("media_type", nullable=True),
    moment("added_at"),
    actor("added_by"),
    UniqueConstraint("claim", "material", "sha256"),
    one_where("uq_materials_seen", "claim", "material", holds="sha256 IS NULL"),
)
"""``sha256`` is None for what somebody has only seen."""

stated = Table(
    "stated",
    metadata,
    own_id(),
    refers("claim", "claims", index=False),
    position(),
    moment("at"),
    actor("by"),
    word("role", Role),
    document("facts"),
    UniqueConstraint("claim", "position"),
)

fraud_facts = Table(
    "fraud_facts",
    metadata,
    own_id(),
    refers("claim", "claims", index=False),
    position(),
    refers("assessment", "assessments", nullable=True, index=False),
    word("code", FraudCode),
    document("evidence"),
    Column("weight", Integer, nullable=False),
    digest("digest"),
    moment("found_at"),
    UniqueConstraint("claim", "position"),
    UniqueConstraint("claim", "digest"),
)

complaints = Table(
    "complaints",
    metadata,
    own_id(),
    refers("claim", "claims"),
    moment("at"),
    actor("by"),
    sealed("text"),
    moment("replied_at", nullable=True),
    moment("told_at", nullable=True),
    moment("solved_at", nullable=True, index=True),
    document("solution", nullable=True),
    sealed("answer"),
    actor("holder", nullable=True),
    word("level", Level, nullable=True),
    sealed("reply"),
    sealed("result"),
    Column("version", Integer, nullable=False, server_default="1"),
    moment("expected_at", nullable=True),
)
"""``level`` is None as long as no clock of it was missed, ``version`` counts its changes."""

third_party = Table(
    "third_party",
    metadata,
    own_id(),
    refers("claim", "claims"),
    moment("asked_at"),
    actor("asked_by"),
    sealed("reason"),
    moment("answered_at", nullable=True),
    actor("answered_by", nullable=True),
    amount("their_amount"),
    amount("our_amount"),
    short("currency", nullable=True),
    one_where("uq_third_party_open", "claim", holds="answered_at IS NULL"),
)
