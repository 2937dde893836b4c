"""Who may come in, and the case: its record, notice, photos and tokens.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """In the order in which they refer to each other."""
    _apps()
    _people()
    _app_keys()
    _claims()
    _notices()
    _photos()
    _photo_bands()
    _claim_tokens()


def _apps() -> None:
    op.create_table(
        "apps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("states_cover", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_apps"),
        sa.UniqueConstraint("name", name="uq_apps_name"),
    )


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject_index", sa.String(64), nullable=False),
        sa.Column("subject_sealed", sa.Text(), nullable=False),
        sa.Column("name_sealed", sa.Text(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("password", sa.String(255)),
        sa.Column("rights_version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", MOMENT),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("issuer", "subject_index", name="uq_people_issuer_subject_index"),
    )


def _app_keys() -> None:
    op.create_table(
        "app_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("app", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.ForeignKeyConstraint(["app"], ["apps.id"], name="fk_app_keys_app"),
        sa.PrimaryKeyConstraint("id", name="pk_app_keys"),
        sa.UniqueConstraint("prefix", name="uq_app_keys_prefix"),
    )
    op.create_index("ix_app_keys_app", "app_keys", ["app"])


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("came_from", sa.String(40)),
        sa.Column("owner", sa.String(40)),
        sa.Column("region", sa.String(40), nullable=False),
        sa.Column("app", sa.Uuid()),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("case_class", sa.String(40)),
        sa.Column("authority", sa.String(40)),
        sa.Column("risk", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("holder", sa.Uuid()),
        sa.Column("taken_at", MOMENT),
        sa.Column("lease_until", MOMENT),
        sa.Column("upper", sa.String(32)),
        sa.Column("amount", sa.String(32)),
        sa.Column("currency", sa.String(40)),
        sa.Column("closed_at", MOMENT),
        sa.Column("deletion_asked_at", MOMENT),
        sa.Column("erased_at", MOMENT),
        sa.ForeignKeyConstraint(["app"], ["apps.id"], name="fk_claims_app"),
        sa.ForeignKeyConstraint(["holder"], ["people.id"], name="fk_claims_holder"),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
        sa.UniqueConstraint("number", name="uq_claims_number"),
    )
    op.create_index("ix_claims_app", "claims", ["app"])
    op.create_index("ix_claims_holder", "claims", ["holder"])
    op.create_index("ix_claims_queue", "claims", ["owner", "due_at", "risk", "opened_at"])


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("region", sa.String(40), nullable=False),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("policy_number_index", sa.String(64)),
        sa.Column("plate_index", sa.String(64)),
        sa.Column("vin_index", sa.String(64)),
        sa.Column("policy_number_sealed", sa.Text()),
        sa.Column("plate_sealed", sa.Text()),
        sa.Column("vin_sealed", sa.Text()),
        sa.Column("engine_number_sealed", sa.Text()),
        sa.Column("place_sealed", sa.Text()),
        sa.Column("course_sealed", sa.Text()),
        sa.Column("other_parties_sealed", sa.Text()),
        sa.Column("contact_sealed", sa.Text()),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_notices_claim"),
        sa.PrimaryKeyConstraint("claim", name="pk_notices"),
    )
    op.create_index("ix_notices_plate_index", "notices", ["plate_index"])
    op.create_index("ix_notices_policy_number_index", "notices", ["policy_number_index"])
    op.create_index("ix_notices_vin_index", "notices", ["vin_index"])


def _photos() -> None:
    op.create_table(
        "photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("added_by", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("taken_at", MOMENT),
        sa.Column("phash", sa.String(40)),
        sa.Column("usable", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_photos_claim"),
        sa.PrimaryKeyConstraint("id", name="pk_photos"),
        sa.UniqueConstraint("claim", "position", name="uq_photos_claim_position"),
        sa.UniqueConstraint("claim", "sha256", name="uq_photos_claim_sha256"),
    )
    op.create_index("ix_photos_sha256", "photos", ["sha256"])


def _photo_bands() -> None:
    op.create_table(
        "photo_bands",
        sa.Column("photo", sa.Uuid(), nullable=False),
        sa.Column("band", sa.SmallInteger(), nullable=False),
        sa.Column("bits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["photo"], ["photos.id"], name="fk_photo_bands_photo"),
        sa.PrimaryKeyConstraint("photo", "band", name="pk_photo_bands"),
    )
    op.create_index("ix_photo_bands_band_bits", "photo_bands", ["band", "bits"])


def _claim_tokens() -> None:
    op.create_table(
        "claim_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.ForeignKeyConstraint(["claim"], ["claims.id"], name="fk_claim_tokens_claim"),
        sa.PrimaryKeyConstraint("id", name="pk_claim_tokens"),
        sa.UniqueConstraint("digest", name="uq_claim_tokens_digest"),
    )
    op.create_index("ix_claim_tokens_claim", "claim_tokens", ["claim"])
