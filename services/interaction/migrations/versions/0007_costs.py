"""Costs of one customer, and those that many share."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0006"

SCHEMA = "interaction"


def upgrade() -> None:
    op.create_table(
        "costs",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        *_paid(),
        sa.Column("recorded_by", sa.Text(), nullable=False, comment="the principal who recorded it first"),
        *_kept(),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_costs")),
        schema=SCHEMA,
    )
    op.create_index("ix_costs_id", "costs", ["id"], schema=SCHEMA)
    newest = ["customer_id", sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")]
    op.create_index("ix_costs_newest", "costs", newest, schema=SCHEMA)
    op.create_table(
        "shared_costs",
        sa.Column("id", sa.Uuid(), primary_key=True),
        *_paid(),
        sa.Column("among", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("weights", postgresql.JSONB(), nullable=False),
        *_kept(),
        schema=SCHEMA,
    )
    for table in ("costs", "shared_costs"):
        op.create_index(f"ix_{table}_period", table, ["first_day", "last_day"], schema=SCHEMA)


def _paid() -> list[sa.Column[object]]:
    return [
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("campaign", sa.Text()),
        sa.Column("note", sa.Text()),
    ]


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
    for table in ("shared_costs", "costs"):
        op.drop_table(table, schema=SCHEMA)
