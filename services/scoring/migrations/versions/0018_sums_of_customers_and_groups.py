"""What customers brought and cost is kept by months, and what groups of them come to; the worker counts it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import BIT

revision: str = "0018"
down_revision: str | None = "0017"

SCHEMA = "scoring"
EXACT = sa.Text(collation="C")
SUMS = ("revenue", "returns", "goods", "sold", "costed", "unpriced")
SUMS += ("attract", "acquire", "develop", "keep", "serve", "buyers")
MARK = f"insert into {SCHEMA}.value_marks (customer_id) select original_id from {SCHEMA}.identities"  # noqa: S608 - constants


def upgrade() -> None:
    op.create_table(
        "value_marks",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("customer_id", sa.Uuid, nullable=False),
        schema=SCHEMA,
    )
    op.create_table(
        "customer_months",
        sa.Column("customer_id", sa.Uuid, primary_key=True),
        sa.Column("first_month", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last_month", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("currency", EXACT, primary_key=True),
        *_sums(),
        schema=SCHEMA,
    )
    op.create_table(
        "value_places",
        sa.Column("original_id", sa.Uuid, primary_key=True),
        sa.Column("current_id", sa.Uuid, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("owner", "department", "region", "cohort")),
        sa.Column("months", BIT(600), nullable=False),
        schema=SCHEMA,
    )
    op.create_index("ix_value_places_current_id", "value_places", ["current_id"], schema=SCHEMA)
    op.create_table(
        "group_months",
        sa.Column("dimension", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("first_month", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last_month", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("currency", EXACT, primary_key=True),
        *_sums(),
        sa.Column("rows", sa.Integer, nullable=False),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_group_months_first_month_dimension", "group_months", ["first_month", "dimension"], schema=SCHEMA
    )
    op.create_table(
        "group_shares",
        sa.Column("held", sa.Uuid, primary_key=True),
        sa.Column("dimension", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("units", sa.Numeric, nullable=False),
        schema=SCHEMA,
    )
    op.create_table("summed_shares", sa.Column("held", sa.Uuid, primary_key=True), schema=SCHEMA)
    op.execute(MARK)


def _sums() -> list[sa.Column[sa.Numeric]]:
    return [sa.Column(name, sa.Numeric, nullable=False) for name in SUMS]


def downgrade() -> None:
    for table in (
        *("summed_shares", "group_shares", "group_months"),
        *("value_places", "customer_months", "value_marks"),
    ):
        op.drop_table(table, schema=SCHEMA)
