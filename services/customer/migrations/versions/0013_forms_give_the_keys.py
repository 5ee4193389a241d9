"""Pages of duplicate runs keep forms only: the keys are made of them."""

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"

SCHEMA = "customer"
SAID = "no longer kept: forms give them"


def upgrade() -> None:
    op.alter_column(
        "duplicate_pages", "keys", existing_type=sa.LargeBinary, nullable=True, comment=SAID, schema=SCHEMA
    )


def downgrade() -> None:
    op.execute(f"truncate {SCHEMA}.duplicate_pages")  # what a run at work has kept: it begins again
    op.alter_column(
        "duplicate_pages",
        "keys",
        existing_type=sa.LargeBinary,
        nullable=False,
        comment=None,
        existing_comment=SAID,
        schema=SCHEMA,
    )
