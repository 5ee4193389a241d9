"""Costs and their shares; the feed of interaction is read from its snapshot again, since it tells of them."""

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"

SCHEMA = "scoring"
NAME = sa.Text(collation="C")
AGAIN = f"""
update {SCHEMA}.feed_cursors set generation = generation + 1, cursor = null, page = null, tailing = false,
    step = step + 1 where source = 'interaction'"""  # noqa: S608 - constants


def upgrade() -> None:
    op.create_table(
        "costs",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("customer_id", sa.Uuid),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("amount", sa.Numeric, nullable=False),
        sa.Column("currency", NAME, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("campaign", NAME),
        sa.Column("basis", NAME, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False, server_default=sa.false()),
        *_told(),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_costs_customer_id",
        "costs",
        ["customer_id"],
        schema=SCHEMA,
        postgresql_where=sa.text("customer_id is not null"),
    )
    op.create_index("ix_costs_last_day_first_day", "costs", ["last_day", "first_day"], schema=SCHEMA)
    op.create_table(
        "cost_allocations",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("cost_id", sa.Uuid, nullable=False),
        sa.Column("fetched", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("held", sa.Uuid),
        sa.Column("units", sa.Numeric, nullable=False, server_default="0", comment="of the shares held"),
        *_told(),
        sa.UniqueConstraint("cost_id", name="uq_cost_allocations_cost_id"),
        schema=SCHEMA,
    )
    waiting = sa.text("not fetched")
    op.create_index(
        "ix_cost_allocations_wanted", "cost_allocations", ["id"], schema=SCHEMA, postgresql_where=waiting
    )
    op.create_table(
        "cost_shares",
        sa.Column("held", sa.Uuid, nullable=False),
        sa.Column("customer_id", sa.Uuid, nullable=False),
        sa.Column("units", sa.Numeric, nullable=False),
        sa.Column("upto", sa.Numeric, nullable=False),
        sa.PrimaryKeyConstraint("held", "customer_id", name="pk_cost_shares"),
        schema=SCHEMA,
    )
    op.execute(AGAIN)


def downgrade() -> None:
    for table in ("cost_shares", "cost_allocations", "costs"):
        op.drop_table(table, schema=SCHEMA)


def _told() -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in ("generation", "version")]
