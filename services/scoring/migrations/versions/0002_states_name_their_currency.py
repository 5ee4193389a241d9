"""States name the currency that they are counted in, so that a changed reporting currency is noticed."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"

SCHEMA = "scoring"


def upgrade() -> None:
    currency = sa.Column("currency", sa.Text(collation="C"), nullable=False, server_default="")
    op.add_column("states", currency, schema=SCHEMA)


def downgrade() -> None:
    op.drop_column("states", "currency", schema=SCHEMA)
