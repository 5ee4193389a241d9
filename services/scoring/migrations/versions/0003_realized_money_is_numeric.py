"""What a customer brought is numeric: a changed cent of a large sum is a change."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"

SCHEMA = "scoring"


def upgrade() -> None:
    exact = "trim_scale(round(realized::numeric, 6))"
    op.alter_column("scores", "realized", schema=SCHEMA, type_=sa.Numeric(), postgresql_using=exact)


def downgrade() -> None:
    op.alter_column(
        "scores", "realized", schema=SCHEMA, type_=sa.Double(), postgresql_using="realized::float8"
    )
