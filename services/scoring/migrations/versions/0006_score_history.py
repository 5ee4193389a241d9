"""What was said of customers is kept, with the statistics that it was computed from."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"

SCHEMA, TABLE = "scoring", "score_history"
STATISTICS = {
    "first_day": sa.Date,
    "last_day": sa.Date,
    "repeat_days": sa.Integer,
    "repeat_money": sa.Double,
    "cost": sa.Double,
    "costed": sa.Double,
}
REMEMBERED = {"kept_version": sa.Integer, "kept_as_of": sa.Date, "kept_value": sa.Double}
ESTIMATES = (
    "p_alive",
    "purchases_if_alive",
    "spend_per_purchase",
    "margin_rate",
    "p_active",
    "p10",
    "p50",
    "p90",
)


def upgrade() -> None:
    for name, kind in {**STATISTICS, **REMEMBERED}.items():
        op.add_column("scores", sa.Column(name, kind(), nullable=True), schema=SCHEMA)
    op.create_table(
        TABLE,
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("tier", sa.SmallInteger(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("purchase_days", sa.Integer(), nullable=False),
        sa.Column("realized", sa.Numeric(), nullable=False),
        sa.Column("recency_class", sa.SmallInteger(), nullable=False),
        sa.Column("frequency_class", sa.SmallInteger(), nullable=False),
        sa.Column("money_class", sa.SmallInteger(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=True) for name in ESTIMATES),
        sa.Column("coverage", sa.Double(), nullable=False),
        sa.Column("facts_after", sa.Integer(), nullable=False),
        *(sa.Column(name, kind(), nullable=True) for name, kind in STATISTICS.items()),
        sa.PrimaryKeyConstraint("customer_id", "as_of", "version", name=op.f("pk_score_history")),
        schema=SCHEMA,
    )
    op.create_index(op.f("ix_score_history_as_of"), TABLE, ["as_of"], schema=SCHEMA, postgresql_using="brin")


def downgrade() -> None:
    op.drop_table(TABLE, schema=SCHEMA)
    for name in (*STATISTICS, *REMEMBERED):
        op.drop_column("scores", name, schema=SCHEMA)
