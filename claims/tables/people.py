"""Who may come in. Secrets are kept as hashes, logins and names sealed."""

from sqlalchemy import Boolean, Column, Integer, String, Table, UniqueConstraint, false

from claims.states import Role
from claims.tables.kinds import digest, document, metadata, moment, own_id, refers, sealed, short, word

people = Table(
    "people",
    metadata,
    own_id(),
    Column("issuer", String(255), nullable=False),
    digest("subject_index"),
    sealed("subject", nullable=False),
    sealed("name", nullable=False),
    word("role", Role),
    Column("password", String(255)),
    Column("rights_version", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    moment("locked_until", nullable=True),
    moment("made_at"),
    moment("signed_in_at", nullable=True),
    document("rights_from", nullable=True),
    document("sign_in_from", nullable=True),
    Column("password_due", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("issuer", "subject_index"),
)

apps = Table(
    "apps",
    metadata,
    own_id(),
    Column("name", String(80), nullable=False, unique=True),
    Column("states_cover", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    moment("made_at"),
)

app_keys = Table(
    "app_keys",
    metadata,
    own_id(),
    refers("app", "apps"),
    short("prefix", unique=True),
    digest("digest"),
    moment("made_at"),
    moment("expires_at", nullable=True),
    moment("revoked_at", nullable=True),
    moment("used_at", nullable=True),
)

strangers = Table(
    "strangers",
    metadata,
    Column("login_index", digest("login_index").type, primary_key=True),
    Column("failures", Integer, nullable=False),
    moment("refused_at", index=True),
    moment("locked_until", nullable=True),
)
"""Wrong passwords of logins that nobody has, by their blind index."""
