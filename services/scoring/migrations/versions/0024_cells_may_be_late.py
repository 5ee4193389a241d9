"""Cells may be late: where many customers are counted again, the cube waits for all their lines."""

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"

SCHEMA, TABLE = "scoring", "cube"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("k", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.CheckConstraint("k = 1", name="one_row"),
        schema=SCHEMA,
    )
    op.execute(f"insert into {SCHEMA}.{TABLE} (k, late) values (1, false)")  # noqa: S608 - constants


def downgrade() -> None:
    op.drop_table(TABLE, schema=SCHEMA)
