"""Credit notes stand in for returns, and exchange rates come from interaction."""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"

SCHEMA = "scoring"


def upgrade() -> None:
    stands_in = "the return that a credit note stands in for"
    op.add_column("facts", sa.Column("return_id", sa.Uuid, comment=stands_in), schema=SCHEMA)
    op.add_column("exchange_rates", sa.Column("id", sa.Uuid), schema=SCHEMA)
    generation = sa.Column("generation", sa.Integer, nullable=False, server_default="0")
    op.add_column("exchange_rates", generation, schema=SCHEMA)


def downgrade() -> None:
    op.drop_column("exchange_rates", "generation", schema=SCHEMA)
    op.drop_column("exchange_rates", "id", schema=SCHEMA)
    op.drop_column("facts", "return_id", schema=SCHEMA)
