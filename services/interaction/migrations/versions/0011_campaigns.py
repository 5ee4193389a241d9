"""Campaigns, their audiences, and the contacts that belong to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0011"
down_revision: str | None = "0010"

SCHEMA, INDEX = "interaction", "ix_interactions_campaign_customer_id"


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("code", sa.Text(collation="C"), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date()),
        sa.Column("filter", postgresql.JSONB()),
        sa.Column("note", sa.Text()),
        *_kept(),
        schema=SCHEMA,
    )
    op.create_table(
        "campaign_members",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("campaign", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("recorded_by", sa.Text(), nullable=False, comment="the principal who recorded it first"),
        *_kept(),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_campaign_members")),
        schema=SCHEMA,
    )
    newest = ["customer_id", sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")]
    for name, columns in (("id", ["id"]), ("newest", newest), ("campaign", ["campaign"])):
        op.create_index(f"ix_campaign_members_{name}", "campaign_members", columns, schema=SCHEMA)
    op.add_column("interactions", sa.Column("campaign", sa.Text(collation="C")), schema=SCHEMA)
    with op.get_context().autocommit_block():
        op.create_index(
            INDEX,
            "interactions",
            ["campaign", "customer_id"],
            schema=SCHEMA,
            postgresql_where=sa.text("campaign is not null"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def _kept() -> list[sa.Column[object]]:
    return [
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source_system", sa.Text(collation="C")),
        sa.Column("source_id", sa.Text(collation="C")),
        sa.Column("attributes", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def downgrade() -> None:
    op.drop_column("interactions", "campaign", schema=SCHEMA)
    for table in ("campaign_members", "campaigns"):
        op.drop_table(table, schema=SCHEMA)
