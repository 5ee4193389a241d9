"""Contacts tell their language, how they sounded, who took part, what was attached, and their thread."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0003"
down_revision: str | None = "0002"

SCHEMA, TABLE, INDEX = "interaction", "interactions", "ix_interactions_thread_id"
COLUMNS = {
    "language": sa.Text(),
    "sentiment": JSONB(),
    "participants": JSONB(),
    "attachments": JSONB(),
    "thread_id": sa.Text(collation="C"),
}


def upgrade() -> None:
    for name, type_ in COLUMNS.items():
        op.add_column(TABLE, sa.Column(name, type_), schema=SCHEMA)
    with op.get_context().autocommit_block():
        op.create_index(
            INDEX,
            TABLE,
            ["thread_id", "id"],
            schema=SCHEMA,
            postgresql_where=sa.text("thread_id is not null"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column(TABLE, name, schema=SCHEMA)
