"""Sold lines and cells tell whose customers they are of; sales are counted anew, once, by the worker."""

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"

SCHEMA, OWNING = "scoring", "owning_department"
KEY = sa.Text(collation="C")
LINES = (("owner", "day"), (OWNING, "product_id", "day"))
TOLD = ("grain", "currency", "product_id", "month", "category", "region", "salesperson", "department")
TOLD = (*TOLD, "customer_class")
# Both are derived from facts: emptied together, and everybody marked, they are right again once counted.
ANEW = (
    f"truncate {SCHEMA}.sold_lines, {SCHEMA}.cells",
    f"""
insert into {SCHEMA}.sales_marks (customer_id) select distinct customer_id from {SCHEMA}.facts
    on conflict do nothing""",  # noqa: S608 - constants
)


def upgrade() -> None:
    for statement in ANEW:
        op.execute(statement)
    for column, table in (("owner", "sold_lines"), (OWNING, "sold_lines"), (OWNING, "cells")):
        op.add_column(table, sa.Column(column, KEY), schema=SCHEMA)
    op.add_column(
        "sales_marks",
        sa.Column("moving", sa.Boolean, nullable=False, server_default=sa.false()),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_sales_marks_moving",
        "sales_marks",
        ["customer_id"],
        schema=SCHEMA,
        postgresql_where=sa.text("moving"),
    )
    for columns in LINES:
        op.create_index(f"ix_sold_lines_{'_'.join(columns)}", "sold_lines", columns, schema=SCHEMA)
    op.drop_index("ix_cells_grain_month", "cells", schema=SCHEMA)
    op.create_index(
        "ix_cells_grain_owning_department_month", "cells", ["grain", OWNING, "month"], schema=SCHEMA
    )
    op.create_index(
        "ix_cells_of_products",
        "cells",
        ["grain", OWNING, "month", "product_id"],
        schema=SCHEMA,
        postgresql_include=["currency", "orders", "quantity", "amount", "cost", "costed"],
        postgresql_where=sa.text("grain in (15, 79)"),
    )
    one_of_each(*TOLD, OWNING)


def downgrade() -> None:
    for statement in ANEW:
        op.execute(statement)
    for index in ("uq_cells", "ix_cells_of_products", "ix_cells_grain_owning_department_month"):
        op.drop_index(index, "cells", schema=SCHEMA, if_exists=True)
    for columns in LINES:
        op.drop_index(f"ix_sold_lines_{'_'.join(columns)}", "sold_lines", schema=SCHEMA)
    op.drop_column("sales_marks", "moving", schema=SCHEMA)
    for column, table in (("owner", "sold_lines"), (OWNING, "sold_lines"), (OWNING, "cells")):
        op.drop_column(table, column, schema=SCHEMA)
    op.create_index("ix_cells_grain_month", "cells", ["grain", "month"], schema=SCHEMA)
    one_of_each(*TOLD)


def one_of_each(*told: str) -> None:
    op.drop_index("uq_cells", "cells", schema=SCHEMA, if_exists=True)
    op.create_index("uq_cells", "cells", told, unique=True, schema=SCHEMA, postgresql_nulls_not_distinct=True)
