"""Cells of a grain are found by month without their product."""

from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"

SCHEMA, INDEX = "scoring", "ix_cells_grain_month"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            INDEX,
            "cells",
            ["grain", "month"],
            schema=SCHEMA,
            if_not_exists=True,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index(INDEX, "cells", schema=SCHEMA)
