"""What machine and people say about money, what a correction teaches, and by which rules."""

from sqlalchemy import Boolean, Column, Date, Float, ForeignKey, Integer, String, Table, Text, UniqueConstraint, Uuid

from claims.examples import Lesson
from claims.review_changes import Why
from claims.states import Role
from claims.tables.kinds import (
    amount,
    digest,
    document,
    metadata,
    moment,
    own_id,
    refers,
    sealed,
    short,
    version,
    word,
)
from claims.tables.words import ProposalKind, ProposalState
from claims.triage import Authority, CaseClass, Route
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.operations import Operation

assessments = Table(
    "assessments",
    metadata,
    own_id(),
    refers("claim", "claims", index=False),
    digest("inputs"),
    moment("made_at"),
    Column("day", Date, nullable=False),
    document("photos"),
    Column("facts", Text, nullable=False),
    document("versions"),
    Column("document", Text, nullable=False),
    word("route", Route),
    word("case_class", CaseClass),
    word("authority", Authority),
    short("currency"),
    amount("total", nullable=False),
    amount("low", nullable=False),
    amount("high", nullable=False),
    UniqueConstraint("claim", "inputs"),
)

corrections = Table(
    "corrections",
    metadata,
    own_id(),
    refers("assessment", "assessments", index=False),
    Column("version", Integer, nullable=False),
    refers("by", "people"),
    word("role", Role),
    moment("at"),
    sealed("changes"),
    UniqueConstraint("assessment", "version"),
)

line_values = Table(
    "line_values",
    metadata,
    Column("correction", Uuid(), ForeignKey("corrections.id"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    document("machine", nullable=True),
    document("human", nullable=True),
    Column("removed", Boolean, nullable=False),
    word("why", Why, nullable=True),
)

examples = Table(
    "examples",
    metadata,
    own_id(),
    refers("claim", "claims"),
    word("lesson", Lesson),
    Column("photo_sha256", String(64), index=True),
    Column("photo_width", Integer),
    Column("photo_height", Integer),
    *(Column(name, Float) for name in ("left", "top", "right", "bottom")),
    document("outline", nullable=True),
    word("part", Part, nullable=True),
    word("side", Side),
    word("kind", DamageKind, nullable=True),
    word("severity", Severity, nullable=True),
    word("operation", Operation),
    amount("amount", nullable=False),
    short("currency"),
    word("why", Why),
    word("role", Role),
    moment("at"),
)

proposals = Table(
    "proposals",
    metadata,
    own_id(),
    word("kind", ProposalKind),
    word("state", ProposalState),
    version("name"),
    digest("content_sha256"),
    Column("content", Text, nullable=False),
    Column("row_version", Integer, nullable=False),
    moment("proposed_at"),
    refers("proposer", "people"),
    document("proposer_line", nullable=True),
    moment("decided_at", nullable=True),
    refers("decider", "people", nullable=True),
    sealed("reason"),
)

rule_texts = Table(
    "rule_texts",
    metadata,
    Column("sha256", digest("sha256").type, primary_key=True),
    short("file"),
    version("version", index=True),
    Column("content", Text, nullable=False),
    moment("first_used_at"),
)
