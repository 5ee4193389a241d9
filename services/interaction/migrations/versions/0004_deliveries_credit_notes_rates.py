"""Deliveries, credit notes and exchange rates; lines of returns name the line of the order."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"

SCHEMA = "interaction"
LINES = """
update interaction.returns
set lines = (
  select jsonb_agg(line || '{"order_line": null}' order by at)
  from jsonb_array_elements(lines) with ordinality as each (line, at)
)
where not lines -> 0 ? 'order_line'
"""


def upgrade() -> None:
    _fact(
        "deliveries",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("promised_on", sa.Date()),
        sa.Column("shipped_at", sa.DateTime(timezone=True)),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("on_time", sa.Boolean()),
        sa.Column("in_full", sa.Boolean()),
        sa.Column("carrier", sa.Text()),
        sa.Column("tracking", sa.Text()),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
    )
    op.create_index("ix_deliveries_order_id", "deliveries", ["order_id"], schema=SCHEMA)
    late = sa.text("status in ('planned', 'shipped') and promised_on is not null")
    op.create_index(
        "ix_deliveries_late", "deliveries", ["promised_on", "id"], schema=SCHEMA, postgresql_where=late
    )
    promised = sa.text("promised_on is not null")
    op.create_index(
        "ix_deliveries_promised", "deliveries", ["promised_on"], schema=SCHEMA, postgresql_where=promised
    )
    _fact(
        "credit_notes",
        sa.Column("order_id", sa.Uuid()),
        sa.Column("return_id", sa.Uuid()),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
    )
    for name in ("order_id", "return_id"):
        op.create_index(f"ix_credit_notes_{name}", "credit_notes", [name], schema=SCHEMA)
    _rates()
    op.execute(LINES)


def _rates() -> None:
    op.create_table(
        "exchange_rates",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("base", sa.Text(collation="C"), nullable=False),
        sa.Column("quote", sa.Text(collation="C"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(), nullable=False),
        sa.Column("quoted_by", sa.Text()),
        *_kept(),
        sa.CheckConstraint("rate > 0", name=op.f("ck_exchange_rates_positive")),
        schema=SCHEMA,
    )
    op.create_index(
        op.f("ix_exchange_rates_base_quote_day"),
        "exchange_rates",
        ["base", "quote", "day"],
        unique=True,
        schema=SCHEMA,
    )


def _fact(table: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        table,
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        *columns,
        sa.Column("recorded_by", sa.Text(), nullable=False, comment="the principal who recorded it first"),
        *_kept(),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f(f"pk_{table}")),
        schema=SCHEMA,
    )
    op.create_index(f"ix_{table}_id", table, ["id"], schema=SCHEMA)
    newest = ["customer_id", sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")]
    op.create_index(f"ix_{table}_newest", table, newest, schema=SCHEMA)


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
    for table in ("exchange_rates", "credit_notes", "deliveries"):
        op.drop_table(table, schema=SCHEMA)
