"""Webhooks: sources, their secrets, and payloads as they came."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0012"
down_revision: str | None = "0011"

SCHEMA = "interaction"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "webhook_sources",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("mapping", JSONB, nullable=False),
        sa.Column("signature", JSONB),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_sources"),
        schema=SCHEMA,
    )
    op.create_index("uq_webhook_sources_code", "webhook_sources", ["code"], unique=True, schema=SCHEMA)
    op.create_table(
        "webhook_secrets",
        sa.Column("source_id", sa.Uuid, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source_id", name="pk_webhook_secrets"),
        schema=SCHEMA,
    )
    op.create_table(
        "webhook_originals",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("source_id", sa.Uuid, nullable=False),
        sa.Column("sha256", sa.LargeBinary, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_originals"),
        schema=SCHEMA,
    )
    op.create_index(
        "uq_webhook_originals_source_id_sha256",
        "webhook_originals",
        ["source_id", "sha256"],
        unique=True,
        schema=SCHEMA,
    )
    op.execute(f"alter table {SCHEMA}.webhook_originals alter content set storage external")


def downgrade() -> None:
    for table in ("webhook_originals", "webhook_secrets", "webhook_sources"):
        op.drop_table(table, schema=SCHEMA)
