"""Marks say how often they were made, so that who scores need not lock them."""

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"

SCHEMA, TABLE, COLUMN = "scoring", "marks", "times"


def upgrade() -> None:
    made = sa.Column(COLUMN, sa.Integer(), server_default=sa.text("1"), nullable=False)
    op.add_column(TABLE, made, schema=SCHEMA)


def downgrade() -> None:
    op.drop_column(TABLE, COLUMN, schema=SCHEMA)
