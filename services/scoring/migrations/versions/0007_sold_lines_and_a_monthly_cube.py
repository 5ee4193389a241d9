"""Facts have lines, customers a class; products, sold lines, the monthly cube. Both feeds are read anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0007"
down_revision: str | None = "0006"

SCHEMA = "scoring"
KEY = sa.Text(collation="C")
DESCRIBING = ("region", "customer_class", "acquisition_source")
OF_AN_ORDER = ("region", "salesperson", "department")
DIMENSIONS = ("category", *OF_AN_ORDER, "customer_class")
MEASURES = ("quantity", "amount", "cost", "costed")
# What the new columns hold came before them: followers begin at a snapshot again, in a new generation.
AGAIN = f"""update {SCHEMA}.feed_cursors set generation = generation + 1, step = step + 1,
    cursor = null, page = null, tailing = false"""  # noqa: S608 - constants


def upgrade() -> None:
    for name in DESCRIBING:
        op.add_column("identities", sa.Column(name, KEY), schema=SCHEMA)
    for name in OF_AN_ORDER:
        op.add_column("facts", sa.Column(name, KEY), schema=SCHEMA)
    op.add_column("facts", sa.Column("lines", JSONB, nullable=False, server_default="[]"), schema=SCHEMA)
    op.create_table(
        "sales_marks",
        sa.Column("customer_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_sales_marks")),
        schema=SCHEMA,
    )
    products()
    sold_lines()
    cells()
    op.execute(AGAIN)


def downgrade() -> None:
    for table in ("cells", "sold_lines", "products", "sales_marks"):
        op.drop_table(table, schema=SCHEMA)
    for name in ("lines", *OF_AN_ORDER):
        op.drop_column("facts", name, schema=SCHEMA)
    for name in DESCRIBING:
        op.drop_column("identities", name, schema=SCHEMA)


def products() -> None:
    op.create_table(
        "products",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("category", KEY),
        sa.Column("family", KEY),
        sa.Column("replaced_by_id", sa.Uuid),
        sa.Column("deleted", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("stale", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        schema=SCHEMA,
    )
    op.create_index("ix_products_stale", "products", ["id"], schema=SCHEMA, postgresql_where=sa.text("stale"))


def sold_lines() -> None:
    op.create_table(
        "sold_lines",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        *(sa.Column(name, sa.Uuid, nullable=False) for name in ("customer_id", "current_id")),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("subject", sa.Uuid, nullable=False),
        sa.Column("order_id", sa.Uuid),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("currency", KEY, nullable=False),
        sa.Column("product_id", sa.Uuid),
        *(sa.Column(name, KEY) for name in DIMENSIONS),
        *(sa.Column(name, sa.Numeric, nullable=False) for name in MEASURES),
        sa.Column("unpriced", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sold_lines")),
        schema=SCHEMA,
    )
    for columns in (("customer_id",), ("current_id",), ("day", "subject"), ("salesperson", "day")):
        op.create_index(f"ix_sold_lines_{'_'.join(columns)}", "sold_lines", columns, schema=SCHEMA)
    op.create_index("ix_sold_lines_product_id_day", "sold_lines", ["product_id", "day"], schema=SCHEMA)


def cells() -> None:
    op.create_table(
        "cells",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("grain", sa.SmallInteger, nullable=False),
        sa.Column("currency", KEY, nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("product_id", sa.Uuid),
        *(sa.Column(name, KEY) for name in DIMENSIONS),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("lines", "orders", "unpriced")),
        *(sa.Column(name, sa.Numeric, nullable=False) for name in MEASURES),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cells")),
        schema=SCHEMA,
    )
    op.create_index(
        "uq_cells",
        "cells",
        ["grain", "currency", "product_id", "month", *DIMENSIONS],
        unique=True,
        schema=SCHEMA,
        postgresql_nulls_not_distinct=True,
    )
