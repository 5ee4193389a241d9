"""Products have releases, and replace others."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"

SCHEMA = "interaction"


def upgrade() -> None:
    op.add_column("products", sa.Column("release", sa.Text), schema=SCHEMA)
    op.add_column("products", sa.Column("replaced_by_id", sa.Uuid), schema=SCHEMA)
    op.create_index("ix_products_replaced_by_id", "products", ["replaced_by_id"], schema=SCHEMA)


def downgrade() -> None:
    op.drop_column("products", "replaced_by_id", schema=SCHEMA)
    op.drop_column("products", "release", schema=SCHEMA)
