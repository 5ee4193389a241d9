"""The tables of interaction."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from feed.tables import drop_feed_ddl, feed_ddl

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    feed_ddl(op, "interaction")
    op.create_table(
        "external_identities",
        sa.Column("system", sa.Text(collation="C"), nullable=False),
        sa.Column("external_id", sa.Text(collation="C"), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("system", "external_id", name=op.f("pk_external_identities")),
        schema="interaction",
    )
    op.create_index(
        op.f("ix_external_identities_customer_id"),
        "external_identities",
        ["customer_id"],
        schema="interaction",
    )
    op.create_table(
        "idempotency",
        sa.Column("caller", sa.Text(collation="C"), nullable=False),
        sa.Column("route", sa.Text(collation="C"), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False, comment="SHA-256 of the raw body"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.SmallInteger(),
            nullable=True,
            comment="null only inside the transaction that claims the key",
        ),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column(
            "subjects",
            sa.ARRAY(sa.Uuid()),
            nullable=True,
            comment="the records that the body names, for an erasure",
        ),
        sa.PrimaryKeyConstraint("caller", "route", "key", name=op.f("pk_idempotency")),
        schema="interaction",
    )
    op.create_index(op.f("ix_idempotency_at"), "idempotency", ["at"], schema="interaction")
    op.create_table(
        "identities",
        sa.Column("original_id", sa.Uuid(), nullable=False),
        sa.Column("current_id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("deleted", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("provisional", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "customer_version",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="the version of the current customer that the projection holds",
        ),
        sa.Column(
            "generation",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="of customer's feed, see customer_version",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="counts changes of current_id",
        ),
        sa.PrimaryKeyConstraint("original_id", name=op.f("pk_identities")),
        schema="interaction",
    )
    op.create_index(op.f("ix_identities_current_id"), "identities", ["current_id"], schema="interaction")
    op.create_table(
        "interactions",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False, comment="the principal who recorded it first"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source_system", sa.Text(collation="C"), nullable=True),
        sa.Column("source_id", sa.Text(collation="C"), nullable=True),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_interactions")),
        schema="interaction",
    )
    op.create_index(op.f("ix_interactions_id"), "interactions", ["id"], schema="interaction")
    op.create_index(
        "ix_interactions_newest",
        "interactions",
        ["customer_id", sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")],
        schema="interaction",
    )
    op.create_table(
        "orders",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("salesperson", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False, comment="the principal who recorded it first"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source_system", sa.Text(collation="C"), nullable=True),
        sa.Column("source_id", sa.Text(collation="C"), nullable=True),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_orders")),
        schema="interaction",
    )
    op.create_index(op.f("ix_orders_id"), "orders", ["id"], schema="interaction")
    op.create_index(
        "ix_orders_newest",
        "orders",
        ["customer_id", sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")],
        schema="interaction",
    )
    op.create_table(
        "payments",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False, comment="the principal who recorded it first"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source_system", sa.Text(collation="C"), nullable=True),
        sa.Column("source_id", sa.Text(collation="C"), nullable=True),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_payments")),
        schema="interaction",
    )
    op.create_index(op.f("ix_payments_order_id"), "payments", ["order_id"], schema="interaction")
    op.create_index(op.f("ix_payments_id"), "payments", ["id"], schema="interaction")
    op.create_index(
        "ix_payments_newest",
        "payments",
        ["customer_id", sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")],
        schema="interaction",
    )
    op.create_table(
        "products",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("family", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source_system", sa.Text(collation="C"), nullable=True),
        sa.Column("source_id", sa.Text(collation="C"), nullable=True),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        schema="interaction",
    )
    op.create_index(op.f("ix_products_category"), "products", ["category"], schema="interaction")
    op.create_table(
        "returns",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False, comment="the principal who recorded it first"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source_system", sa.Text(collation="C"), nullable=True),
        sa.Column("source_id", sa.Text(collation="C"), nullable=True),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_returns")),
        schema="interaction",
    )
    op.create_index(op.f("ix_returns_order_id"), "returns", ["order_id"], schema="interaction")
    op.create_index(op.f("ix_returns_id"), "returns", ["id"], schema="interaction")
    op.create_index(
        "ix_returns_newest",
        "returns",
        ["customer_id", sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")],
        schema="interaction",
    )
    op.create_table(
        "source_keys",
        sa.Column("system", sa.Text(collation="C"), nullable=False),
        sa.Column("source_id", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True, comment="null for what belongs to no customer"),
        sa.PrimaryKeyConstraint("system", "source_id", "kind", name=op.f("pk_source_keys")),
        schema="interaction",
    )


def downgrade() -> None:
    drop_feed_ddl(op, "interaction")
    op.drop_table("source_keys", schema="interaction")
    op.drop_table("returns", schema="interaction")
    op.drop_table("products", schema="interaction")
    op.drop_table("payments", schema="interaction")
    op.drop_table("orders", schema="interaction")
    op.drop_table("interactions", schema="interaction")
    op.drop_table("identities", schema="interaction")
    op.drop_table("idempotency", schema="interaction")
    op.drop_table("external_identities", schema="interaction")
