"""What was offered or settled, and what was paid for it."""

from sqlalchemy import Boolean, Column, Integer, Table, UniqueConstraint

from claims.states import Role
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
from claims.tables.words import OfferEnd, ReturnReason

offers = Table(
    "offers",
    metadata,
    own_id(),
    refers("claim", "claims", index=False),
    position(),
    refers("assessment", "assessments", nullable=True, index=False),
    Column("review_version", Integer, nullable=False),
    amount("amount", nullable=False),
    amount("total", nullable=False),
    short("currency"),
    moment("made_at"),
    actor("made_by"),
    word("role", Role),
    Column("machine", Boolean, nullable=False),
    document("reasons"),
    sealed("terms"),
    moment("valid_until", nullable=True, index=True),
    moment("accepted_at", nullable=True),
    sealed("signature"),
    digest("signature_sha256", nullable=True, index=True),
    moment("ended_at", nullable=True),
    word("ended_why", OfferEnd, nullable=True),
    UniqueConstraint("claim", "position"),
    one_where("uq_offers_open", "claim", holds="ended_at IS NULL"),
)

payments = Table(
    "payments",
    metadata,
    own_id(),
    refers("claim", "claims", index=False),
    position(),
    refers("offer", "offers", index=False),
    amount("amount", nullable=False),
    short("currency"),
    moment("started_at"),
    actor("started_by"),
    moment("returned_at", nullable=True),
    word("return_reason", ReturnReason, nullable=True),
    moment("paid_at", nullable=True),
    sealed("proof"),
    digest("proof_sha256", nullable=True, index=True),
    UniqueConstraint("claim", "position"),
    one_where("uq_payments_open", "claim", holds="returned_at IS NULL AND paid_at IS NULL"),
    one_where("uq_payments_offer", "offer", holds="returned_at IS NULL"),
)
"""An offer is paid once: money that came back may go out again."""
