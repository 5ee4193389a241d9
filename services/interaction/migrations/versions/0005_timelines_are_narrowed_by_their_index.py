"""Tell from the index of a timeline what narrows it and what its totals count."""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"

SCHEMA, TABLE, BEFORE, INDEX = "interaction", "interactions", "ix_interactions_newest", "ix_interactions_told"
COLUMNS = ("customer_id", sa.text("occurred_at DESC"), sa.text("id DESC"))


def upgrade() -> None:
    _replace(BEFORE, INDEX, include=["channel", "direction", "purpose"])


def downgrade() -> None:
    _replace(INDEX, BEFORE, include=[])


def _replace(old: str, new: str, include: list[str]) -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            new,
            TABLE,
            COLUMNS,
            schema=SCHEMA,
            postgresql_include=include,
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.drop_index(old, TABLE, schema=SCHEMA, postgresql_concurrently=True, if_exists=True)
