"""The case: its record, its first notice, its photos, and what opens it."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, SmallInteger, Table, UniqueConstraint, Uuid, text

from claims.facts import Cause
from claims.states import CaseState, Owner
from claims.tables.kinds import (
    actor,
    amount,
    blind,
    digest,
    document,
    metadata,
    moment,
    own_id,
    refers,
    sealed,
    short,
    word,
)
from claims.triage import Authority, CaseClass

_KEPT = text("erased_at IS NULL")

claims = Table(
    "claims",
    metadata,
    own_id(),
    short("number", unique=True),
    Column("version", Integer, nullable=False),
    word("state", CaseState),
    word("came_from", CaseState, nullable=True),
    word("owner", Owner, nullable=True),
    short("region"),
    refers("app", "apps", nullable=True),
    moment("opened_at"),
    moment("state_since"),
    document("facts"),
    word("case_class", CaseClass, nullable=True),
    word("authority", Authority, nullable=True),
    Column("risk", Integer, nullable=False),
    moment("due_at", nullable=True),
    moment("queue_at", nullable=True),
    refers("holder", "people", nullable=True),
    moment("taken_at", nullable=True),
    moment("lease_until", nullable=True),
    amount("upper"),
    amount("amount"),
    short("currency", nullable=True),
    moment("closed_at", nullable=True),
    moment("deletion_asked_at", nullable=True),
    moment("erased_at", nullable=True, index=True),
    Index("ix_claims_kept", "region", "closed_at", sqlite_where=_KEPT, postgresql_where=_KEPT),
    Index("ix_claims_queue", "owner", "due_at", "risk", "opened_at"),
    Index("ix_claims_line", "owner", "queue_at"),
)
"""``queue_at`` is ``due_at`` less the lead of the ``risk``: what people's queue goes by."""

notices = Table(
    "notices",
    metadata,
    Column("claim", Uuid(), ForeignKey("claims.id"), primary_key=True),
    moment("reported_at"),
    moment("happened_at"),
    short("region"),
    word("cause", Cause),
    document("answers"),
    blind("policy_number"),
    blind("plate"),
    blind("vin"),
    sealed("policy_number"),
    sealed("plate"),
    sealed("vin"),
    sealed("engine_number"),
    sealed("place"),
    sealed("course"),
    sealed("other_parties"),
    sealed("contact"),
)

photos = Table(
    "photos",
    metadata,
    own_id(),
    refers("claim", "claims", index=False),
    digest("sha256", index=True),
    Column("position", Integer, nullable=False),
    moment("added_at"),
    actor("added_by"),
    Column("size", Integer, nullable=False),
    short("media_type"),
    Column("width", Integer),
    Column("height", Integer),
    moment("taken_at", nullable=True),
    short("phash", nullable=True),
    Column("usable", Boolean, nullable=False),
    document("verdict"),
    sealed("position"),
    UniqueConstraint("claim", "sha256"),
    UniqueConstraint("claim", "position"),
)

photo_bands = Table(
    "photo_bands",
    metadata,
    Column("photo", Uuid(), ForeignKey("photos.id"), primary_key=True),
    Column("band", SmallInteger, primary_key=True),
    Column("bits", Integer, nullable=False),
    Index(None, "band", "bits"),
)
"""Five parts of a perceptual hash: two hashes that differ in at most four bits have a part in common."""

observations = Table(
    "observations",
    metadata,
    own_id(),
    digest("sha256"),
    digest("looked_with"),
    digest("blob", index=True),
    moment("kept_at"),
    UniqueConstraint("sha256", "looked_with"),
)
"""What was seen on a photo, whichever cases have it: ``blob`` is the SHA-256 of a file of the photo store."""

claim_tokens = Table(
    "claim_tokens",
    metadata,
    own_id(),
    refers("claim", "claims"),
    digest("digest", unique=True),
    moment("made_at"),
    moment("expires_at", nullable=True),
    moment("revoked_at", nullable=True),
    actor("handed_by", nullable=True),
    moment("proven_at", nullable=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    moment("tried_at", nullable=True),
)
