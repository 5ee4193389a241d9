"""A fact knows when its version arrived, so that what came between two days can be named."""

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"

SCHEMA, TABLE = "scoring", "facts"


def upgrade() -> None:
    arrived = sa.Column("told_at", sa.DateTime(timezone=True), comment="when this version arrived")
    op.add_column(TABLE, arrived, schema=SCHEMA)


def downgrade() -> None:
    op.drop_column(TABLE, "told_at", schema=SCHEMA)
