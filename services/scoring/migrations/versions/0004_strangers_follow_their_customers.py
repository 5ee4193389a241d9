"""Ids of strangers follow the customers that they turned out to be, through merges."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"

SCHEMA, TABLE = "scoring", "identities"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("customer_id", sa.Uuid), schema=SCHEMA)
    op.create_index(
        "ix_identities_customer_id",
        TABLE,
        ["customer_id"],
        schema=SCHEMA,
        postgresql_where=sa.text("customer_id is not null"),
    )
    op.execute(
        f"update {SCHEMA}.{TABLE} set customer_id = current_id where current_id <> original_id"  # noqa: S608 - constants
    )


def downgrade() -> None:
    op.drop_column(TABLE, "customer_id", schema=SCHEMA)
